/** Two drafts of the same version, by two people, become one. */

import { ENGINES, PARAMETERS } from "./drafts.js";

/**
 * @typedef {object} Difference Where two drafts differ.
 * @property {string} name
 * @property {string} label
 * @property {"you" | "they" | "both"} by Who has changed it since both began.
 * @property {string} mine
 * @property {string} theirs
 * @property {string} text What to begin with: whoever has changed it alone is right.
 * @property {"text" | "choice"} kind Whether it is merged line by line, or one of the two is taken.
 * @property {string} [language] Of what is merged line by line.
 */

/**
 * Compare two drafts that began as the same one.
 *
 * @param {import("./drafts.js").Draft} base What both began with.
 * @param {import("./drafts.js").Draft} mine
 * @param {import("./drafts.js").Draft} theirs
 * @returns {Difference[]}
 */
export function compareDrafts(base, mine, theirs) {
  const [before, own, other] = [base, mine, theirs].map(listParts);
  if (describeShape(mine) !== describeShape(theirs)) {
    // Messages have come, gone or moved: line by line there is nothing to compare.
    for (const parts of [before, own, other]) joinMessages(parts);
  }
  const names = new Set([...own.keys(), ...other.keys()]);
  const differences = [];
  for (const name of names) {
    const [was, mine, theirs] = [before, own, other].map((parts) => parts.get(name)?.text ?? "");
    if (mine === theirs) continue;
    const by = mine === was ? "they" : theirs === was ? "you" : "both";
    const { label, kind, language } = own.get(name) ?? other.get(name);
    const text = by === "they" ? theirs : mine;
    differences.push({ name, label, kind, language, by, mine, theirs, text });
  }
  return differences;
}

/**
 * Build the draft that has been merged by hand.
 *
 * @param {import("./drafts.js").Draft} mine
 * @param {import("./drafts.js").Draft} theirs
 * @param {Difference[]} differences With `text` as it has been decided.
 */
export function applyMerge(mine, theirs, differences) {
  const messages = mine.messages.map((message) => ({ ...message }));
  const draft = { ...mine, parameters: { ...mine.parameters }, messages };
  for (const { name, text, theirs: textOfTheirs } of differences) {
    const [, index] = name.match(/^messages\[(\d+)\]$/) ?? [];
    if (name === "texts") {
      const { isChat, template, messages } = text === textOfTheirs ? theirs : mine;
      Object.assign(draft, { isChat, template, messages });
    } else if (name === "inputs") {
      draft.inputs = text === textOfTheirs ? theirs.inputs : mine.inputs;
    } else if (index !== undefined) draft.messages[index].text = text;
    else if (name in draft.parameters) draft.parameters[name] = text;
    else draft[name] = text;
  }
  return draft;
}

function listParts(draft) {
  const parts = new Map();
  const add = (name, label, text, kind, language) => parts.set(name, { label, text, kind, language });
  if (draft.isChat) {
    draft.messages.forEach((message, index) => {
      const label = `Message ${index + 1}: ${message.role || message.kind}`;
      const language = message.kind === "json" ? "json" : draft.engine;
      add(`messages[${index}]`, label, message.text, "text", language);
    });
  } else add("template", "Text", draft.template, "text", draft.engine);
  add("engine", "Language", ENGINES[draft.engine] ? draft.engine : "", "choice");
  add("model", "Model", draft.model, "choice");
  for (const [name, label] of Object.entries(PARAMETERS)) {
    add(name, label, draft.parameters[name], "choice");
  }
  add("otherParameters", "Other parameters", draft.otherParameters, "text", "json");
  add("responseFormat", "Output", draft.responseFormat, "text", "json");
  add("tools", "Tools", draft.tools, "text", "json");
  add("inputs", "Declared variables", JSON.stringify(draft.inputs ?? []), "choice");
  add("message", "What it is for", draft.message, "choice");
  return parts;
}

function joinMessages(parts) {
  const texts = [];
  for (const [name, { label, text }] of parts) {
    if (name !== "template" && !name.startsWith("messages[")) continue;
    texts.push(name === "template" ? text : `${label}\n\n${text}`);
    parts.delete(name);
  }
  parts.set("texts", { label: "Text", text: texts.join("\n\n"), kind: "choice" });
}

function describeShape({ isChat, messages }) {
  return isChat ? JSON.stringify(messages.map(({ kind, role, rest }) => [kind, role, rest])) : "";
}
