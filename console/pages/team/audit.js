/** The audit log of a team: who did what, when. */

import { useLoad } from "../../app/load.js";
import { get, path } from "../../app/session.js";
import { Button, Choice, Empty, Field, Section } from "../../parts/controls.js";
import { Loading } from "../../parts/loading.js";
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
      ${shown.length > 0 && html`<table>
        <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th>
          <th scope="col">To what</th><th scope="col">Details</th></tr></thead>
        <tbody>${shown.map((entry) => html`<tr key=${entry.id}>
          <td><${Time} at=${entry.at} /></td>
          <td dir="auto">${entry.by.name}</td>
          <td><code>${entry.kind}</code></td>
          <td dir="auto">${entry.subject.name}</td>
          <td><details><summary>Details</summary><pre>${JSON.stringify(entry.detail, null, 2)}</pre>
            <p class="request-id">Request <code>${entry.request_id || "of an operator"}</code></p></details></td>
        </tr>`)}</tbody>
      </table>`}
      ${entries.cursor && html`<p class="actions"><${Button} onPress=${() => read(entries.cursor)}>Older<//></p>`}
    `}<//>
  <//>`;
}
