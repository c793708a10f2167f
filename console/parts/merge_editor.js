/** Two texts side by side, of which the first can be edited and take lines of the second. */

import { html, useLayoutEffect, useRef } from "../vendor/preact.js";
import { buildExtensions, buildUse, useCodeMirror } from "./editor_setup.js";

/**
 * @param {{label: string, otherLabel: string, value: string, other: string, language: string,
 *   onInput: (value: string) => void}} props `value` is the text to begin with.
 */
export function MergeEditor({ label, otherLabel, value, other, language, onInput }) {
  const host = useRef(null);
  const current = useRef(onInput);
  current.current = onInput;
  const cm = useCodeMirror();
  useLayoutEffect(() => {
    if (!cm) return undefined;
    const root = host.current.attachShadow({ mode: "open" });
    const view = new cm.MergeView({
      root,
      parent: root,
      a: {
        doc: value,
        extensions: [
          buildExtensions(cm),
          buildUse(cm, label, language),
          cm.EditorView.updateListener.of((update) => {
            if (update.docChanged) current.current(update.state.doc.toString());
          }),
        ],
      },
      b: {
        doc: other,
        extensions: [
          buildExtensions(cm),
          buildUse(cm, otherLabel, language),
          cm.EditorState.readOnly.of(true),
        ],
      },
      revertControls: "b-to-a",
      renderRevertControl() {
        const button = document.createElement("button");
        button.textContent = "←";
        button.title = "Take this of theirs";
        button.setAttribute("aria-label", button.title);
        Object.assign(button.style, { minHeight: "24px", color: "var(--accent)", fontSize: "1.1rem" });
        return button;
      },
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [cm]);
  return html`<div class="merge-editor" ref=${host} />`;
}
