/** Dialogues over the page. The browser keeps the focus inside, and Escape closes them. */

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useId } from "./controls.js";

/**
 * A dialogue, open as long as it is shown.
 *
 * @param {{title: string, onClose?: () => void, isWide?: boolean, children: unknown}} props Without
 *   `onClose` only its own buttons end it.
 */
export function Dialog({ title, onClose, isWide, children }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element.showModal();
    return () => {
      element.close(); // what is behind an open dialogue takes no focus
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const cancel = (event) => {
    event.preventDefault(); // the owner decides, and takes the dialogue away
    onClose?.();
  };
  // Browsers let a page prevent only the first Escape.
  const close = () => {
    if (!dialog.current?.isConnected) return; // the owner has taken it away
    if (onClose) onClose();
    else dialog.current.showModal();
  };
  return html`<dialog ref=${dialog} class=${isWide ? "wide" : ""} aria-labelledby=${id} onCancel=${cancel}
    onClose=${close}>
    <header>
      <h2 id=${id}>${title}</h2>
      ${onClose && html`<button type="button" class="button quiet" aria-label="Close" onClick=${onClose}>✕</button>`}
    </header>
    ${children}
  </dialog>`;
}
