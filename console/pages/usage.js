/** How a prompt is used: which version is really served, and who calls. */

import { useLoad } from "../app/load.js";
import { page } from "../app/router.js";
import { get, path } from "../app/session.js";
import { countCalls, formatErrorShare, listNames, nameCaller, sumDays } from "../app/usage.js";
import { Empty, Section } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Table } from "../parts/table.js";
import { Day, Time } from "../parts/time.js";
import { html } from "../vendor/preact.js";

const DAYS = 31;
const COLOURS = 5; // of the versions with the most calls; the others share the last
const HEIGHT = 120;
const BAR = 20;
const number = new Intl.NumberFormat("en");

export function Page({ id }) {
  return html`<${PromptFrame} id=${id} tab="/usage">${() => html`<${Usage} id=${id} />`}<//>`;
}

function Usage({ id }) {
  const usage = useLoad((signal) => get(path`v1/prompts/${id}/usage`, { days: DAYS }, signal), [id]);
  return html`<${Loading} of=${usage}>${(usage) => {
    const counted = usage.counted_to && html`<p class="hint">Counted up to <${Time} at=${usage.counted_to} />, in days of UTC.</p>`;
    if (usage.versions.length === 0) {
      return html`<${Empty} title="Nobody has called this prompt in the last ${DAYS} days.">
        <p>A call is counted within 15 minutes.</p>${counted}<${Syncs} syncs=${usage.syncs} /><//>`;
    }
    return html`
      <${Section} title="Calls of the last ${DAYS} days">${counted}<${Chart} usage=${usage} /><//>
      <${Section} title="Versions"><${Versions} id=${id} versions=${usage.versions} /><//>
      <${Section} title="Who calls">
        <${Callers} callers=${usage.callers} />
        <${Syncs} syncs=${usage.syncs} />
        <p class="hint">Reading and trying a prompt here counts too, as calls of a person.</p>
      <//>`;
  }}<//>`;
}

/** A bar for each day, in which each version has its part. */
function Chart({ usage }) {
  const days = sumDays(usage.days, DAYS);
  const most = Math.max(...days.map(({ total }) => total), 1);
  const order = [...usage.versions].sort((one, other) => countCalls(other) - countCalls(one)).map(({ version }) => version);
  const colour = (version) => `part-${Math.min(order.indexOf(version), COLOURS - 1)}`;
  const today = days[days.length - 1];
  const total = days.reduce((sum, day) => sum + day.total, 0);
  return html`
    <p><strong>${number.format(total)}</strong> calls, <strong>${number.format(today.total)}</strong> of them today.
      Most on one day: ${number.format(most)}.</p>
    <svg class="chart" viewBox=${`0 0 ${DAYS * BAR} ${HEIGHT}`} role="img" preserveAspectRatio="none"
      aria-label=${`Calls by day, of the last ${DAYS} days; the table below has the figures.`}>
      ${days.map((day, index) => html`<g key=${day.day}>
        <title>${`${day.day}: ${number.format(day.total)} calls, ${number.format(day.errors)} failed`}</title>
        <rect class="day" x=${index * BAR} y="0" width=${BAR - 3} height=${HEIGHT} />
        ${stack(day, most).map(({ version, y, height }) => html`<rect key=${`${version}`} class=${colour(version)}
          x=${index * BAR} y=${y} width=${BAR - 3} height=${height} />`)}
      </g>`)}
    </svg>
    <ul class="legend">
      ${order.slice(0, COLOURS).map((version, index) => html`<li key=${`${version}`}>
        <span class=${`swatch part-${index}`} aria-hidden="true"></span>
        ${index === COLOURS - 1 && order.length > COLOURS ? "other versions" : nameVersion(version)}
      </li>`)}
    </ul>
    <details>
      <summary>The figures by day</summary>
      <${Table} rows=${[...days].reverse()} getKey=${({ day }) => day} columns=${[
        ["Day", ({ day }) => day],
        ["Calls", ({ total }) => number.format(total)],
        ["Failed", ({ errors }) => number.format(errors)],
      ]} />
    </details>`;
}

function stack({ byVersion }, most) {
  let y = HEIGHT;
  return [...byVersion].sort(([one], [other]) => one - other).map(([version, calls]) => {
    const height = (calls / most) * HEIGHT;
    y -= height;
    return { version, y, height };
  });
}

function Versions({ id, versions }) {
  return html`<${Table} rows=${versions} getKey=${({ version }) => `${version}`} columns=${[
    ["Version", ({ version }) => version === null
      ? nameVersion(null)
      : html`<a href=${`${page`/prompts/${id}`}?version=${version}`}>${nameVersion(version)}</a>`],
    ["Renders", ({ renders }) => number.format(renders)],
    ["Reads", ({ gets }) => number.format(gets)],
    ["Failed", formatErrorShare],
    ["Last used", ({ last_day }) => html`<${Day} day=${last_day} />`],
    ["By", ({ callers }) => listNames(callers)],
  ]} />`;
}

function Callers({ callers }) {
  const today = new Date().toISOString().slice(0, 10);
  return html`<${Table} rows=${callers} getKey=${({ id }) => id} columns=${[
    ["Name", (caller) => html`<bdi>${nameCaller(caller)}</bdi>`],
    ["Kind", ({ kind }) => (kind === "person" ? "person" : "API key")],
    ["Today", ({ last_day, calls_on_last_day }) => number.format(last_day === today ? calls_on_last_day : 0)],
    [`${DAYS} days`, ({ calls }) => number.format(calls)],
    ["Last used", ({ last_day }) => html`<${Day} day=${last_day} />`],
  ]} />`;
}

/** Who reads all prompts of the team at once, so that nobody can tell which of them are used. */
function Syncs({ syncs }) {
  if (syncs.length === 0) return null;
  return html`<p>These read all prompts of the team at once, and may use this one: ${listNames(syncs)}.</p>`;
}

/** Errors have no version where none could be served. */
function nameVersion(version) {
  return version === null ? "no version" : `version ${version}`;
}
