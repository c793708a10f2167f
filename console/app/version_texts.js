/** What a version, or its rendering, is made of: texts and settings, in a form to compare. */

import { align, compareSettings, compareTexts } from "./differences.js";
import { formatJson } from "./json.js";

const SETTINGS = {
  engine: "Template language",
  model: "Model",
  model_params: "Parameters",
  response_format: "Output format",
  tools: "Tools",
  inputs: "Inputs",
};

/**
 * @typedef {{role: string, text: string}} Text `role` is "" for a text that is no message.
 * @typedef {{title: string, kind: "same" | "changed" | "added" | "removed",
 *   rows: import("./differences.js").Row[]}} ComparedText
 */

/**
 * List the texts of a version, or of a rendering: its messages, or the one text that it has.
 *
 * @returns {Text[]}
 */
export function listTexts({ messages, template, rendered }) {
  if (!messages) return [{ role: "", text: template ?? rendered }];
  return messages.map((message) => ({ role: getRole(message), text: writeMessage(message) }));
}

/**
 * Compare the texts of two versions, or of two renderings, message by message.
 *
 * @param {object | null} before Null where there is nothing to compare with.
 * @param {object} after
 * @returns {ComparedText[]}
 */
export function compareMessages(before, after) {
  const left = before ? listTexts(before) : [];
  const right = listTexts(after);
  let number = 0;
  return align(left, right, ({ role, text }) => `${role}\n${text}`).map(([one, other]) => {
    const role = one && other && one.role !== other.role
      ? `${one.role || "text"} → ${other.role || "text"}`
      : (other ?? one).role;
    if (other) number++;
    return {
      title: getTitle(role, other ? number : null),
      kind: getKind(one, other),
      rows: compareTexts(one?.text ?? null, other?.text ?? null),
    };
  });
}

/** Compare the settings of two versions; `name` is what people call the setting of each `path`. */
export function compareVersionSettings(before, after) {
  const pick = ({ model_params, ...version }) => ({
    ...Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, version[name] ?? undefined])),
    model_params: model_params ?? {}, // one by one, also where the other version has none
  });
  return compareSettings(pick(before), pick(after)).map((difference) => {
    const [field, ...path] = difference.path.split(".");
    return { ...difference, name: [SETTINGS[field], path.join(".")].filter(Boolean).join(": ") };
  });
}

function getKind(one, other) {
  if (!one) return "added";
  if (!other) return "removed";
  return one.role === other.role && one.text === other.text ? "same" : "changed";
}

function getTitle(role, number) {
  if (!role) return "Text";
  return number === null ? `Message of ${role}, removed` : `Message ${number}: ${role}`;
}

function getRole({ role, type }) {
  return role ?? type ?? "message";
}

function writeMessage({ role, content, ...rest }) {
  if (typeof content !== "string") return formatJson({ ...(content == null ? {} : { content }), ...rest });
  return Object.keys(rest).length ? `${content}\n${formatJson(rest)}` : content;
}
