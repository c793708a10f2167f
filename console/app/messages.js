/** Short messages at the edge of the page, such as "Version 4 is live" with a way to undo it. */

import { createStore } from "./store.js";

const SECONDS = 8;
const SECONDS_OF_ERROR = 30;

/** The messages that are shown, oldest first. */
export const messages = createStore([]);

let next = 1;

/**
 * Show a message.
 *
 * @param {string} text
 * @param {{undo?: () => Promise<void>, error?: Error}} options
 */
export function say(text, { undo, error } = {}) {
  const message = { id: next++, text, undo, error };
  messages.set([...messages.get().slice(-3), message]);
  setTimeout(() => dismiss(message.id), (error ? SECONDS_OF_ERROR : SECONDS) * 1000);
}

/** Show why something has failed. */
export function sayError(error) {
  if (error.name === "AbortError") return;
  say(error.message || String(error), { error });
}

/** Take a message away. */
export function dismiss(id) {
  messages.set(messages.get().filter((message) => message.id !== id));
}
