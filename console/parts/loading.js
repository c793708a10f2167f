/** What is shown while a value is read, and where it cannot be. */

import { isTemporary } from "../app/load.js";
import { html } from "../vendor/preact.js";
import { Button } from "./controls.js";
import { ProblemDetails } from "./problem_details.js";

/**
 * Show a value that `useLoad` reads.
 *
 * @param {{of: ReturnType<import("../app/load.js").useLoad>, children: (value: any) => unknown}} props
 */
export function Loading({ of, children }) {
  const { value, error, reload } = of;
  return html`
    ${error && html`<${Problem} error=${error} onRetry=${reload} />`}
    ${value !== undefined && children(value)}
    ${value === undefined && !error && html`<p class="loading" role="status">Loading …</p>`}
  `;
}

/** Say what has failed, with the id of the request, by which its log lines are found. */
export function Problem({ error, onRetry }) {
  return html`<div class="problem" role="alert">
    <p>${error.message}${onRetry && isTemporary(error) && " It is tried again by itself."}</p>
    <${ProblemDetails} error=${error} />
    ${onRetry && html`<${Button} onPress=${onRetry}>Try again<//>`}
  </div>`;
}
