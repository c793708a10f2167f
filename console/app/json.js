/** JSON as people type it. */

/**
 * Parse a JSON object.
 *
 * @returns {{value: object | null, error: string}} The value, or in words what is wrong.
 */
export function parseObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { value: null, error: `This is not JSON: ${error.message}.` };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { value: null, error: 'This has to be an object, as in {"name": "Ada"}.' };
  }
  return { value, error: "" };
}

/** Write a value so that people can read it. */
export function formatJson(value) {
  return JSON.stringify(value, null, 2);
}
