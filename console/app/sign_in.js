/** The ways to sign in: with a password, with the organisation's single sign-on, with an API key. */

import { BASE, send } from "./api.js";
import { beginSession } from "./session.js";

const STORED = "cuebook.sign-in"; // for the moment in which the browser is on the sign-in page

/** What a password can be followed by, by the code of the problem that asks for it. */
export const CHALLENGES = {
  new_password_required: { field: "new_password", label: "New password", type: "password" },
  second_factor_required: { field: "code", label: "Code of your authenticator", type: "text" },
};

/**
 * Sign in with a password.
 *
 * @returns {Promise<{code: string, token: string} | null>} What else is asked for; null if signed in.
 */
export async function signIn(email, password) {
  return await postSignIn("v1/auth/login", { email, password });
}

/** Give the response to a challenge; returns as `signIn` does. */
export async function respond({ code, token }, text) {
  return await postSignIn("v1/auth/login/challenge", {
    challenge_token: token,
    [CHALLENGES[code].field]: text,
  });
}

/** Use the console with an API key, in a deployment without people. */
export async function signInWithKey(key) {
  await beginSession(key.trim(), null);
}

/** Ask for an e-mail with a code, for a password that is forgotten. */
export async function requestReset(email) {
  await send("POST", "v1/auth/password-reset/trigger", { body: { email } });
}

/** Set a new password with the code of the e-mail. */
export async function resetPassword(email, code, password) {
  const body = { email, code, new_password: password };
  await send("POST", "v1/auth/password-reset/reset", { body });
}

/** Find the page of the organisation's single sign-on; null without one. */
export async function findSignInPage() {
  return (await send("GET", "v1/health")).value.sign_in_page;
}

/**
 * Leave for the page of single sign-on, which sends the browser back with a code.
 *
 * The verifier shows that whoever exchanges the code is who has asked for it (RFC 7636), and the
 * state that the browser comes back from this very visit.
 */
export async function leaveForSignIn({ url, client_id }) {
  const verifier = createSecret();
  const state = createSecret();
  sessionStorage.setItem(STORED, JSON.stringify({ verifier, state, hash: location.hash }));
  const target = new URL("oauth2/authorize", url.endsWith("/") ? url : `${url}/`);
  target.search = new URLSearchParams({
    response_type: "code",
    client_id,
    scope: "openid",
    redirect_uri: getReturnUrl(),
    state,
    code_challenge: await hash(verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(target);
}

/**
 * Go on where the browser comes back from single sign-on, and go to the page it had left.
 *
 * @returns {Promise<boolean>} Whether it came back from there, and so has signed in.
 * @throws {Error} The page, or the service, has refused it.
 */
export async function returnFromSignIn() {
  const query = new URLSearchParams(location.search);
  if (!query.has("state")) return false;
  const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "null");
  sessionStorage.removeItem(STORED);
  history.replaceState(null, "", getReturnUrl() + (stored?.hash ?? ""));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  if (!stored || stored.state !== query.get("state")) {
    throw new Error("This is not the way back from the sign-in page. Sign in once more.");
  }
  if (!query.has("code")) {
    throw new Error(query.get("error_description") ?? "The sign-in page has refused it.");
  }
  const body = {
    code: query.get("code"),
    code_verifier: stored.verifier,
    redirect_uri: getReturnUrl(),
  };
  const { value } = await send("POST", "v1/auth/exchange", { body });
  await beginSession(value.token, value.user);
  return true;
}

/** The URL of the console, which the identity provider's client must know. */
function getReturnUrl() {
  return new URL("console", BASE).href;
}

async function postSignIn(path, body) {
  try {
    const { value } = await send("POST", path, { body });
    await beginSession(value.token, value.user);
    return null;
  } catch (error) {
    const token = error.details?.[0]?.challenge_token;
    if (!(error.code in CHALLENGES) || !token) throw error;
    return { code: error.code, token };
  }
}

function createSecret() {
  return encode(crypto.getRandomValues(new Uint8Array(32)));
}

async function hash(text) {
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));
}

function encode(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
