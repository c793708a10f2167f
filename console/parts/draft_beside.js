/** What stands beside a text that is being written: its problems, its variables, its rendering. */

import { formatJson } from "../app/json.js";
import { Choice, Label, Section } from "./controls.js";
import { html } from "../vendor/preact.js";

/**
 * What is wrong with the text; a press leads there.
 *
 * @param {{check: object, onGo: (finding: object) => void}} props `check` is that of `useCheck`.
 */
export function Problems({ check, onGo }) {
  const { findings, result: { warnings }, error, isCurrent } = check;
  return html`<${Section} title="Problems">
    <div role="status">
      ${error && html`<p class="error">Not checked: ${error.message}</p>`}
      ${!error && findings.length === 0 && html`
        <p class="hint">${isCurrent ? "None." : "Checking …"}</p>`}
    </div>
    ${findings.length > 0 && html`<ul class="findings">
      ${findings.map((finding) => html`<li key=${`${finding.path} ${finding.line} ${finding.message}`}>
        <button type="button" class="finding" onClick=${() => onGo(finding)}>
          <span class="place">${describePlace(finding)}</span>
          <span dir="auto">${finding.message}</span>
        </button>
      </li>`)}
    </ul>`}
    ${warnings.length > 0 && html`<ul class="warnings">
      ${warnings.map(({ message }) => html`<li key=${message} dir="auto">${message}</li>`)}
    </ul>`}
  <//>`;
}

function describePlace({ path, line }) {
  const [, index] = path.match(/^messages\[(\d+)\]/) ?? [];
  const field = path.split(".")[0].replaceAll("_", " ");
  const name = index === undefined ? field : `message ${Number(index) + 1}`;
  const place = name === "template" ? "" : name;
  return [place, line != null && `line ${line}`].filter(Boolean).join(", ") || "text";
}

/**
 * The variables of the text, beside those of the live version.
 *
 * @param {{names: string[], liveNames: string[] | null}} props `liveNames` is null where nothing is
 *   live.
 */
export function Variables({ names, liveNames }) {
  const gone = (liveNames ?? []).filter((name) => !names.includes(name));
  return html`<${Section} title="Variables">
    ${names.length === 0 && gone.length === 0 && html`<p class="hint">The text has none.</p>`}
    <ul class="variables">
      ${names.map((name) => html`<li key=${name}><code dir="auto">${name}</code>${" "}
        ${liveNames && !liveNames.includes(name) && html`
          <${Label} title="The live version has no such variable">new<//>`}
      </li>`)}
      ${gone.map((name) => html`<li key=${name}><code dir="auto"><del>${name}</del></code>${" "}
        <${Label} title="The live version has this variable">gone<//></li>`)}
    </ul>
  <//>`;
}

/**
 * The rendering of the text with the values of a payload.
 *
 * @param {{check: object, payloads: object[], payloadId: string, onChoose: (id: string) => void,
 *   children: unknown}} props
 */
export function Preview({ check: { result, findings }, payloads, payloadId, onChoose, children }) {
  const { rendering, missing_variables: missing } = result;
  const options = payloads.map(({ id, name }, index) => [id, name ?? `Payload ${index + 1}`]);
  return html`<${Section} title="Preview" actions=${payloads.length > 0 && html`
      <${Choice} label="Values of the preview" isLabelHidden value=${payloadId} onChange=${onChoose}
        options=${[["", "No values"], ...options]} />`}>
    ${missing.length > 0 && html`<p class="error">No value for ${missing.join(", ")}.</p>`}
    ${rendering && (rendering.messages?.length > 0
      ? html`<ol class="rendering">${rendering.messages.map((message, index) => html`<li key=${index}>
          <span class="role">${message.role}</span>
          <pre dir="auto">${formatContent(message.content)}</pre>
        </li>`)}</ol>`
      : html`<pre class="rendering" dir="auto" tabindex="0" role="region"
          aria-label="Rendering">${rendering.rendered}</pre>`)}
    ${!rendering && missing.length === 0 && html`<p class="hint">
      ${findings.length > 0 ? "There is no preview of a text with problems." : children}</p>`}
  <//>`;
}

function formatContent(content) {
  return typeof content === "string" ? content : formatJson(content);
}
