/** The password of whoever has signed in. */

import { say } from "../../app/messages.js";
import { write } from "../../app/session.js";
import { Field, Form, Section } from "../../parts/controls.js";
import { html, useState } from "../../vendor/preact.js";

export function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = async () => {
    const body = { current_password: current, new_password: next };
    await write("POST", "v1/auth/me/change-password", body, { hasSecret: true });
    setCurrent("");
    setNext("");
    say("Your password is changed.");
  };
  return html`<${Section} title="Password">
    <${Form} class="narrow" onSubmit=${change}>
      <${Field} label="Current password" type="password" value=${current} onInput=${setCurrent} required
        autocomplete="current-password" />
      <${Field} label="New password" type="password" value=${next} onInput=${setNext} required
        autocomplete="new-password" hint="8 characters or more, of lower and upper case, with a digit and a sign." />
      <div class="actions"><button class="button">Change the password</button></div>
    <//>
  <//>`;
}
