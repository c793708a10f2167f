/**
 * Copies of what is being written, in this browser, so that a crash or a lost session loses nothing.
 *
 * They are kept by person, and a copy goes when its text has been saved.
 */

import { session } from "./session.js";

const PREFIX = "cuebook.copy.";

/** Keep a copy; a browser without room keeps none. */
export function keepCopy(name, value) {
  try {
    localStorage.setItem(build(name), JSON.stringify({ at: new Date().toISOString(), value }));
  } catch {
    // Private windows and full disks: the text is still on the screen.
  }
}

/** Find a copy: `{at, value}`, or null. */
export function findCopy(name) {
  try {
    return JSON.parse(localStorage.getItem(build(name)));
  } catch {
    return null;
  }
}

/** Remove a copy. */
export function removeCopy(name) {
  try {
    localStorage.removeItem(build(name));
  } catch {
    // There was none.
  }
}

function build(name) {
  const { person, teams } = session.get() ?? {};
  return `${PREFIX}${person?.id ?? teams?.[0]?.id ?? ""}.${name}`;
}
