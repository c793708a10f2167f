/**
 * Who uses the console, and the calls in their name.
 *
 * The credential is in memory only: neither a script of another page nor a later user of this
 * browser finds it. A page that is loaded anew asks to sign in again.
 */

import { ApiError, path, send } from "./api.js";
import { createStore } from "./store.js";

/**
 * @typedef {object} Session
 * @property {string} credential The API key or the session's token.
 * @property {object | null} person Who has signed in; null for an API key.
 * @property {object[]} teams The teams, each with `permissions`.
 * @property {boolean} isExpired Whether one has to sign in again to go on.
 */

/** The session; null before one has signed in. */
export const session = createStore(/** @type {Session | null} */ (null));

let waiting = []; // calls that go on when one has signed in again

/**
 * Begin a session.
 *
 * @param {string} credential
 * @param {object | null} person Null for an API key.
 * @throws {ApiError} The credential is not accepted, or belongs to no team.
 */
export async function beginSession(credential, person) {
  const { value } = await send("GET", "v1/me/teams", { credential });
  const previous = session.get();
  const isSame = person ? previous?.person?.id === person.id : previous?.credential === credential;
  if (previous && !isSame) {
    location.reload(); // what is on the screen is somebody else's
    return;
  }
  // The same person goes on: pages that depend on who it is must not be drawn anew.
  session.set({ credential, person: previous?.person ?? person, teams: value.teams, isExpired: false });
  for (const goOn of waiting.splice(0)) goOn();
}

/** End the session, here and at the service. */
export async function endSession() {
  const ended = session.get();
  session.set(null);
  waiting = [];
  if (ended?.person) {
    // The page forgets the token in any case; the service ends it within a day by itself.
    await send("DELETE", "v1/auth/session", { credential: ended.credential }).catch(() => {});
  }
}

/** Read the teams again, after one of them has changed. */
export async function reloadTeams() {
  const { teams } = await get("v1/me/teams");
  const current = session.get();
  if (current) session.set({ ...current, teams }); // one may have signed out meanwhile
}

/**
 * Call the API in the name of whoever has signed in.
 *
 * A session that has expired is no failure: the call waits until one has signed in again, so that
 * what is being written stays on the screen.
 *
 * @param {string} method
 * @param {string} path
 * @param {import("./api.js").Options} options
 */
export async function call(method, path, options = {}) {
  for (;;) {
    const { credential } = session.get() ?? {};
    if (!credential) throw new ApiError({ status: 401, code: "signed_out", message: "Sign in." });
    try {
      return await send(method, path, { ...options, credential });
    } catch (error) {
      // A password that is wrong, in the account, is no session that has ended.
      if (error.status !== 401 || error.code === "invalid_credentials") throw error;
      await waitForSession(credential);
    }
  }
}

/** Read a value of the API. */
export async function get(path, query, signal) {
  return (await call("GET", path, { query, signal })).value;
}

/**
 * Read all pages of a list.
 *
 * @param {string} path
 * @param {string} name The field with the items.
 * @param {object} query
 * @param {(items: object[]) => void} onPage Called with all items so far, after each page.
 * @param {AbortSignal} [signal]
 */
export async function getAll(path, name, query = {}, onPage = () => {}, signal) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { ...query, cursor }, signal);
    items.push(...page[name]);
    cursor = page.next_cursor;
    onPage([...items]);
  } while (cursor);
  return items;
}

/** Read all pages of a list whose pages have numbers, as px0's have. */
export async function getAllNumbered(path, name, signal) {
  const items = [];
  for (let page = 1; ; page += 1) {
    const value = await get(path, { page, limit: 100 }, signal);
    items.push(...value[name]);
    if (value[name].length === 0 || items.length >= value.total) return items;
  }
}

/**
 * Write, exactly once even if the response is lost and the call repeated.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {{ifMatch?: string, query?: object, attempt?: string, hasSecret?: boolean}} [options]
 *   `attempt` is kept by who repeats the call by hand. Where the response has a secret, the service
 *   records none, so that the call is not repeated.
 */
export async function write(method, path, body, { ifMatch, query, attempt, hasSecret } = {}) {
  const options = { body, ifMatch, query, attempt: hasSecret ? "" : (attempt ?? crypto.randomUUID()) };
  try {
    return await call(method, path, options);
  } catch (error) {
    if (error.code !== "unreachable" || hasSecret) throw error;
    return await call(method, path, options);
  }
}

/**
 * Tell whether the session may do something in a team, so that what it may not do is not offered.
 *
 * @param {string} teamId
 * @param {"read" | "write" | "curate" | "see_people" | "manage"} permission
 */
export function may(teamId, permission) {
  const team = session.get()?.teams.find((team) => team.id === teamId);
  return team?.permissions.includes(permission) ?? false;
}

function waitForSession(credential) {
  const current = session.get();
  if (current && current.credential !== credential) return Promise.resolve();
  if (current) session.set({ ...current, isExpired: true });
  return new Promise((resolve) => waiting.push(resolve));
}

export { path };
