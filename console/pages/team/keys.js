/** The API keys of a team: made for a purpose, shown once, revoked. */

import { useLoad } from "../../app/load.js";
import { say } from "../../app/messages.js";
import { BASE } from "../../app/api.js";
import { get, getAll, path, session, write } from "../../app/session.js";
import { Confirm } from "../../parts/confirm.js";
import { Button, Choice, CopyButton, Empty, Field, Form, Label, Section } from "../../parts/controls.js";
import { Dialog } from "../../parts/dialog.js";
import { Loading } from "../../parts/loading.js";
import { Table } from "../../parts/table.js";
import { Day, Time } from "../../parts/time.js";
import { html, useState } from "../../vendor/preact.js";

/** What a key can be for: the operation, whether it reads `live` only, and its name. */
const PURPOSES = {
  live: { text: "An application reads what is live", operation: "read_render", pointers: ["live"], start: "Read live from " },
  read: { text: "An application reads any version", operation: "read_render", pointers: null, start: "Read from " },
  write: { text: "A pipeline or tool writes and releases", operation: "all", pointers: null, start: "Write from " },
  admin: { text: "A tool manages the team", operation: "admin", pointers: null, start: "Manage from " },
};
const LIFETIMES = [["", "never"], ["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"]];
const OVERLAP = 3600; // seconds for which a replaced secret goes on to work
const DAY = 24 * 60 * 60 * 1000;

/** @param {{team: object}} props */
export function Keys({ team }) {
  const { person } = session.get();
  const keys = useLoad(async (signal) => (person ? await readKeys(team, signal) : []), [team.id]);
  const [dialog, setDialog] = useState(null);
  if (!person) {
    return html`<${Empty} title="API keys are made by people.">
      <p>Sign in as a person who is an admin of the team.</p><//>`;
  }
  const close = () => setDialog(null);
  const revoke = async (key) => {
    await write("DELETE", path`v1/api-keys/${key.id}`);
    say(`“${key.name}” no longer works.`);
    keys.reload();
  };
  const regenerate = async (key) => {
    const url = path`v1/api-keys/${key.id}/regenerate`;
    const { value } = await write("POST", url, { overlap_seconds: OVERLAP }, { hasSecret: true });
    keys.reload();
    setDialog(html`<${Secret} apiKey=${value} onClose=${close} />`);
  };
  const open = {
    create: () => setDialog(html`<${NewKey} team=${team} onClose=${close} onCreate=${(key) => {
      keys.reload();
      setDialog(html`<${Secret} apiKey=${key} onClose=${close} />`);
    }} />`),
    revoke: (key) => setDialog(html`<${Confirm} title="Revoke the key" action="Revoke"
      onConfirm=${() => revoke(key)} onClose=${close}>
      <p>Whatever uses “${key.name}” is refused within 30 seconds. ${key.last_used_at
        ? html`It was last used <${Day} day=${key.last_used_at} />.`
        : "It was never used."}</p>
    <//>`),
    regenerate: (key) => {
      // It closes itself when it is done, and by then the dialogue with the secret is shown.
      const confirm = html`<${Confirm} title="New secret" action="Make a new secret"
        onConfirm=${() => regenerate(key)} onClose=${() => setDialog((shown) => (shown === confirm ? null : shown))}>
        <p>“${key.name}” gets a new secret. The present one goes on to work for an hour.</p>
      <//>`;
      setDialog(confirm);
    },
  };
  const create = html`<${Button} kind="primary" onPress=${open.create}>New key<//>`;
  return html`<${Section} title="API keys" actions=${create}>
    <${Loading} of=${keys}>${(keys) => keys.length === 0
      ? html`<${Empty} title="No key yet."><p>An application reads prompts with a key of its own.</p><//>`
      : html`<${Table} rows=${keys} getKey=${({ id }) => id} columns=${[
        ["Name", ({ name, prefix, created_by }) => html`<bdi>${name}</bdi><br />
          <span class="hint"><code>${prefix}…</code>${created_by && html` by ${created_by.name}`}</span>`],
        ["May", describe],
        ["Last used", ({ last_used_at }) => (last_used_at ? html`<${Day} day=${last_used_at} />` : "never")],
        ["Expires", ({ expires_at }) => (expires_at ? html`<${Time} at=${expires_at} />` : "never")],
        ["Actions", (key) => html`<div class="actions">
          <${Button} kind="quiet" onPress=${() => open.regenerate(key)} aria-label=${`New secret for ${key.name}`}>New secret<//>
          <${Button} kind="quiet" onPress=${() => open.revoke(key)} aria-label=${`Revoke ${key.name}`}>Revoke<//>
        </div>`, { isTitleHidden: true }],
      ]} />`}<//>
    ${dialog}
  <//>`;
}

async function readKeys(team, signal) {
  const { organizations } = await get("v1/me/orgs", {}, signal);
  const query = { org_id: organizations[0].id };
  const keys = await getAll("v1/api-keys", "api_keys", query, undefined, signal);
  return keys.filter(({ team_ids }) => team_ids.length === 0 || team_ids.includes(team.id));
}

function describe(key) {
  const operation = { read_render: "read", all: "read and write", admin: "manage" }[key.operation];
  return html`${operation}
    ${key.pointers && html` <${Label}>only ${key.pointers.join(", ")}<//>`}
    ${key.prompt_ids && html` <${Label}>${key.prompt_ids.length} prompts<//>`}
    ${key.team_ids.length === 0 && html` <${Label}>all teams<//>`}`;
}

function NewKey({ team, onClose, onCreate }) {
  const [purpose, setPurpose] = useState("live");
  const [application, setApplication] = useState("");
  const [prompts, setPrompts] = useState("");
  const [days, setDays] = useState("");
  const { operation, pointers, start } = PURPOSES[purpose];
  const create = async () => {
    const { organizations } = await get("v1/me/orgs");
    const slugs = prompts.split(/[,\s]+/).filter(Boolean);
    const body = {
      name: start + application.trim(),
      org_id: organizations[0].id,
      team_ids: [team.id],
      operation,
      pointers,
      prompts: slugs.length > 0 ? slugs : null,
      expires_at: days ? new Date(Date.now() + days * DAY).toISOString() : null,
    };
    onCreate((await write("POST", "v1/api-keys", body, { hasSecret: true })).value);
  };
  return html`<${Dialog} title="New API key" onClose=${onClose}>
    <${Form} onSubmit=${create}>
      <${Choice} label="What it is for" value=${purpose} onChange=${setPurpose}
        options=${Object.entries(PURPOSES).map(([name, { text }]) => [name, text])} />
      <${Field} label="Application" value=${application} onInput=${setApplication} required
        placeholder="order service" hint=${`Its name will be “${start}${application.trim() || "…"}”.`} />
      <${Field} label="Only these prompts" value=${prompts} onInput=${setPrompts}
        hint="Slugs, separated by commas; none for all prompts of the team." />
      <${Choice} label="Expires" value=${days} onChange=${setDays} options=${LIFETIMES} />
      <div class="actions end">
        <${Button} onPress=${onClose}>Cancel<//>
        <button class="button primary">Make the key</button>
      </div>
    <//>
  <//>`;
}

/** The secret of a key, which the service shows only once. */
function Secret({ apiKey, onClose }) {
  const settings = `export CUEBOOK_URL=${BASE.href.replace(/\/$/, "")}\nexport CUEBOOK_API_KEY=${apiKey.key}`;
  return html`<${Dialog} title="Your new key">
    <p>Copy it now: it is shown only this once.</p>
    <pre class="secret"><code>${apiKey.key}</code></pre>
    <div class="actions">
      <${CopyButton} text=${apiKey.key} label="Copy the key" />
      <${CopyButton} text=${settings} label="Copy as settings of the client" />
    </div>
    <div class="actions end"><${Button} kind="primary" onPress=${onClose}>I have it<//></div>
  <//>`;
}
