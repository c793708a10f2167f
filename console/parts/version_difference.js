/** What differs between two versions: their texts, settings and variables. */

import { compareTexts } from "../app/differences.js";
import { formatJson } from "../app/json.js";
import { useLoad } from "../app/load.js";
import { get, path } from "../app/session.js";
import { compareMessages, compareVersionSettings, listTexts } from "../app/version_texts.js";
import { html, useMemo } from "../vendor/preact.js";
import { Label } from "./controls.js";
import { Differences, TextDifference } from "./difference.js";
import { TextCards } from "./text_cards.js";

/**
 * The differences between the texts of two versions, or of two renderings.
 *
 * @param {{before: object | null, after: object, view: string, names: [string, string],
 *   views?: string[][]}} props The view `alone` shows `after` only.
 */
export function TextsDifference({ before, after, view, views, names }) {
  const texts = useMemo(() => compareMessages(before, after), [before, after]);
  const rows = useMemo(() => texts.flatMap((text) => text.rows), [texts]);
  return html`<${Differences} rows=${rows} view=${view} views=${views}>
    ${view === "alone" ? html`<${TextCards} texts=${listTexts(after)} />` : texts.map((text, index) => html`<section key=${index}>
      ${texts.length > 1 && html`<h3 class="difference-title">${text.title}
        ${text.kind !== "same" && html` <${Label}>${text.kind}<//>`}</h3>`}
      <${TextDifference} rows=${text.rows} view=${view} before=${names[0]} after=${names[1]}
        label=${texts.length > 1 ? text.title : "Text"} />
    </section>`)}
  <//>`;
}

/** The settings that differ between two versions. */
export function SettingsDifference({ before, after, view, names }) {
  const settings = compareVersionSettings(before, after);
  if (settings.length === 0) return html`<p class="hint">The settings are the same.</p>`;
  const long = settings.filter(({ before, after }) => isLong(before) || isLong(after));
  const short = settings.filter((setting) => !long.includes(setting));
  return html`
    ${short.length > 0 && html`<table class="settings-difference">
      <thead><tr><th scope="col">Setting</th><th scope="col">${names[0]}</th><th scope="col">${names[1]}</th></tr></thead>
      <tbody>${short.map(({ path, name, before, after }) => html`<tr key=${path}>
        <th scope="row"><bdi>${name}</bdi></th>
        <td dir="auto">${before === undefined ? html`<span class="hint">none</span>` : html`<del>${write(before)}</del>`}</td>
        <td dir="auto">${after === undefined ? html`<span class="hint">none</span>` : html`<ins>${write(after)}</ins>`}</td>
      </tr>`)}</tbody>
    </table>`}
    ${long.map(({ path, name, before, after }) => html`<section key=${path}>
      <h3 class="difference-title"><bdi>${name}</bdi></h3>
      <${TextDifference} view=${view} label=${name} before=${names[0]} after=${names[1]}
        rows=${compareTexts(write(before), write(after))} />
    </section>`)}`;
}

/** The variables that only one of two versions has. */
export function VariablesDifference({ promptId, from, to }) {
  const { value, error } = useLoad(async (signal) => {
    const [before, after] = await Promise.all([from, to].map((number) =>
      get(path`v1/prompts/${promptId}/versions/${number}/variables`, {}, signal)));
    return { before: before.variables, after: after.variables };
  }, [promptId, from, to]);
  if (error) return html`<p class="hint">The variables could not be listed: ${error.message}</p>`;
  if (!value) return html`<p class="hint">Looking for variables …</p>`;
  const added = value.after.filter((name) => !value.before.includes(name));
  const gone = value.before.filter((name) => !value.after.includes(name));
  if (added.length + gone.length === 0) return html`<p class="hint">The variables are the same.</p>`;
  const list = (names, text, Mark) => names.length > 0 && html`<p>${text}: ${names.map((name) =>
    html`<${Mark} key=${name}><code dir="auto">${name}</code><//> `)}</p>`;
  return html`
    ${list(added, "Callers have to send", "ins")}
    ${list(gone, "No longer used", "del")}`;
}

function isLong(value) {
  return typeof value === "object" && value !== null;
}

function write(value) {
  if (value === undefined) return null;
  return typeof value === "string" ? value : formatJson(value);
}
