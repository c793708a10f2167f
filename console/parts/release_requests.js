/** Requests to move a pointer: those that wait, with the difference in view, and the decided ones. */

import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { decide, readState } from "../app/release_calls.js";
import { LIVE, describeState, describeWeight, findChange, findNewest } from "../app/releases.js";
import { get, may, path, session } from "../app/session.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Button, Field, Label, Section } from "./controls.js";
import { Loading } from "./loading.js";
import { MoveProblem, VersionName, join } from "./release_texts.js";
import { Time } from "./time.js";
import { MoveDifference } from "./move_difference.js";

const ROWS = 20; // of decided requests, read at a time
const WAITING = "waiting";

/** The requests of a prompt. */
export function Requests({ prompt, release, refresh }) {
  const waiting = release.state.pointers.flatMap((state) =>
    state.waiting.map((request) => ({ request, state })));
  return html`<${Section} title="Requests for review" id="requests">
    ${waiting.length === 0 && html`<p class="hint">No request waits. Who may not move a protected pointer
      ${" "}asks for it by promoting a version, and others decide on it here.</p>`}
    ${waiting.map(({ request, state }) => html`<${Waiting} key=${request.id} prompt=${prompt}
      request=${request} state=${state} release=${release} refresh=${refresh} />`)}
    <${Decided} promptId=${prompt.id} marker=${waiting.map(({ request }) => request.id).join()} />
  <//>`;
}

/** A request that waits. */
function Waiting({ prompt, request, state, release, refresh }) {
  const [comment, setComment] = useState("");
  const [error, setError] = useState(null);
  const [isLate, setLate] = useState(false);
  const { versions, events } = release;
  const { person } = session.get();
  const isOwn = request.by.id === person?.id;
  const mayMove = may(prompt.team_id, "manage") || (!state.is_protected && may(prompt.team_id, "write"));
  const approval = `Approved: ${describeState(request.pointer, request.split)}.`;
  const change = findChange(request, events);
  const before = state.split[0]?.version;
  const after = findNewest(state.split, request.split);

  const run = (verb, end) => async () => {
    setError(null);
    setLate(false);
    try {
      if (verb === "approve" && (await hasMoved())) {
        await refresh();
        setLate(true);
        return;
      }
      await decide(request, verb, comment.trim());
    } catch (error) {
      if (error.status) await refresh().catch(() => {});
      setError(error);
      return;
    }
    say(end);
    await refresh();
  };
  const hasMoved = async () => {
    const { pointers } = await readState(prompt.id);
    return pointers.find(({ pointer }) => pointer === state.pointer)?.etag !== state.etag;
  };

  return html`<article class="request" aria-label=${`Request of ${request.by.name} for ${request.pointer}`}>
    <h3><${Wish} request=${request} /></h3>
    <p class="hint"><bdi>${request.by.name}</bdi> asked for it <${Time} at=${request.created_at} /></p>
    ${request.message && html`<blockquote dir="auto">${request.message}</blockquote>`}
    <p>${state.split.length
      ? html`<code>${request.pointer}</code> is at ${join(state.split, ({ version }) => html`
          <${VersionName} number=${version} version=${versions.get(version)} />`)} now.`
      : html`<code>${request.pointer}</code> is at no version now.`}</p>
    ${change && html`<p class="notice">It cannot be approved any more: <bdi>${change.by.name}</bdi> has
      ${" "}changed version ${change.detail.version} since (${change.event}, <${Time} at=${change.at} />). ${isOwn
        ? "Withdraw it, and ask for the release again."
        : "Reject it; the release can be asked for again."}</p>`}
    ${isLate && html`<p class="notice" role="alert">Somebody has moved <code>${request.pointer}</code> since you
      ${" "}opened this. Look at what it replaces now, and approve it again.</p>`}
    ${error && html`<${MoveProblem} error=${error} />`}
    <${MoveDifference} before=${versions.get(before)} after=${versions.get(after.version)} />
    ${(mayMove || isOwn) && html`
      <${Field} label="Comment" value=${comment} onInput=${setComment} rows="2" maxlength="1000" />
      <div class="actions">
        ${mayMove && !isOwn && html`
          ${!change && html`<${Button} kind="primary" onPress=${run("approve", approval)}>Approve<//>`}
          <${Button} kind="danger" onPress=${run("reject", "The request is rejected.")}>Reject<//>`}
        ${(isOwn || !person) && may(prompt.team_id, "write") && html`
          <${Button} onPress=${run("withdraw", "The request is withdrawn.")}>Withdraw<//>`}
      </div>
      ${isOwn && html`<p class="hint">Another person decides on your own request.</p>`}`}
  </article>`;
}

/** The requests that have been decided, newest first. */
function Decided({ promptId, marker }) {
  const [pages, setPages] = useState([]);
  const target = path`v1/prompts/${promptId}/releases`;
  useEffect(() => setPages([]), [marker]);
  const first = useLoad((signal) => get(target, { limit: ROWS }, signal), [promptId, marker]);
  return html`<${Loading} of=${first}>${(page) => {
    const all = [page, ...pages];
    const decided = all.flatMap(({ releases }) => releases).filter(({ status }) => status !== WAITING);
    const cursor = all.at(-1).next_cursor;
    const readMore = async () => setPages([...pages, await get(target, { limit: ROWS, cursor })]);
    return html`
      ${decided.length > 0 && html`<h3>Decided</h3>
        <ul class="decided">
          ${decided.map((request) => html`<${Decision} key=${request.id} request=${request} />`)}
        </ul>`}
      ${cursor && html`<${Button} onPress=${readMore}>Show older<//>`}`;
  }}<//>`;
}

function Decision({ request }) {
  const { status, by, created_at, message, decided_by, decided_at, comment } = request;
  return html`<li>
    <p><${Label}>${status}<//> <${Wish} request=${request} /></p>
    <p class="hint"><bdi>${by.name}</bdi> asked for it <${Time} at=${created_at} />${
      message && html`: <bdi>${message}</bdi>`}</p>
    <p class="hint">${decided_by
      ? html`<bdi>${decided_by.name}</bdi> has ${status} it <${Time} at=${decided_at} />`
      : "It ended when the prompt left its team."}${comment && html`: <bdi>${comment}</bdi>`}</p>
  </li>`;
}

/** What a request asks for, in a sentence. */
function Wish({ request: { pointer, split, conditions, is_rollback } }) {
  const [{ version }] = split;
  if (split.length > 1) {
    return html`Split <code>${pointer}</code>: ${join(split, ({ version, weight }) =>
      `version ${version} for ${describeWeight(weight)}`)}`;
  }
  if (conditions) {
    return html`Deploy version ${version} with Maxim where ${join(conditions, ({ variable, operator, value }) =>
      html`<code>${variable} ${operator} ${value}</code>`, " and ")}`;
  }
  if (is_rollback) return html`Roll back to version ${version}`;
  if (pointer === LIVE) return html`Make version ${version} live`;
  return html`Move <code>${pointer}</code> to version ${version}`;
}
