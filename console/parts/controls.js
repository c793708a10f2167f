/** Buttons, fields and other small parts of every page. */

import { sayError } from "../app/messages.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ProblemDetails } from "./problem_details.js";

let next = 1;

/** A name for an element that is unique on the page, for labels. */
export function useId() {
  const [id] = useState(() => `e${next++}`);
  return id;
}

/**
 * A button. While its action runs it cannot be pressed again, and what fails is shown.
 *
 * @param {{onPress: () => unknown, kind?: "primary" | "danger" | "plain" | "quiet", disabled?: boolean,
 *   title?: string, shortcut?: string, children: unknown}} props
 */
export function Button({ onPress, kind = "plain", disabled, title, shortcut, children, ...others }) {
  const [isBusy, run] = useAction(onPress);
  return html`<button type="button" class="button ${kind}" disabled=${disabled || isBusy}
    aria-busy=${isBusy} title=${title} aria-keyshortcuts=${shortcut} onClick=${run} ...${others}>
    ${children}${shortcut && html`<kbd aria-hidden="true">${shortcut}</kbd>`}
  </button>`;
}

/**
 * A form whose submission runs an action; its first button submits it.
 *
 * What fails is said in the form itself: a message at the edge of the page would be behind a dialogue.
 */
export function Form({ onSubmit, children, ...others }) {
  const [error, setError] = useState(null);
  const [isBusy, run] = useAction(onSubmit, setError);
  const submit = (event) => {
    event.preventDefault();
    setError(null);
    run();
  };
  return html`<form onSubmit=${submit} aria-busy=${isBusy} ...${others}>
    <fieldset class="bare" disabled=${isBusy}>${children}</fieldset>
    ${error && html`<div class="problem" role="alert"><p>${error.message}</p><${ProblemDetails} error=${error} /></div>`}
  </form>`;
}

/**
 * Run an action once at a time.
 *
 * @returns {[boolean, () => Promise<void>]} Whether it runs, and what starts it.
 */
function useAction(action, onError = sayError) {
  const [isBusy, setBusy] = useState(false);
  const isShown = useRef(true);
  const isRunning = useRef(false);
  useEffect(() => () => { isShown.current = false; }, []);
  const run = async () => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    try {
      await action();
    } catch (error) {
      if (isShown.current || onError === sayError) onError(error);
    } finally {
      isRunning.current = false;
      if (isShown.current) setBusy(false);
    }
  };
  return [isBusy, run];
}

/**
 * A field with its label.
 *
 * @param {{label: string, value: string, onInput: (value: string) => void, type?: string,
 *   hint?: unknown, error?: string, rows?: number, isLabelHidden?: boolean}} props `rows` makes it
 *   a field of several lines. Other properties go to the element.
 */
export function Field({ label, value, onInput, type = "text", hint, error, rows, isLabelHidden, ...others }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const attributes = {
    id,
    value,
    onInput: (event) => onInput(event.currentTarget.value),
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
    dir: "auto",
    ...others,
  };
  return html`<div class="field">
    <label for=${id} class=${isLabelHidden ? "hidden" : ""}>${label}</label>
    ${rows ? html`<textarea rows=${rows} ...${attributes} />` : html`<input type=${type} ...${attributes} />`}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="error" id="${id}-error">${error}</p>`}
  </div>`;
}

/**
 * A list to choose one value from.
 *
 * @param {{label: string, value: string, onChange: (value: string) => void,
 *   options: [value: string, text: string][], hint?: unknown, isLabelHidden?: boolean}} props
 */
export function Choice({ label, value, onChange, options, hint, isLabelHidden, ...others }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id} class=${isLabelHidden ? "hidden" : ""}>${label}</label>
    <select id=${id} value=${value} onChange=${(event) => onChange(event.currentTarget.value)}
      aria-describedby=${hint ? `${id}-hint` : undefined} ...${others}>
      ${options.map(([value, text]) => html`<option value=${value} key=${value}>${text}</option>`)}
    </select>
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

/** A box to tick. */
export function Tick({ label, checked, onChange, ...others }) {
  return html`<label class="tick">
    <input type="checkbox" checked=${checked}
      onChange=${(event) => onChange(event.currentTarget.checked)} ...${others} />
    <span>${label}</span>
  </label>`;
}

/** The status of a version: draft, stable, live or archived. */
export function Status({ status }) {
  return html`<span class="status ${status}">${status}</span>`;
}

/** A tag or another short name. */
export function Label({ children, title }) {
  return html`<span class="label" title=${title}>${children}</span>`;
}

/** A part of a page with a heading; `actions` stand beside it. */
export function Section({ title, actions, children, ...others }) {
  const id = useId();
  return html`<section class="section" aria-labelledby=${id} ...${others}>
    <header><h2 id=${id}>${title}</h2>${actions && html`<div class="actions">${actions}</div>`}</header>
    ${children}
  </section>`;
}

/** What stands where there is nothing yet, and what to do about it. */
export function Empty({ title, children }) {
  return html`<div class="empty"><p class="title">${title}</p>${children}</div>`;
}

/** Copies a text; says so. */
export function CopyButton({ text, label = "Copy" }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`<${Button} kind="quiet" onPress=${copy}>
    <span aria-live="polite">${isCopied ? "Copied" : label}</span>
  <//>`;
}
