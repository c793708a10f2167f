/** A text of a person; of a very long one only the beginning, until the whole is asked for. */

import { html, useState } from "../vendor/preact.js";

const LENGTH = 20_000; // characters; a browser lays out many more only slowly

/** @param {{text: string}} props */
export function LongText({ text }) {
  const [isWhole, setWhole] = useState(false);
  if (isWhole || text.length <= LENGTH) return html`<pre class="text" dir="auto">${text}</pre>`;
  return html`<pre class="text" dir="auto">${cut(text)}…</pre>
    <button type="button" class="button" onClick=${() => setWhole(true)}>
      Show all ${text.length.toLocaleString("en")} characters</button>`;
}

function cut(text) {
  const start = text.slice(0, LENGTH);
  return /[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start; // no half of a character
}
