/** A version, rendered with values that are stored or typed, beside the live one. */

import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { changeQuery, page } from "../app/router.js";
import { get, getAll, may, path, write } from "../app/session.js";
import { useRendering } from "../app/use_rendering.js";
import { describeKind, readValues, writeValues } from "../app/variables.js";
import { listTexts } from "../app/version_texts.js";
import { Button, Choice, Empty, Field, Form, Section } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { getView, listViews } from "../parts/difference.js";
import { Loading, Problem } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { TextCards } from "../parts/text_cards.js";
import { VersionChoice, findVersion, useVersions } from "../parts/version_choice.js";
import { TextsDifference } from "../parts/version_difference.js";
import { html, useState } from "../vendor/preact.js";
import { AllPayloads } from "./try/all_payloads.js";
import { CodeSamples } from "./try/code_samples.js";

const TYPED = "typed"; // in the address: no payload

/** @param {{id: string, query: {version?: string, payload?: string, view?: string}}} props */
export function Page({ id, query }) {
  return html`<${PromptFrame} id=${id} tab="/try">${(prompt) =>
    html`<${Trial} prompt=${prompt} query=${query} />`}<//>`;
}

function Trial({ prompt, query }) {
  const versions = useVersions(prompt.id);
  const payloads = useLoad(
    (signal) => getAll(path`v1/prompts/${prompt.id}/payloads`, "payloads", { limit: 100 }, undefined, signal),
    [prompt.id],
  );
  return html`<${Loading} of=${versions}>${(all) => all.length === 0
    ? html`<${Empty} title="There is no version to try yet.">
        <p>Here you see what callers get: the text with values for its variables, beside that of the live version.</p>
        ${may(prompt.team_id, "write") && html`<a class="button" href=${page`/prompts/${prompt.id}/edit`}>Write the first</a>`}
      <//>`
    : html`<${Loading} of=${payloads}>${(stored) => html`<${Trying} prompt=${prompt} query=${query} versions=${all}
        payloads=${stored} onSave=${(payload) => payloads.replace([payload, ...stored])} />`}<//>`}<//>`;
}

function Trying({ prompt, query, versions, payloads, onSave }) {
  const version = findVersion(versions, query.version || "latest") ?? versions[0];
  const live = findVersion(versions, "live");
  const other = live === version ? undefined : live;
  const payload = query.payload === TYPED ? undefined : (payloads.find(({ id }) => id === query.payload) ?? payloads[0]);
  const [edits, setEdits] = useState({}); // by payload, so that a look at another one loses nothing
  const edited = edits[payload?.id ?? TYPED] ?? {};
  const texts = { ...writeValues(payload?.variables ?? {}), ...edited };
  const variables = readValues(texts);
  const own = useRendering(prompt.id, version.version, variables);
  const beside = useRendering(prompt.id, other?.version, variables);
  const setText = (name, text) => setEdits({ ...edits, [payload?.id ?? TYPED]: { ...edited, [name]: text } });
  return html`
    <div class="try-choices">
      <${VersionChoice} label="Version" versions=${versions} value=${version.version}
        onChange=${(version) => changeQuery({ version })} />
      <${Choice} label="Values" value=${payload?.id ?? TYPED} onChange=${(payload) => changeQuery({ payload })}
        options=${[...payloads.map(({ id, name }) => [id, name ?? id]), [TYPED, "Typed here"]]} />
    </div>
    <div class="try">
      <${Values} prompt=${prompt} version=${version} live=${other} texts=${texts} setText=${setText} own=${own}
        beside=${beside} variables=${variables} onSave=${onSave} />
      <${Result} version=${version} live=${other} own=${own} beside=${beside} view=${getView(query)} />
    </div>
    <${AllPayloads} key=${`${version.version}:${other?.version}`} prompt=${prompt} version=${version} live=${other}
      payloads=${payloads} view=${getView(query)} />
    <${CodeSamples} slug=${prompt.slug} version=${version === live ? null : version.version} variables=${variables} />`;
}

function Values({ prompt, version, live, texts, setText, own, beside, variables, onSave }) {
  const [isSaving, setSaving] = useState(false);
  const list = async (number, signal) => number === undefined
    ? []
    : (await get(path`v1/prompts/${prompt.id}/versions/${number}/variables`, {}, signal)).variables;
  const loaded = useLoad(
    async (signal) => await Promise.all([list(version.version, signal), list(live?.version, signal)]),
    [prompt.id, version.version, live?.version],
  );
  const mayWrite = may(prompt.team_id, "write");
  return html`<${Section} title="Values" actions=${mayWrite && html`
      <${Button} onPress=${() => setSaving(true)}>Save as payload<//>`}>
    <${Loading} of=${loaded}>${([used, usedByLive]) => {
      const names = [...used, ...usedByLive.filter((name) => !used.includes(name))];
      const unused = Object.keys(texts).filter((name) => !names.includes(name) && texts[name] !== "");
      return html`<div class="bare">
        ${names.length === 0 && html`<p class="hint">This text has no variables.</p>`}
        ${names.map((name) => html`<${Value} key=${name} name=${name} text=${getText(texts, name)}
          onInput=${(text) => setText(name, text)} error=${findProblem(name, own, texts)}
          hint=${used.includes(name) ? findProblem(name, beside, texts) && `Version ${live.version} needs it.` : `Only version ${live.version}, which is live, uses it.`} />`)}
        ${unused.length > 0 && html`<p class="hint">Not used by ${live ? "either version" : `version ${version.version}`}: ${unused.map((name) => html`<code key=${name} dir="auto">${name}</code> `)}</p>`}
        ${names.length > 0 && html`<p class="hint">Numbers, <code>true</code>, lists and objects are read as JSON; in
          quotes they are texts. An empty field is no value.</p>`}
      </div>`;
    }}<//>
    ${isSaving && html`<${SaveDialog} prompt=${prompt} variables=${variables} onSave=${onSave}
      onClose=${() => setSaving(false)} />`}
  <//>`;
}

function Value({ name, text, onInput, hint, error }) {
  const kind = describeKind(text);
  const rows = Math.min(8, Math.max(1, text.split("\n").length, Math.ceil(text.length / 60)));
  return html`<${Field} label=${name} value=${text} onInput=${onInput} rows=${rows} error=${error} spellcheck="false"
    hint=${[kind && `Read as ${kind}.`, hint].filter(Boolean).join(" ") || undefined} />`;
}

/** What is typed for a variable, which may have the name of something that every object has. */
function getText(texts, name) {
  return Object.hasOwn(texts, name) ? texts[name] : "";
}

/** What a rendering says about a variable: that it needs one, or has gone on without. */
function findProblem(name, { rendering, error, isCurrent }, texts) {
  const detail = error?.details?.find(({ path }) => path === `variables.${name}`);
  if (detail) return getText(texts, name) ? `${detail.message}.` : "This version needs a value.";
  return isCurrent && !error && rendering?.missing.includes(name) ? "Without a value the text has nothing here." : undefined;
}

function Result({ version, live, own, beside, view }) {
  const names = [`Version ${live?.version}, live`, `Version ${version.version}`];
  const { rendering } = own;
  const isCurrent = own.isCurrent && beside.isCurrent;
  return html`<${Section} title=${live ? `Version ${version.version} beside what is live` : `Version ${version.version}`}
      aria-busy=${!isCurrent} actions=${html`<p class="hint" role="status">${isCurrent ? "" : "Rendering …"}</p>`}>
    ${own.error && html`<${Problem} error=${own.error} onRetry=${own.reload} />`}
    ${beside.error && html`<div class="notice"><p>Version ${live.version}, which is live, does not render with these values: ${beside.error.message}</p></div>`}
    ${rendering && html`<div class=${isCurrent && !own.error ? "" : "try-old"}>
      ${live && beside.rendering && !beside.error
        ? html`<${TextsDifference} before=${beside.rendering} after=${rendering} view=${view} names=${names}
            views=${listViews(["alone", "Alone"])} />`
        : html`<${TextCards} texts=${listTexts(rendering)} />`}
    </div>`}
    ${!live && html`<p class="hint">${version.status === "live" ? "This is the live version. Choose another one to see both." : "No version is live yet."}</p>`}
  <//>`;
}

function SaveDialog({ prompt, variables, onSave, onClose }) {
  const [name, setName] = useState("");
  const save = async () => {
    const { value } = await write("POST", path`v1/prompts/${prompt.id}/payloads`, { name: name.trim(), variables });
    onSave(value.payload);
    changeQuery({ payload: value.payload.id });
    say(`The values are saved as ${name.trim()}.`);
    onClose();
  };
  return html`<${Dialog} title="Save as payload" onClose=${onClose}>
    <${Form} onSubmit=${save}>
      <${Field} label="Name" value=${name} onInput=${setName} required autofocus
        hint="Say what is special about these values, as in “A customer without a name”." />
      <div class="actions end"><${Button} onPress=${onClose}>Cancel<//><button class="button primary">Save</button></div>
    <//>
  <//>`;
}
