/**
 * Copies of what is being written, in this browser, so that a crash or a lost session loses nothing.
 *
 * They are kept by person, and a copy goes when its text has been saved.
 */

import { session } from "./session.js";

const PREFIX = "cuebook.copy.";
const SHOWN_OF_KEY = 9; // characters of an API key that lists of keys show too

let owner = "";

// A page that is left because somebody signs out keeps its copy in their name.
const noteOwner = () => {
  const current = session.get();
  if (current) owner = current.person?.id ?? current.credential.slice(0, SHOWN_OF_KEY);
};
noteOwner();
session.subscribe(noteOwner);

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

/** Find the newest copy whose name begins in some way: `{name, at, value}`, or null. */
export function findNewestCopy(start) {
  try {
    const names = Object.keys(localStorage)
      .filter((key) => key.startsWith(build(start)))
      .map((key) => key.slice(build("").length));
    const copies = names.map((name) => ({ name, ...findCopy(name) })).filter(({ at }) => at);
    return copies.sort((one, other) => other.at.localeCompare(one.at))[0] ?? null;
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
  return `${PREFIX}${owner}.${name}`;
}
