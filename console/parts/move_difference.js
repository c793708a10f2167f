/** What a move changes for callers: the difference between two versions. */

import { page } from "../app/router.js";
import { html } from "../vendor/preact.js";

/** @param {{before: object | undefined, after: object | undefined}} props Versions; without `before` the text of `after`. */
export function MoveDifference({ before, after }) {
  if (!after || before?.version === after.version) return null;
  return html`<section class="difference">
    <h3>${before ? `From version ${before.version} to version ${after.version}` : `Version ${after.version}`}</h3>
    ${before && html`<pre dir="auto">${before.template}</pre>`}
    <pre dir="auto">${after.template}</pre>
    ${before && html`<p><a href=${`${page`/prompts/${after.prompt_id}/compare`}?from=${before.version}&to=${after.version}`}>Compare
      them with their settings</a></p>`}
  </section>`;
}
