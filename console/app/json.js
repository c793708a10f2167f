/** JSON as people type it. */

/**
 * Parse JSON, with whole numbers as they are written, however large.
 *
 * Such a number is an object that `JSON.stringify` writes as it was. A browser that cannot make one
 * rounds it, as it does elsewhere.
 *
 * @throws {SyntaxError} It is not JSON.
 */
export function parseJson(text) {
  return JSON.parse(text, (_, value, context) => {
    const isExact = typeof value !== "number" || !/^-?\d+$/.test(context?.source ?? "") || Number.isSafeInteger(value);
    return isExact || !JSON.rawJSON ? value : JSON.rawJSON(context.source);
  });
}

/**
 * Parse a JSON object.
 *
 * @returns {{value: object | null, error: string}} The value, or in words what is wrong.
 */
export function parseObject(text) {
  let value;
  try {
    value = parseJson(text);
  } catch (error) {
    return { value: null, error: `This is not JSON: ${error.message}.` };
  }
  if (!isObject(value)) {
    return { value: null, error: 'This has to be an object, as in {"name": "Ada"}.' };
  }
  return { value, error: "" };
}

/** Write a value so that people can read it; nothing for null. */
export function formatJson(value) {
  return value === null || value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** Tell whether a JSON value is an object. */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON?.(value);
}

/** Tell whether two JSON values are the same; the order of the keys of an object is none of it. */
export function isEqual(before, after) {
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((item, index) => isEqual(item, after[index]));
  }
  if (isObject(before) && isObject(after)) {
    const names = Object.keys(before);
    return (
      names.length === Object.keys(after).length &&
      names.every((name) => Object.hasOwn(after, name) && isEqual(before[name], after[name]))
    );
  }
  // Numbers too large for JavaScript are objects.
  return Object.is(before, after) || (typeof before === "object" && JSON.stringify(before) === JSON.stringify(after));
}
