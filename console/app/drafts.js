/**
 * A draft: what a version says, as the texts in the fields of an editor.
 *
 * `readDraft` makes it of a version, `dumpDraft` makes the fields of a request of it. What an editor
 * has no field for goes through unchanged.
 */

import { formatJson, isEqual, isObject, parseJson } from "./json.js";

/**
 * @typedef {object} Message
 * @property {number} key Stays with the message when the order changes.
 * @property {"text" | "placeholder" | "json"} kind
 * @property {string} role Of a text.
 * @property {string} text The text, the name of the placeholder's variable, or the whole as JSON.
 * @property {object} rest Other fields.
 */

/**
 * @typedef {object} Draft
 * @property {boolean} isChat Whether it is a conversation.
 * @property {string} template
 * @property {Message[]} messages
 * @property {string} engine The template language; "" for the one that is recognised.
 * @property {string} model
 * @property {Record<string, string>} parameters Those of `PARAMETERS`.
 * @property {string} otherParameters JSON.
 * @property {string} responseFormat JSON.
 * @property {string} tools JSON.
 * @property {object[] | null} inputs Declared variables.
 * @property {string} message What the version is for.
 */

/** The template languages. */
export const ENGINES = {
  go: "Go",
  jinja: "Jinja",
  liquid: "Liquid",
  simple: "{{name}} only",
  tela: "{name} of Tela",
  text: "No template",
};

/** The parameters with a field of their own. */
export const PARAMETERS = {
  temperature: "Temperature",
  max_tokens: "Most tokens",
  top_p: "Top p",
};

export const ROLES = ["system", "developer", "user", "assistant", "tool"];

let nextKey = 1;

/** Create a message. */
export function createMessage(kind, role = "user", text = "", rest = {}) {
  return { key: nextKey++, kind, role, text, rest };
}

/**
 * Read the draft of a version.
 *
 * @param {Partial<object>} version As the API has it; {} for an empty draft.
 * @returns {Draft}
 */
export function readDraft(version) {
  const { temperature, max_tokens, top_p, ...others } = version.model_params ?? {};
  const own = { temperature, max_tokens, top_p };
  const parameters = {};
  for (const name of Object.keys(PARAMETERS)) {
    if (own[name] === undefined || typeof own[name] === "number") parameters[name] = String(own[name] ?? "");
    else [parameters[name], others[name]] = ["", own[name]]; // what no field for numbers can show
  }
  return {
    isChat: version.messages != null,
    template: version.messages == null ? (version.template ?? "") : "",
    messages: (version.messages ?? []).map(readMessage),
    engine: version.engine ?? "",
    model: version.model ?? "",
    parameters,
    otherParameters: Object.keys(others).length > 0 ? formatJson(others) : "",
    responseFormat: formatJson(version.response_format),
    tools: formatJson(version.tools),
    inputs: version.inputs ?? null,
    message: version.message ?? "",
  };
}

function readMessage(message) {
  const { role, content, type, name, ...rest } = message;
  if (type === "placeholder" && role === undefined && content === undefined) {
    return createMessage("placeholder", "", name, rest);
  }
  if (typeof content === "string" && ROLES.includes(role)) {
    const others = Object.entries({ type, name, ...rest }).filter(([, value]) => value !== undefined);
    return createMessage("text", role, content, Object.fromEntries(others));
  }
  return createMessage("json", "", formatJson(message));
}

/**
 * Make the fields of a request.
 *
 * @param {Draft} draft
 * @returns {{fields: object, problems: object[]}} `problems` are those of the JSON that is typed,
 *   each with `path`, `line`, `column` and `message`; what has one is left out of the fields.
 */
export function dumpDraft(draft) {
  const problems = [];
  const parse = (path, text, kind) => {
    if (!text.trim()) return null;
    try {
      const value = parseJson(text);
      if (kind === "list" ? Array.isArray(value) : isObject(value)) return value;
      problems.push({ path, line: 1, column: 1, message: `This must be a JSON ${kind}.` });
    } catch (error) {
      const [, line, column] = error.message.match(/line (\d+) column (\d+)/) ?? [null, 1, 1];
      const message = `This is not JSON: ${error.message}`;
      problems.push({ path, line: Number(line), column: Number(column), message });
    }
    return undefined;
  };
  const parameters = { ...parse("model_params", draft.otherParameters, "object") };
  for (const [name, text] of Object.entries(draft.parameters)) {
    if (text.trim()) parameters[name] = Number(text);
  }
  const messages = draft.messages.map((message, index) =>
    message.kind === "json" ? parse(`messages[${index}]`, message.text, "object") : dumpMessage(message));
  const fields = {
    ...(draft.isChat ? { messages: messages.filter(Boolean) } : { template: draft.template, messages: null }),
    ...(draft.engine && { engine: draft.engine }),
    model: draft.model.trim() || null,
    model_params: Object.keys(parameters).length > 0 ? parameters : null,
    response_format: parse("response_format", draft.responseFormat, "object"),
    tools: parse("tools", draft.tools, "list"),
    inputs: draft.inputs,
    message: draft.message,
  };
  return { fields, problems };
}

function dumpMessage({ kind, role, text, rest }) {
  if (kind === "placeholder") return { type: "placeholder", name: text, ...rest };
  return { role, content: text, ...rest };
}

/** Give the messages of a draft from another visit keys of this one. */
export function renewKeys(draft) {
  return { ...draft, messages: draft.messages.map((message) => ({ ...message, key: nextKey++ })) };
}

/**
 * Make a conversation of a text, or a text of a conversation.
 *
 * Back and forth gives the same again, as long as nothing is typed in between.
 *
 * @param {Draft} draft
 * @returns {Draft}
 */
export function convert(draft) {
  const text = joinTexts(draft.messages);
  if (draft.isChat) return { ...draft, isChat: false, template: text };
  const messages =
    draft.messages.length > 0 && text === draft.template
      ? draft.messages
      : [createMessage("text", "user", draft.template)];
  return { ...draft, isChat: true, messages };
}

function joinTexts(messages) {
  return messages.filter(({ kind }) => kind === "text").map(({ text }) => text).join("\n\n");
}

/** Move an item of a list by some places. */
export function moveItem(items, index, distance) {
  const moved = [...items];
  const [item] = moved.splice(index, 1);
  moved.splice(index + distance, 0, item);
  return moved;
}

/**
 * Find the fields of a draft that are not those of a version, for a request that changes it.
 *
 * @param {object} fields Of `dumpDraft`.
 * @param {object} version As the API has it.
 */
export function findChanges(fields, version) {
  const { fields: before } = dumpDraft(readDraft(version));
  const names = Object.keys(fields).filter((name) => !isEqual(fields[name], before[name]));
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

/** Make the slug that the service makes from a name. */
export function makeSlug(name) {
  const lower = (letter) => [...letter.toLowerCase()][0];
  return name
    .normalize("NFC")
    .replace(/\p{L}/gu, lower)
    .replace(/[^\p{L}\p{Nd}\p{M}]+/gu, "_")
    .replace(/(^|_)[_\p{M}]*/gu, "_")
    .replace(/^_|_$/g, "");
}
