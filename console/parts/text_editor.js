/** The editor of a text: of a template in its language, or of JSON. */

import { html, useEffect, useLayoutEffect, useRef } from "../vendor/preact.js";
import { buildExtensions, buildUse, useCodeMirror } from "./editor_setup.js";

const NONE = []; // the same for each drawing

/**
 * @typedef {object} Finding What is wrong with a text.
 * @property {number | null} line Counted from 1.
 * @property {number | null} column In characters of the line, counted from 1.
 * @property {string} message
 */

/**
 * An editor. Tab leaves it; while CodeMirror is loaded, or where it cannot be, it is a plain field.
 *
 * @param {{label: string, value: string, onInput: (value: string) => void, language?: string,
 *   findings?: Finding[], hint?: string, lines?: number, control?: {current: object | null},
 *   isFocused?: boolean}} props `language` is a template language, or `json`; `lines` is its least
 *   height; `control` gets a function `focus(line, column)`; with `isFocused` it has the focus when
 *   it is shown, unless something else has it.
 */
export function TextEditor(props) {
  const { label, value, onInput, language = "text", findings = NONE, hint, lines = 3 } = props;
  const { control, isFocused } = props;
  const host = useRef(null);
  const editor = useRef(null);
  const current = useRef({ onInput, value });
  current.current = { onInput, value };
  const cm = useCodeMirror();

  useLayoutEffect(() => {
    if (!cm) return undefined;
    editor.current = mount(cm, host.current, { hint, lines, current });
    if (isFocused && isFocusFree()) editor.current.view.focus();
    return () => editor.current.view.destroy();
  }, [cm]);

  useLayoutEffect(() => editor.current?.setUse(label, language), [cm, label, language]);
  useLayoutEffect(() => editor.current?.setValue(value), [value]);
  useEffect(() => editor.current?.setFindings(findings), [cm, findings]);
  useLayoutEffect(() => {
    if (control) control.current = { focus: (line, column) => editor.current?.focus(line, column) };
  }, [control]);

  if (cm) return html`<div class="text-editor" ref=${host} key="editor" />`;
  return html`<textarea class="text-editor" key="field" aria-label=${label} value=${value} rows=${lines}
    dir="auto" onInput=${(event) => onInput(event.currentTarget.value)} />`;
}

function isFocusFree() {
  const { activeElement } = document;
  return !activeElement || activeElement === document.body || activeElement.id === "content";
}

function mount(cm, host, { hint, lines, current }) {
  const root = host.attachShadow({ mode: "open" });
  const use = new cm.Compartment();
  let text = current.current.value; // of the document
  const view = new cm.EditorView({
    root,
    parent: root,
    doc: text,
    extensions: [
      buildExtensions(cm),
      use.of([]),
      cm.lintGutter(),
      cm.placeholder(hint ?? ""),
      cm.EditorView.theme({
        "&": { maxHeight: "70vh" },
        ".cm-content, .cm-gutter": { minHeight: `${lines * 1.55 + 1}em` },
      }),
      cm.EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        text = update.state.doc.toString();
        if (text !== current.current.value) current.current.onInput(text);
      }),
    ],
  });
  host.focus = () => view.focus(); // a dialogue gives the focus back to what the document says had it
  return {
    view,
    setUse(label, language) {
      view.dispatch({ effects: use.reconfigure(buildUse(cm, label, language)) });
    },
    setValue(value) {
      if (value === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    },
    setFindings(findings) {
      const diagnostics = findings.map((finding) => toDiagnostic(view.state.doc, finding));
      view.dispatch(cm.setDiagnostics(view.state, diagnostics));
    },
    focus(line, column) {
      view.focus();
      const { from } = findPlace(view.state.doc, line ?? 1, column ?? 1);
      view.dispatch({
        selection: { anchor: from },
        effects: cm.EditorView.scrollIntoView(from, { y: "center" }),
      });
    },
  };
}

function toDiagnostic(document, { line, column, message }) {
  const place = findPlace(document, line ?? 1, column ?? 1);
  return { ...place, severity: "error", message };
}

/** Find a word in a document; the service counts characters, CodeMirror units of UTF-16. */
function findPlace(document, line, column) {
  const { from, text } = document.line(Math.min(Math.max(line, 1), document.lines));
  const start = [...text].slice(0, column - 1).join("").length;
  const [word] = text.slice(start).match(/^(?:[\p{L}\p{N}_.]+|\S|$)/u) ?? [" "];
  return { from: from + start, to: from + start + word.length };
}
