/** The page to sign in, and the dialogue to do so again when a session has expired. */

import { session } from "../app/session.js";
import {
  CHALLENGES,
  findSignInPage,
  leaveForSignIn,
  requestReset,
  resetPassword,
  respond,
  returnFromSignIn,
  signIn,
  signInWithKey,
} from "../app/sign_in.js";
import { say, sayError } from "../app/messages.js";
import { Button, Field, Form } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { html, useEffect, useState } from "../vendor/preact.js";

/** @param {{isRenewal?: boolean}} props Whether it is over the page of a session that has expired. */
export function SignIn({ isRenewal }) {
  const person = session.get()?.person;
  const [way, setWay] = useState(isRenewal && !person ? "key" : "password");
  const [email, setEmail] = useState(person?.email ?? "");
  const [page, setPage] = useState(null);
  useEffect(() => {
    findSignInPage().then(setPage, sayError);
    if (!isRenewal) returnFromSignIn().catch(sayError);
  }, []);
  const forms = {
    password: html`<${Password} email=${email} setEmail=${setEmail} />`,
    key: html`<${Key} />`,
    reset: html`<${Reset} email=${email} setEmail=${setEmail} onEnd=${() => setWay("password")} />`,
  };
  const others = [
    way !== "password" && ["password", "Use a password"],
    way !== "key" && ["key", "Use an API key"],
    way === "password" && ["reset", "I forgot my password"],
  ];
  const content = html`
    ${page && html`<${Button} kind="primary" onPress=${() => leaveForSignIn(page)}>
      Sign in with your organisation
    <//><p class="or">or</p>`}
    ${forms[way]}
    <p class="ways">
      ${others.filter(Boolean).map(([name, text]) => html`
        <button type="button" class="link" key=${name} onClick=${() => setWay(name)}>${text}</button>`)}
    </p>`;
  if (isRenewal) {
    return html`<${Dialog} title="Sign in to go on">
      <p>Your session has ended. What you have typed is still there.</p>
      <div class="sign-in">${content}</div>
    <//>`;
  }
  return html`<main class="sign-in card">
    <h1>Cuebook</h1>
    <p class="hint">The prompts of your team: write, compare, release.</p>
    ${content}
  </main>`;
}

function Password({ email, setEmail }) {
  const [password, setPassword] = useState("");
  const [challenge, setChallenge] = useState(null);
  const [text, setText] = useState("");
  const submit = async () => {
    const next = challenge ? await respond(challenge, text) : await signIn(email, password);
    setText("");
    setChallenge(next);
  };
  if (challenge) {
    const { label, type } = CHALLENGES[challenge.code];
    return html`<${Form} onSubmit=${submit} key=${challenge.code}>
      <${Field} label=${label} type=${type} value=${text} onInput=${setText} required autofocus
        autocomplete=${type === "password" ? "new-password" : "one-time-code"} />
      <button class="button primary">Go on</button>
    <//>`;
  }
  return html`<${Form} onSubmit=${submit}>
    <${Field} label="E-mail" type="email" value=${email} onInput=${setEmail} required autocomplete="username" />
    <${Field} label="Password" type="password" value=${password} onInput=${setPassword} required
      autocomplete="current-password" />
    <button class="button primary">Sign in</button>
  <//>`;
}

function Key() {
  const [key, setKey] = useState("");
  return html`<${Form} onSubmit=${() => signInWithKey(key)}>
    <${Field} label="API key" type="password" value=${key} onInput=${setKey} required autocomplete="off"
      hint="It stays in this page, and is forgotten when the page is closed." />
    <button class="button primary">Use this key</button>
  <//>`;
}

function Reset({ email, setEmail, onEnd }) {
  const [isSent, setSent] = useState(false);
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const submit = async () => {
    if (!isSent) {
      await requestReset(email);
      setSent(true);
      return;
    }
    await resetPassword(email, code, password);
    say("Your password is changed. Sign in with it.");
    onEnd();
  };
  return html`<${Form} onSubmit=${submit}>
    <${Field} label="E-mail" type="email" value=${email} onInput=${setEmail} required autocomplete="username" />
    ${isSent && html`
      <p>If this address has an account, a code is on its way there.</p>
      <${Field} label="Code" value=${code} onInput=${setCode} required autocomplete="one-time-code" />
      <${Field} label="New password" type="password" value=${password} onInput=${setPassword} required
        autocomplete="new-password" />`}
    <button class="button primary">${isSent ? "Set the password" : "Send me a code"}</button>
  <//>`;
}
