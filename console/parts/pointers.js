/** Live and the tags of a prompt: where each is, since when, and what can be done with it. */

import { LIVE, addShare, buildShares, findReasonAt, listWaysBack } from "../app/releases.js";
import { may } from "../app/session.js";
import { html } from "../vendor/preact.js";
import { Button, Empty, Label, Section } from "./controls.js";
import { VersionCell } from "./release_texts.js";
import { Time } from "./time.js";

/**
 * @param {{prompt: object, release: object, onOpen?: (dialog: object) => void}} props Without
 *   `onOpen` nothing can be done.
 */
export function Pointers({ prompt, release, onOpen }) {
  const { pointers } = release.state;
  const newest = release.list.versions.find(({ status }) => status !== "archived");
  const isNoneLive = pointers.some(({ pointer, split }) => pointer === LIVE && !split.length);
  const promote = () => onOpen(buildMove(LIVE, buildShares(newest.version)));
  const button = onOpen && newest && html`
    <${Button} kind=${isNoneLive ? "primary" : "plain"} onPress=${promote}>Promote a version<//>`;
  return html`<${Section} title="Live and tags" actions=${button}>
    ${isNoneLive && html`<${Empty} title="Nothing is live.">
      <p>Applications ask for the live version, and get an error until there is one. A draft becomes stable,
        which fixes its text, and then live: one dialogue does both.</p>
    <//>`}
    <div class="pointers" role="list">
      ${pointers.map((state) => html`<${Pointer} key=${state.pointer} prompt=${prompt} release=${release}
        state=${state} newest=${newest} onOpen=${onOpen} />`)}
    </div>
  <//>`;
}

function Pointer({ prompt, release, state, newest, onOpen }) {
  const { pointer, split, since, by, is_protected, is_newest_stable, waiting } = state;
  const { newest_stable } = release.state;
  const reason = findReasonAt(release.events, since);
  const isSplit = split.length > 1;
  const dialogs = onOpen ? listDialogs(prompt, release, state, newest) : [];
  return html`<div class="pointer" role="listitem">
    <div class="name">
      <strong>${pointer}</strong>
      ${is_protected && html`
        ${" "}<${Label} title="Only admins of the team move it; others ask for it">protected<//>`}
      ${waiting.length > 0 && html`
        ${" "}<${Label}>${waiting.length} ${waiting.length > 1 ? "requests wait" : "request waits"}<//>`}
    </div>
    <div class="where">
      ${split.length === 0 && html`<p class="hint">At no version.</p>`}
      ${split.map(({ version, weight }) => html`<${VersionCell} key=${version} promptId=${prompt.id}
        number=${version} version=${release.versions.get(version)} weight=${isSplit ? weight : undefined} />`)}
    </div>
    <div class="since">
      ${since && html`<p><${Time} at=${since} />, by <bdi>${by.name}</bdi></p>`}
      ${reason && html`<p dir="auto">${reason}</p>`}
      ${is_newest_stable && html`<p class="hint">The newest stable version</p>`}
      ${!is_newest_stable && newest_stable && html`
        <p class="hint">Version ${newest_stable} is the newest stable one</p>`}
    </div>
    <div class="actions">
      ${dialogs.map(([text, dialog]) => html`<${Button} key=${text} aria-label=${`${text}: ${pointer}`}
        onPress=${() => onOpen(dialog)}>${text}<//>`)}
    </div>
  </div>`;
}

/** List what can be done with a pointer: the text of each button, and the dialogue that it opens. */
function listDialogs(prompt, { events, list }, { pointer, split, is_protected }, newest) {
  const isLive = pointer === LIVE;
  const isSplit = split.length > 1;
  const current = split[0]?.version;
  const other = list.versions.find(({ version, status }) => version !== current && status !== "archived");
  // What only takes away cannot be asked for.
  const mayTake = !is_protected || may(prompt.team_id, "manage");
  return [
    !isLive && !isSplit && newest && [current ? "Move" : "Set", buildMove(pointer, buildShares(newest.version))],
    !isSplit && current && other && ["Split", buildMove(pointer, addShare(split, other.version))],
    isSplit && ["Change the split", buildMove(pointer, split)],
    isSplit && ["End the split", buildMove(pointer, buildShares(current))],
    isLive && listWaysBack(events, current).length > 0 && ["Roll back", { kind: "rollback" }],
    current && mayTake && [isLive ? "Demote" : "Remove", { kind: "removal", pointer }],
  ].filter(Boolean);
}

function buildMove(pointer, shares) {
  return { kind: "move", pointer, shares };
}
