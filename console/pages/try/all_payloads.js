/** All payloads at once: what a version renders otherwise than the live one. */

import { runInPool } from "../../app/pool.js";
import { changeQuery } from "../../app/router.js";
import { renderVersion } from "../../app/use_rendering.js";
import { compareMessages, listTexts } from "../../app/version_texts.js";
import { Button, Section } from "../../parts/controls.js";
import { Dialog } from "../../parts/dialog.js";
import { describeChanges } from "../../parts/difference.js";
import { ProblemDetails } from "../../parts/problem_details.js";
import { Table } from "../../parts/table.js";
import { TextCards } from "../../parts/text_cards.js";
import { TextsDifference } from "../../parts/version_difference.js";
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";

const AT_ONCE = 4;
const PAGE = 20;

/** @param {{prompt: object, version: object, live?: object, payloads: object[], view: string}} props */
export function AllPayloads({ prompt, version, live, payloads, view }) {
  const [count, setCount] = useState(0);
  const [results, setResults] = useState({}); // by payload
  const [opened, setOpened] = useState(null);
  const controller = useRef(null);
  useEffect(() => {
    controller.current = new AbortController();
    return () => controller.current.abort();
  }, []);
  if (payloads.length === 0) {
    return html`<${Section} title="All payloads">
      <p class="hint">Save values as payloads: then you see here, for all of them at once, what a version changes.</p>
    <//>`;
  }
  const shown = payloads.slice(0, count);
  const rest = Math.min(PAGE, payloads.length - count);
  const renderMore = async () => {
    const { signal } = controller.current;
    setCount(count + rest);
    await runInPool(payloads.slice(count, count + rest), AT_ONCE, async ({ id }) => {
      const result = await renderBoth(prompt.id, id, version, live, signal);
      if (!signal.aborted) setResults((results) => ({ ...results, [id]: result }));
    });
  };
  const show = (payload) => html`<${Button} kind="quiet" aria-label=${`Open ${getName(payload)}`}
    disabled=${!results[payload.id]?.after} onPress=${() => setOpened(payload)}>Open<//>`;
  return html`<${Section} title="All payloads" actions=${rest > 0 && html`
      <${Button} onPress=${renderMore}>${describeNext(count, rest, payloads.length)}<//>`}>
    ${count === 0 && html`<p class="hint">Render version ${version.version} with each payload${live && " and see what differs from the live version"}.</p>`}
    ${count > 0 && html`<${Table} rows=${shown} getKey=${({ id }) => id} columns=${[
      ["Payload", (payload) => html`<bdi>${getName(payload)}</bdi>`],
      [live ? "Against live" : "Rendering", (payload) => html`<${Outcome} result=${results[payload.id]} />`],
      ["Difference", show, { isTitleHidden: true }],
    ]} />`}
    ${opened && html`<${Opened} payload=${opened} result=${results[opened.id]} version=${version} live=${live}
      view=${view} onClose=${() => setOpened(null)} />`}
  <//>`;
}

function Outcome({ result }) {
  if (!result) return html`<span class="hint">Rendering …</span>`;
  const { error, liveError, changes, hasLive } = result;
  if (error) return html`<div class="error"><p>Does not render: ${error.message}</p><${ProblemDetails} error=${error} /></div>`;
  if (liveError) return html`<p>Renders; the live version does not: ${liveError.message}</p>`;
  if (!hasLive) return "Renders";
  return changes ? html`<strong>≠ ${changes}</strong>` : html`<span class="hint">= The same</span>`;
}

function Opened({ payload, result: { before, after }, version, live, view, onClose }) {
  const choose = () => {
    changeQuery({ payload: payload.id });
    onClose();
    scrollTo({ top: 0 });
  };
  return html`<${Dialog} title=${getName(payload)} isWide onClose=${onClose}>
    ${before
      ? html`<${TextsDifference} before=${before} after=${after} view=${view}
          names=${[`Version ${live.version}, live`, `Version ${version.version}`]} />`
      : html`<${TextCards} texts=${listTexts(after)} />`}
    <div class="actions"><${Button} onPress=${choose}>Change these values<//></div>
  <//>`;
}

async function renderBoth(promptId, payloadId, version, live, signal) {
  const body = { payload_id: payloadId };
  const [own, beside] = await Promise.allSettled([
    renderVersion(promptId, version.version, body, signal),
    live && renderVersion(promptId, live.version, body, signal),
  ]);
  const [before, after] = [beside.value ?? null, own.value ?? null];
  const rows = before && after ? compareMessages(before, after).flatMap((text) => text.rows) : [];
  return {
    before,
    after,
    error: own.reason,
    liveError: beside.reason,
    hasLive: Boolean(live),
    changes: describeChanges(rows),
  };
}

function describeNext(count, rest, all) {
  if (count > 0) return `Render ${rest} more`;
  return rest === all ? `Render all ${all}` : `Render ${rest} of ${all}`;
}

function getName({ id, name }) {
  return name ?? id;
}
