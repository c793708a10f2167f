/** Texts to be read: the messages of a chat, or one text. */

import { html } from "../vendor/preact.js";

/** @param {{texts: import("../app/version_texts.js").Text[]}} props */
export function TextCards({ texts }) {
  return html`<ol class="text-cards">
    ${texts.map(({ role, text }, index) => html`<li key=${index}>
      ${role && html`<p class="role">${role}</p>`}
      <pre dir="auto">${text}</pre>
    </li>`)}
  </ol>`;
}
