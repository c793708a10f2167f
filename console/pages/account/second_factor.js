/** The second factor of whoever has signed in: a code of an authenticator. */

import { say } from "../../app/messages.js";
import { write } from "../../app/session.js";
import { CopyButton, Field, Form, Section } from "../../parts/controls.js";
import { html, useState } from "../../vendor/preact.js";

const URL = "v1/auth/me/second-factor";

export function SecondFactor() {
  const [password, setPassword] = useState("");
  const [factor, setFactor] = useState(null);
  const [code, setCode] = useState("");
  const begin = async () => {
    const { value } = await write("POST", URL, { password }, { hasSecret: true });
    setFactor(value);
  };
  const finish = async () => {
    await write("PUT", URL, { enabled: true, password, code }, { hasSecret: true });
    setFactor(null);
    setPassword("");
    setCode("");
    say("From now on, signing in asks for a code of your authenticator.");
  };
  const end = async () => {
    await write("PUT", URL, { enabled: false, password }, { hasSecret: true });
    setPassword("");
    say("Signing in no longer asks for a code.");
  };
  if (factor) {
    return html`<${Section} title="Second factor">
      <${Form} class="narrow" onSubmit=${finish}>
        <p>Enter this secret in your authenticator, or <a href=${factor.uri}>open it there</a>.</p>
        <pre class="secret"><code>${factor.secret}</code></pre>
        <div class="actions"><${CopyButton} text=${factor.secret} label="Copy the secret" /></div>
        <${Field} label="Code that it shows" value=${code} onInput=${setCode} required inputmode="numeric"
          autocomplete="one-time-code" />
        <div class="actions"><button class="button primary">Turn on</button></div>
      <//>
    <//>`;
  }
  return html`<${Section} title="Second factor">
    <${Form} class="narrow" onSubmit=${begin}>
      <${Field} label="Password" type="password" value=${password} onInput=${setPassword} required
        autocomplete="current-password" hint="With a second factor, a password that is stolen opens nothing." />
      <div class="actions">
        <button class="button">Set up an authenticator</button>
        <button class="button quiet" type="button" disabled=${!password} onClick=${end}>Turn off</button>
      </div>
    <//>
  <//>`;
}
