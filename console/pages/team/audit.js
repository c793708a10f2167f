/** The audit log of a team: who did what, when. */

import { formatJson } from "../../app/json.js";
import { useLoad } from "../../app/load.js";
import { get, path } from "../../app/session.js";
import { Button, Choice, Empty, Field, Section } from "../../parts/controls.js";
import { Loading } from "../../parts/loading.js";
import { Table } from "../../parts/table.js";
import { Time } from "../../parts/time.js";
import { html, useState } from "../../vendor/preact.js";

const SIZE = 50;
// The kinds of docs/operate.md and docs/events.md, by what they begin with.
const GROUPS = [
  ["", "everything"],
  ["key.", "API keys"],
  ["member.", "members"],
  ["team.", "the team"],
  ["prompt.", "prompts"],
  ["version.", "versions"],
];

/** @param {{team: object}} props */
export function Audit({ team }) {
  const [group, setGroup] = useState("");
  const [actor, setActor] = useState("");
  const [day, setDay] = useState("");
  const [entries, setEntries] = useState({ rows: [], cursor: undefined });
  const url = path`v1/teams/${team.id}/audit`;
  const read = async (cursor, signal) => {
    const to = day && new Date(`${day}T24:00`).toISOString();
    const page = await get(url, { limit: SIZE, to, cursor }, signal);
    setEntries(({ rows }) => ({ rows: cursor ? [...rows, ...page.logs] : page.logs, cursor: page.next_cursor }));
    return page;
  };
  const first = useLoad((signal) => read(undefined, signal), [url, day]);
  const shown = entries.rows.filter(
    ({ kind, by }) => kind.startsWith(group) && by.name.toLowerCase().includes(actor.toLowerCase()),
  );
  return html`<${Section} title="Audit">
    <div class="inline">
      <${Choice} label="About" options=${GROUPS} value=${group} onChange=${setGroup} />
      <${Field} label="By" value=${actor} onInput=${setActor} placeholder="e-mail or key" />
      <${Field} label="Up to the day" type="date" value=${day} onInput=${setDay} />
    </div>
    <${Loading} of=${first}>${() => html`
      ${shown.length === 0 && html`<${Empty} title="Nothing of that kind among what is loaded." />`}
      ${shown.length > 0 && html`<${Table} rows=${shown} getKey=${({ id }) => id} columns=${[
        ["When", ({ at }) => html`<${Time} at=${at} />`],
        ["Who", ({ by }) => html`<bdi>${by.name}</bdi>`],
        ["What", ({ kind }) => html`<code>${kind}</code>`],
        ["To what", ({ subject }) => html`<bdi>${subject.name}</bdi>`],
        ["Details", ({ detail, request_id }) => html`<details>
          <summary>Details</summary>
          <pre>${formatJson(detail)}</pre>
          <p class="request-id">Request <code>${request_id || "of an operator"}</code></p>
        </details>`],
      ]} />`}
      ${entries.cursor && html`<p class="actions"><${Button} onPress=${() => read(entries.cursor)}>Older<//></p>`}
    `}<//>
  <//>`;
}
