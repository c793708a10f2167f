/** The versions of a prompt as a time line, newest first. */

import { describeEvent, findReason } from "../app/event_words.js";
import { useLoad } from "../app/load.js";
import { page } from "../app/router.js";
import { get, path } from "../app/session.js";
import { Button, Label, Section, Status } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { Time } from "../parts/time.js";
import { html, useEffect, useState } from "../vendor/preact.js";

const PAGE = 20; // versions

/**
 * @param {{prompt: object, number: number, round: number, promotions: Map<number, object>}} props
 *   `number` is that of the version that is shown; each `round` the versions are read again.
 */
export function TimeLine({ prompt, number, round, promotions }) {
  const [limit, setLimit] = useState(PAGE);
  const lines = useLoad((signal) => readVersions(prompt.id, limit, signal), [prompt.id]);
  useEffect(() => {
    if (round > 0 || limit > PAGE) lines.reload();
  }, [round, limit]);
  return html`<${Section} title="Versions">
    <${Loading} of=${lines}>${({ versions, isComplete }) => html`
      ${versions.length === 0 && html`<p class="hint">None yet.</p>`}
      <ol class="time-line">
        ${versions.map((version) => html`<${Line} key=${version.id} prompt=${prompt} version=${version}
          isShown=${version.version === number} promotion=${promotions.get(version.version)} />`)}
      </ol>
      ${!isComplete && html`<${Button} onPress=${() => setLimit(limit + PAGE)}>Older versions<//>`}
    `}<//>
  <//>`;
}

function Line({ prompt, version, isShown, promotion }) {
  const { version: number, status, tags, author, created_at: at, message } = version;
  const reason = promotion && findReason(promotion);
  return html`<li class=${isShown ? "shown" : ""}>
    <p class="version-facts">
      <a href=${`${page`/prompts/${prompt.id}`}?version=${number}`} aria-current=${isShown ? "true" : undefined}>
        Version ${number}</a>
      <${Status} status=${status} />
      ${tags.map((tag) => html`<${Label} key=${tag}>${tag}<//>`)}
    </p>
    ${message && html`<p class="words" dir="auto">${message}</p>`}
    <p class="hint"><${Time} at=${at} /> by ${author.name}</p>
    ${promotion && html`<p class="hint">${promotion.by.name} ${describeEvent(promotion)}${" "}
      <${Time} at=${promotion.at} />${reason && html`: <q dir="auto">${reason}</q>`}</p>`}
  </li>`;
}

async function readVersions(id, limit, signal) {
  const versions = [];
  let cursor;
  do {
    const query = { limit: Math.min(PAGE, limit - versions.length), cursor };
    const rows = await get(path`v1/prompts/${id}/versions`, query, signal);
    versions.push(...rows.versions);
    cursor = rows.next_cursor;
  } while (cursor && versions.length < limit);
  return { versions, isComplete: !cursor };
}
