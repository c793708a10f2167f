/** What a version consists of: its text, or the messages of its conversation, and its settings. */

import { Fragment, html } from "../vendor/preact.js";
import { LongText } from "./long_text.js";

/** The text, or the messages as cards. */
export function VersionText({ version }) {
  const { messages, template } = version;
  if (!messages || version.omissions?.includes("messages")) return html`<${LongText} text=${template} />`;
  return html`<ol class="chat">
    ${messages.map((message, index) => html`<${Message} key=${index} message=${message} />`)}
  </ol>`;
}

/** The settings that a version has, and the variables that its text uses. */
export function VersionSettings({ version, variables }) {
  const rows = [
    ["Engine", version.engine],
    ["Model", version.model],
    ...Object.entries(version.model_params ?? {}).map(([name, value]) => [name, format(value)]),
  ].filter(([, value]) => value);
  const documents = [
    ["Output schema", version.response_format],
    ["Tools", version.tools],
    ["Inputs", version.inputs],
  ].filter(([, value]) => value);
  return html`
    <dl class="settings">
      ${rows.map(([name, value]) => html`<${Fragment} key=${name}>
        <dt>${name}</dt><dd dir="auto">${value}</dd>
      <//>`)}
      <dt>Variables</dt>
      <dd>${variables.length > 0
        ? variables.map((name) => html`<code class="variable" key=${name}>${name}</code> `)
        : "none"}</dd>
    </dl>
    ${documents.map(([name, value]) => html`<details class="document" key=${name}>
      <summary>${name}</summary><${LongText} text=${JSON.stringify(value, null, 2)} />
    </details>`)}`;
}

function Message({ message }) {
  const { role, type, name, content, tool_calls: calls } = message;
  if (type === "placeholder") {
    return html`<li class="chat-message">
      <span class="role">placeholder</span>
      <p>The messages that the variable <code>${name}</code> has.</p>
    </li>`;
  }
  const parts = Array.isArray(content) ? content : [{ type: "text", text: content ?? "" }];
  return html`<li class="chat-message ${role}">
    <span class="role">${role}${name && html` <span dir="auto">${name}</span>`}</span>
    ${parts.map((part, index) => html`<${LongText} key=${index}
      text=${part?.type === "text" ? String(part.text) : JSON.stringify(part, null, 2)} />`)}
    ${calls && html`<${LongText} text=${JSON.stringify(calls, null, 2)} />`}
  </li>`;
}

function format(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
