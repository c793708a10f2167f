/** What a problem of the service says beside its message. */

import { html } from "../vendor/preact.js";

/** The fields that a problem names, and the id of the request. */
export function ProblemDetails({ error }) {
  const fields = (error.details ?? []).filter((detail) => detail.message);
  return html`
    ${fields.length > 0 && html`<ul>
      ${fields.map(({ path, message }) => html`<li>${path && html`<code>${path}</code>: `}${message}</li>`)}
    </ul>`}
    ${error.requestId && html`<p class="request-id">Request <code>${error.requestId}</code></p>`}
  `;
}
