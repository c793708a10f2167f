/**
 * What every editor of texts is set up with: colours, keys, the direction of each line.
 *
 * CodeMirror is loaded when the first editor is shown. Editors stand in a shadow root, where it
 * needs no style elements, which the Content-Security-Policy forbids; custom properties reach it.
 */

import { useEffect, useState } from "../vendor/preact.js";
import { buildParser } from "./template_languages.js";

/** Load CodeMirror when a component is first shown; null until then, and where it cannot be loaded. */
export function useCodeMirror() {
  const [cm, setCodeMirror] = useState(null);
  useEffect(() => {
    let isShown = true;
    import("../vendor/codemirror.js").then((cm) => isShown && setCodeMirror(cm), () => {});
    return () => { isShown = false; };
  }, []);
  return cm;
}

/** Build the extensions that all editors have; `cm` is the module of CodeMirror. */
export function buildExtensions(cm) {
  return [
    cm.lineNumbers(),
    cm.highlightSpecialChars(),
    cm.history(),
    cm.drawSelection(),
    cm.search({ top: true }),
    cm.highlightSelectionMatches(),
    // Tab is in none of these, and so leads out of the editor.
    cm.keymap.of([...cm.defaultKeymap, ...cm.historyKeymap, ...cm.searchKeymap, ...cm.lintKeymap]),
    cm.EditorView.lineWrapping,
    // A carriage return that a text has stays; one that is only pasted from Windows does not come in.
    cm.EditorState.lineSeparator.of("\n"),
    cm.EditorView.clipboardInputFilter.of((text) => text.replaceAll("\r\n", "\n")),
    cm.EditorView.domEventHandlers({ beforeinput: replaceSelection }),
    buildDirections(cm),
    buildTheme(cm),
  ];
}

/**
 * Build the extensions of what an editor is for.
 *
 * @param {object} cm The module of CodeMirror.
 * @param {string} label The accessible name.
 * @param {string} language A template language, or `json`.
 */
export function buildUse(cm, label, language) {
  const isJson = language === "json";
  return [
    isJson ? cm.json() : cm.StreamLanguage.define(buildParser(language)),
    cm.EditorView.contentAttributes.of({ "aria-label": label, spellcheck: String(!isJson) }),
  ];
}

/** What is typed over coloured text would get its colour as an inline style, from the browser. */
function replaceSelection(event, view) {
  const isOver = event.inputType === "insertText" && event.data && !view.state.selection.main.empty;
  if (!isOver || !event.cancelable || view.composing) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

/** Each line has the direction of its own text. */
function buildDirections(cm) {
  const line = cm.Decoration.line({ attributes: { dir: "auto" } });
  const decorate = (view) => {
    const builder = new cm.RangeSetBuilder();
    for (const { from, to } of view.visibleRanges) {
      for (let position = from; position <= to; ) {
        const current = view.state.doc.lineAt(position);
        builder.add(current.from, current.from, line);
        position = current.to + 1;
      }
    }
    return builder.finish();
  };
  class Directions {
    constructor(view) {
      this.decorations = decorate(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
    }
  }
  return [
    cm.ViewPlugin.fromClass(Directions, { decorations: (plugin) => plugin.decorations }),
    cm.EditorView.perLineTextDirection.of(true),
  ];
}

function buildTheme(cm) {
  const { tags } = cm;
  return [
    cm.EditorView.theme({
      "&": { color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "0.95rem" },
      "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
      ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
      ".cm-content": { padding: "0.5rem 0", caretColor: "var(--text)" },
      ".cm-line": { padding: "0 0.75rem 0 0.5rem" },
      ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
        { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)" },
      ".cm-gutters": {
        color: "var(--text-quiet)",
        backgroundColor: "var(--surface)",
        borderRight: "1px solid var(--border)",
      },
      ".cm-placeholder": { color: "var(--text-quiet)" },
      ".cm-panels, .cm-tooltip": {
        color: "var(--text)",
        backgroundColor: "var(--raised)",
        borderColor: "var(--border)",
      },
      ".cm-panel.cm-search": { fontFamily: "var(--font)", padding: "0.4rem" },
      ".cm-textfield": { backgroundColor: "var(--surface)", borderColor: "var(--border-strong)" },
      ".cm-button": {
        backgroundColor: "var(--surface)",
        backgroundImage: "none",
        borderColor: "var(--border-strong)",
      },
      ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
      ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
      ".cm-specialChar": { color: "var(--bad)" },
      ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
      ".cm-lintRange-error": {
        backgroundImage: "none",
        textDecoration: "underline wavy var(--bad) 1.5px",
        textUnderlineOffset: "3px",
      },
      ".cm-lintPoint-error:after": { borderBottomColor: "var(--bad)" },
      ".cm-changedLine": { backgroundColor: "transparent" },
      "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--added) !important" },
      "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--removed) !important" },
      "&.cm-merge-a .cm-changedText": { background: "var(--added-strong) !important" },
      "&.cm-merge-b .cm-changedText": { background: "var(--removed-strong) !important" },
      "&.cm-merge-a .cm-changedLineGutter": { background: "var(--good) !important" },
      "&.cm-merge-b .cm-changedLineGutter": { background: "var(--bad) !important" },
      ".cm-collapsedLines": { color: "var(--text-quiet)", background: "var(--raised)" },
      ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: '"⋯"' },
    }),
    cm.syntaxHighlighting(
      cm.HighlightStyle.define([
        { tag: [tags.variableName, tags.propertyName], color: "var(--accent)", fontWeight: "600" },
        { tag: tags.keyword, color: "var(--warn)", fontWeight: "600" },
        { tag: tags.bracket, color: "var(--text-quiet)" },
        { tag: tags.string, color: "var(--good)" },
        { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
        { tag: tags.comment, color: "var(--text-quiet)", fontStyle: "italic" },
        { tag: tags.link, color: "var(--accent)", textDecoration: "underline" },
      ]),
    ),
  ];
}
