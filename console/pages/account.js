/** One's own account: password, second factor, sessions. */

import { session } from "../app/session.js";
import { Empty } from "../parts/controls.js";
import { html } from "../vendor/preact.js";
import { Password } from "./account/password.js";
import { SecondFactor } from "./account/second_factor.js";
import { Sessions } from "./account/sessions.js";

export function Page() {
  const { person } = session.get();
  if (!person) return html`<${Empty} title="An API key has no account.">
    <p>Sign in with e-mail and password to have one.</p><//>`;
  return html`
    <header class="page-header"><h1>${person.email}</h1></header>
    <${Sessions} />
    <${Password} />
    <${SecondFactor} />
  `;
}
