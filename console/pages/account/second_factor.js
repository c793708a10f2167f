/** The second factor of whoever has signed in: a code of an authenticator. */

import { say } from "../../app/messages.js";
import { write } from "../../app/session.js";
import { CopyButton, Field, Form, Section } from "../../parts/controls.js";
import { html, useState } from "../../vendor/preact.js";

const URL = "v1/auth/me/second-factor";

export function SecondFactor() {
  return html`<${Section} title="Second factor">
    <p class="hint">With a second factor, a password that is stolen opens nothing.</p>
    <${TurnOn} />
    <details>
      <summary>Turn it off</summary>
      <${TurnOff} />
    </details>
  <//>`;
}

function TurnOn() {
  const [password, setPassword] = useState("");
  const [factor, setFactor] = useState(null);
  const [code, setCode] = useState("");
  const begin = async () => {
    setFactor((await write("POST", URL, { password }, { hasSecret: true })).value);
  };
  const finish = async () => {
    await write("PUT", URL, { enabled: true, password, code }, { hasSecret: true });
    setFactor(null);
    setPassword("");
    setCode("");
    say("From now on, signing in asks for a code of your authenticator.");
  };
  if (!factor) {
    return html`<${Form} class="narrow" onSubmit=${begin}>
      <${Field} label="Your password" type="password" value=${password} onInput=${setPassword} required
        autocomplete="current-password" />
      <div class="actions"><button class="button">Set up an authenticator</button></div>
    <//>`;
  }
  return html`<${Form} class="narrow" onSubmit=${finish}>
    <p>Enter this secret in your authenticator, or <a href=${factor.uri}>open it there</a>.</p>
    <pre class="secret"><code>${factor.secret}</code></pre>
    <div class="actions"><${CopyButton} text=${factor.secret} label="Copy the secret" /></div>
    <${Field} label="Code that it shows" value=${code} onInput=${setCode} required inputmode="numeric"
      autocomplete="one-time-code" />
    <div class="actions"><button class="button primary">Turn on</button></div>
  <//>`;
}

function TurnOff() {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const end = async () => {
    await write("PUT", URL, { enabled: false, password, code }, { hasSecret: true });
    setPassword("");
    setCode("");
    say("Signing in no longer asks for a code.");
  };
  return html`<${Form} class="narrow" onSubmit=${end}>
    <${Field} label="Your password" type="password" value=${password} onInput=${setPassword} required
      autocomplete="current-password" />
    <${Field} label="Code of your authenticator" value=${code} onInput=${setCode} required inputmode="numeric"
      autocomplete="one-time-code" />
    <div class="actions"><button class="button danger">Turn off</button></div>
  <//>`;
}
