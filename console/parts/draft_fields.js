/** The fields of a draft: its texts, its model, what it produces. */

import { convert, createMessage, ENGINES, moveItem, PARAMETERS, ROLES } from "../app/drafts.js";
import { formatJson } from "../app/json.js";
import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Button, Choice, Field, Section } from "./controls.js";
import { TextEditor } from "./text_editor.js";

const NONE = [];
const EXAMPLE_MESSAGE = { role: "user", content: [{ type: "text", text: "" }] };
const EXAMPLE_SCHEMA = {
  type: "json_schema",
  json_schema: {
    name: "answer",
    strict: true,
    schema: {
      type: "object",
      properties: { answer: { type: "string" } },
      required: ["answer"],
      additionalProperties: false,
    },
  },
};
const EXAMPLE_TOOL = {
  type: "function",
  function: {
    name: "find_order",
    description: "Find an order by its number",
    parameters: { type: "object", properties: { number: { type: "string" } }, required: ["number"] },
  },
};

/**
 * @typedef {object} FieldsProps
 * @property {import("../app/drafts.js").Draft} draft
 * @property {(draft: import("../app/drafts.js").Draft) => void} onChange
 * @property {ReturnType<import("../app/use_check.js").useCheck>} check
 * @property {(field: string) => {current: object | null}} getControl The control of an editor by its field.
 */

/** The text, or the messages, and their language. @param {FieldsProps & {isNew?: boolean}} props */
export function Texts({ draft, onChange, check, getControl, isNew }) {
  const change = (fields) => onChange({ ...draft, ...fields });
  const engine = draft.engine || check.result.engine || "";
  const automatic = check.result.engine ? `Recognised: ${ENGINES[check.result.engine]}` : "Recognised";
  const engines = Object.entries(ENGINES);
  return html`<${Section} title="Text" actions=${html`
      <fieldset class="switch">
        <legend class="hidden">Form</legend>
        ${[[false, "Plain text"], [true, "Chat messages"]].map(([isChat, text]) => html`
          <label key=${text}><input type="radio" name="form" checked=${draft.isChat === isChat}
            onChange=${() => onChange(convert(draft))} /><span>${text}</span></label>`)}
      </fieldset>
      <${Choice} label="Template language" isLabelHidden value=${draft.engine}
        onChange=${(engine) => change({ engine })}
        options=${isNew ? [["", automatic], ...engines] : engines} />`}>
    ${draft.isChat
      ? html`<${Messages} messages=${draft.messages} engine=${engine} check=${check} getControl=${getControl}
          onChange=${(messages) => change({ messages })} />`
      : html`<${TextEditor} label="Text" value=${draft.template} language=${engine} lines=${12}
          onInput=${(template) => change({ template })} findings=${listFindings(check, "template")}
          control=${getControl("template")} isFocused />`}
  <//>`;
}

function Messages({ messages, onChange, engine, check, getControl }) {
  const list = useRef(null);
  const nextFocus = useRef(null); // a selector: moving a row takes the focus from its buttons
  useLayoutEffect(() => {
    const target = nextFocus.current && list.current.querySelector(nextFocus.current);
    nextFocus.current = null;
    target?.focus();
  });
  const replace = (index, fields) =>
    onChange(messages.map((message, at) => (at === index ? { ...message, ...fields } : message)));
  const move = (index, distance) => {
    const at = index + distance;
    const isEnd = at === 0 || at === messages.length - 1;
    const name = (distance < 0) === !isEnd ? "up" : "down";
    nextFocus.current = `[data-row="${messages[index].key}"] [data-move="${name}"]`;
    onChange(moveItem(messages, index, distance));
  };
  const remove = (index) => {
    nextFocus.current = "[data-add]";
    onChange(messages.filter((_, at) => at !== index));
  };
  const add = (kind, role, text) => {
    const message = createMessage(kind, role, text);
    nextFocus.current = `[data-row="${message.key}"] select, [data-row="${message.key}"] input`;
    onChange([...messages, message]);
  };
  const lastRole = messages.findLast(({ kind }) => kind === "text")?.role;
  const nextRole = lastRole === "user" ? "assistant" : "user";
  return html`<div ref=${list}>
    <ol class="messages-list">
      ${messages.map((message, index) => html`<li key=${message.key} data-row=${message.key}>
        <div class="message-head">
          <span class="number" aria-hidden="true">${index + 1}</span>
          <${MessageHead} message=${message} name=${`message ${index + 1}`}
            onChange=${(fields) => replace(index, fields)} />
          <div class="actions">
            <button type="button" class="button quiet" data-move="up" disabled=${index === 0}
              aria-label=${`Move message ${index + 1} up`} onClick=${() => move(index, -1)}>↑</button>
            <button type="button" class="button quiet" data-move="down"
              disabled=${index === messages.length - 1}
              aria-label=${`Move message ${index + 1} down`} onClick=${() => move(index, 1)}>↓</button>
            <button type="button" class="button quiet" aria-label=${`Remove message ${index + 1}`}
              onClick=${() => remove(index)}>Remove</button>
          </div>
        </div>
        ${message.kind !== "placeholder" && html`
          <${TextEditor} label=${`Message ${index + 1}`} value=${message.text} lines=${2}
            language=${message.kind === "json" ? "json" : engine}
            onInput=${(text) => replace(index, { text })}
            findings=${listFindings(check, `messages[${index}]`)}
            control=${getControl(`messages[${index}]`)} isFocused=${index === 0} />`}
      </li>`)}
    </ol>
    <div class="actions">
      <button type="button" class="button" data-add onClick=${() => add("text", nextRole, "")}>
        Add a message</button>
      <button type="button" class="button" onClick=${() => add("placeholder", "", "history")}>
        Add a placeholder</button>
      <button type="button" class="button" onClick=${() => add("json", "", formatJson(EXAMPLE_MESSAGE))}>
        Add a message as JSON</button>
    </div>
  </div>`;
}

function MessageHead({ message: { kind, role, text, rest }, name, onChange }) {
  if (kind === "json") return html`<span class="hint">JSON, as images and tool calls need it</span>`;
  if (kind === "placeholder") {
    return html`<${Field} label=${`Variable of ${name}`} isLabelHidden value=${text} required
      onInput=${(text) => onChange({ text })} />
      <span class="hint">stands for the messages in this variable</span>`;
  }
  const others = Object.keys(rest);
  return html`<${Choice} label=${`Role of ${name}`} isLabelHidden value=${role}
      onChange=${(role) => onChange({ role })} options=${ROLES.map((name) => [name, name])} />
    ${others.length > 0 && html`<span class="hint">with ${others.join(", ")}</span>`}`;
}

/** The model, its parameters, what it produces and its tools. @param {FieldsProps} props */
export function Settings({ draft, onChange, check, getControl }) {
  const change = (fields) => onChange({ ...draft, ...fields });
  const setParameter = (name, text) => change({ parameters: { ...draft.parameters, [name]: text } });
  const editor = (field, name, label) => html`
    <${TextEditor} label=${label} language="json" value=${draft[name]}
      onInput=${(text) => change({ [name]: text })} findings=${listFindings(check, field)}
      control=${getControl(field)} />`;
  const parameters = Object.values(draft.parameters).filter(Boolean).length;
  const count = parameters > 0 && `${parameters} ${parameters === 1 ? "parameter" : "parameters"}`;
  const modelSummary = [draft.model, count].filter(Boolean).join(", ");
  return html`
    <${Fold} title="Model" summary=${modelSummary || "none"} mustOpen=${hasFindings(check, "model_params")}>
      <div class="columns">
        <${Field} label="Model" value=${draft.model} onInput=${(model) => change({ model })}
          placeholder="openai/gpt-4o" />
        ${Object.entries(PARAMETERS).map(([name, label]) => html`
          <${Field} label=${label} key=${name} type="number" step="any" inputmode="decimal"
            value=${draft.parameters[name]} onInput=${(text) => setParameter(name, text)} />`)}
      </div>
      <p class="label-text">More parameters, as JSON</p>
      ${editor("model_params", "otherParameters", "More parameters, as JSON")}
    <//>
    <${Fold} title="Output" summary=${describeOutput(draft.responseFormat)}
      mustOpen=${hasFindings(check, "response_format")}>
      <div class="actions">
        ${draft.responseFormat.trim()
          ? html`<${Button} onPress=${() => change({ responseFormat: "" })}>Plain text instead<//>`
          : html`
            <${Button} onPress=${() => change({ responseFormat: formatJson({ type: "json_object" }) })}>
              Any JSON<//>
            <${Button} onPress=${() => change({ responseFormat: formatJson(EXAMPLE_SCHEMA) })}>
              JSON of a schema<//>`}
      </div>
      <p class="hint">What the model must produce, in OpenAI's format: without it, a plain text.</p>
      ${editor("response_format", "responseFormat", "Output, as JSON")}
      <${FindingList} findings=${listFindings(check, "response_format")} />
    <//>
    <${Fold} title="Tools" summary=${describeTools(draft.tools)} mustOpen=${hasFindings(check, "tools")}>
      ${!draft.tools.trim() && html`<div class="actions">
        <${Button} onPress=${() => change({ tools: formatJson([EXAMPLE_TOOL]) })}>Begin with an example<//>
      </div>`}
      <p class="hint">Functions that the model may call: a list, in the format of its vendor.</p>
      ${editor("tools", "tools", "Tools, as JSON")}
      <${FindingList} findings=${listFindings(check, "tools")} />
    <//>`;
}

/** A part of a page that can be closed; what is wrong inside opens it. */
function Fold({ title, summary, mustOpen, children }) {
  const [isOpen, setOpen] = useState(false);
  const isShown = isOpen || mustOpen;
  const toggle = (event) => setOpen(event.currentTarget.open);
  return html`<details class="section fold" open=${isShown} onToggle=${toggle}>
    <summary><h2>${title}</h2><span class="hint" dir="auto">${summary}</span></summary>
    ${isShown && children}
  </details>`;
}

function FindingList({ findings }) {
  return html`${findings.map(({ message }) => html`<p class="error" key=${message}>${message}</p>`)}`;
}

function listFindings(check, field) {
  return check.byField[field] ?? NONE;
}

function hasFindings(check, field) {
  return listFindings(check, field).length > 0;
}

function describeOutput(text) {
  if (!text.trim()) return "plain text";
  try {
    const { type, json_schema: schema } = JSON.parse(text);
    return type === "json_schema" ? `JSON of the schema ${schema?.name ?? ""}` : "JSON";
  } catch {
    return "JSON";
  }
}

function describeTools(text) {
  if (!text.trim()) return "none";
  try {
    return JSON.parse(text).map((tool) => tool.function?.name ?? tool.name ?? tool.type).join(", ");
  } catch {
    return "";
  }
}

/** The controls of the editors by field, and the way to a finding. */
export function useControls() {
  const controls = useRef({});
  const getControl = (field) => (controls.current[field] ??= { current: null });
  const go = ({ path, line, column }) => {
    const [field] = path.match(/^(?:messages\[\d+\]|[^.[]+)/) ?? [""];
    controls.current[field]?.current?.focus(line, column);
  };
  return { getControl, go };
}
