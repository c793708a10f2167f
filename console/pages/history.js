/** The history of a prompt in words, and what was live at a time. */

import { EVENT_GROUPS, describeEvent, findReason, isInGroup } from "../app/event_words.js";
import { useLoad } from "../app/load.js";
import { navigate, page } from "../app/router.js";
import { get, path } from "../app/session.js";
import { Button, Choice, Empty, Field, Form, Section, Status } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Time } from "../parts/time.js";
import { VersionText } from "../parts/version_content.js";
import { html, useState } from "../vendor/preact.js";

const PAGE = 50; // events
const KINDS = [
  ["", "All changes"],
  ...Object.entries(EVENT_GROUPS).map(([name, { label }]) => [name, label]),
];

export function Page({ id, query }) {
  return html`<${PromptFrame} id=${id} tab="/history">${(prompt) => html`
    <${AtTime} prompt=${prompt} at=${query.at} />
    <${Events} prompt=${prompt} />
  `}<//>`;
}

function AtTime({ prompt, at }) {
  const [time, setTime] = useState(at ? formatLocal(new Date(at)) : "");
  const submit = () => {
    const target = new URLSearchParams({ at: new Date(time).toISOString() });
    navigate(`/prompts/${encodeURIComponent(prompt.id)}/history?${target}`);
  };
  return html`<${Section} title="What was live at a time">
    <${Form} onSubmit=${submit}>
      <div class="at-time">
        <${Field} label="Time" type="datetime-local" step="1" value=${time} onInput=${setTime} required
          hint=${`In your zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.`} />
        <button class="button primary">Show</button>
      </div>
    <//>
    ${at && html`<${VersionAt} key=${at} prompt=${prompt} at=${at} />`}
  <//>`;
}

function VersionAt({ prompt, at }) {
  const loaded = useLoad((signal) => get(path`v1/prompts/${prompt.id}/at`, { time: at }, signal), [at]);
  const of = page`/prompts/${prompt.id}`;
  if (loaded.error?.status === 404) {
    return html`<p role="status">${loaded.error.message}</p>`;
  }
  return html`<${Loading} of=${loaded}>${({ version }) => html`
    <p role="status"><a href=${`${of}?version=${version.version}`}>Version ${version.version}</a> was live;
      it is <${Status} status=${version.status} /> now.
      ${version.status !== "live" && html` <a href=${`${of}/compare?from=${version.version}&to=live`}>
        Compare with what is live today</a>`}</p>
    <${VersionText} version=${version} />
  `}<//>`;
}

function Events({ prompt }) {
  const [group, setGroup] = useState("");
  const loaded = useLoad((signal) => readEvents(prompt.id, undefined, signal), [prompt.id]);
  const older = async ({ events, next_cursor: cursor }) => {
    const rows = await readEvents(prompt.id, cursor);
    loaded.replace({ ...rows, events: [...events, ...rows.events] });
  };
  const choice = html`<${Choice} label="Changes" isLabelHidden value=${group} options=${KINDS}
    onChange=${setGroup} />`;
  return html`<${Section} title="History" actions=${choice}>
    <${Loading} of=${loaded}>${(value) => {
      const events = value.events.filter((event) => isInGroup(event, group));
      const read = value.next_cursor ? ` among the last ${value.events.length} changes` : "";
      return html`
        ${events.length === 0 && html`<${Empty} title=${`None of this kind${read}.`} />`}
        <ol class="events">
          ${events.map((event) => html`<${Event} key=${event.id} prompt=${prompt} event=${event} />`)}
        </ol>
        ${value.next_cursor && html`<${Button} onPress=${() => older(value)}>Older<//>`}
      `;
    }}<//>
  <//>`;
}

function Event({ prompt, event }) {
  const number = event.detail.version ?? event.detail.to_version;
  const isGone = event.event === "version.deleted";
  const reason = findReason(event);
  return html`<li>
    <p><strong dir="auto">${event.by.name}</strong> <span dir="auto">${describeEvent(event)}</span>
      ${reason && html`: <q dir="auto">${reason}</q>`}</p>
    <p class="hint"><${Time} at=${event.at} />
      ${number && !isGone && html` · <a href=${`${page`/prompts/${prompt.id}`}?version=${number}`}>
        Show version ${number}</a>`}</p>
  </li>`;
}

function readEvents(id, cursor, signal) {
  return get(path`v1/prompts/${id}/history`, { limit: PAGE, cursor }, signal);
}

/** Format a time for a field, which takes no zone. */
function formatLocal(time) {
  return new Date(time - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
