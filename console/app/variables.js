/** Values of variables as people type them. */

import { parseJson } from "./json.js";

/**
 * Read a value: JSON where the text is JSON of another kind than a word, else the text itself.
 *
 * `12` is a number and `[1, 2]` a list, but `12 apples` is a text, and so is `"12"` in quotes.
 */
function readValue(text) {
  if (!/^\s*([{["\d-]|(true|false|null)\s*$)/.test(text)) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** Write a value so that `readValue` reads the same again. */
function writeValue(value) {
  if (typeof value === "string") return readValue(value) === value ? value : JSON.stringify(value);
  return typeof value === "object" ? JSON.stringify(value, null, 2) : JSON.stringify(value);
}

/** Read the values that have been typed; an empty field is no value. */
export function readValues(texts) {
  const typed = Object.entries(texts).filter(([, text]) => text !== "");
  return Object.fromEntries(typed.map(([name, text]) => [name, readValue(text)]));
}

/** Write the values of a payload into fields; an empty text is written in quotes. */
export function writeValues(variables) {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) =>
    [name, value === "" ? '""' : writeValue(value)]));
}

/** What a text is read as, in words; "" for a text. */
export function describeKind(text) {
  const value = text === "" ? "" : readValue(text);
  if (typeof value === "string") return "";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { number: "a number", boolean: "true or false", object: "an object" }[typeof value];
}
