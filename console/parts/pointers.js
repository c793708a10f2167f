/** Live and the tags of a prompt: where each is, since when, and what can be done with it. */

import { LIVE, addShare, buildShares, findReasonAt } from "../app/releases.js";
import { may } from "../app/session.js";
import { html } from "../vendor/preact.js";
import { Button, Empty, Label, Section } from "./controls.js";
import { VersionCell } from "./release_texts.js";
import { Time } from "./time.js";

/** @param {{prompt: object, release: object, onOpen?: (dialog: object) => void}} props */
export function Pointers({ prompt, release, onOpen }) {
  const { pointers } = release.state;
  const newest = release.list.versions.find(({ status }) => status !== "archived");
  const isLive = pointers[0].split.length > 0;
  return html`<${Section} title="Live and tags" actions=${onOpen && newest && html`
    <${Button} kind=${isLive ? "plain" : "primary"} onPress=${() => onOpen(move(LIVE, buildShares(newest.version)))}>Promote a version<//>`}>
    ${!isLive && html`<${Empty} title="Nothing is live.">
      <p>Applications ask for the live version, and get an error until there is one. A draft becomes stable, which
        fixes its text, and then live: one dialogue does both.</p>
    <//>`}
    <div class="pointers" role="list">
      ${pointers.filter(({ pointer }) => isLive || pointer !== LIVE).map((state) => html`
        <${Pointer} key=${state.pointer} prompt=${prompt} release=${release} state=${state} newest=${newest} onOpen=${onOpen} />`)}
    </div>
  <//>`;
}

function Pointer({ prompt, release, state, newest, onOpen }) {
  const { pointer, split, since, by, is_protected, is_newest_stable, waiting } = state;
  const { versions, events } = release;
  const { newest_stable } = release.state;
  const reason = findReasonAt(events, since);
  const isLive = pointer === LIVE;
  const isSplit = split.length > 1;
  const proposal = isSplit ? split : propose(split, release);
  // What only takes away cannot be asked for.
  const mayTake = !is_protected || may(prompt.team_id, "manage");
  const buttons = [
    !isLive && !isSplit && [split.length ? "Move" : "Set", move(pointer, buildShares(newest.version))],
    proposal && [isSplit ? "Change the split" : "Split", move(pointer, proposal)],
    isSplit && ["End the split", move(pointer, buildShares(split[0].version))],
    isLive && ["Roll back", { kind: "rollback" }],
    split.length > 0 && mayTake && [isLive ? "Demote" : "Remove", { kind: "removal", pointer }],
  ];
  return html`<div class="pointer" role="listitem">
    <div class="name">
      <strong>${pointer}</strong>
      ${is_protected && html` <${Label} title="Only admins of the team move it; others ask for it">protected<//>`}
      ${waiting.length > 0 && html` <${Label}>${waiting.length} ${waiting.length > 1 ? "requests wait" : "request waits"}<//>`}
    </div>
    <div class="where">
      ${split.length === 0 && html`<p class="hint">At no version.</p>`}
      ${split.map(({ version, weight }) => html`<${VersionCell} key=${version} promptId=${prompt.id} number=${version}
        version=${versions.get(version)} weight=${isSplit ? weight : undefined} />`)}
    </div>
    <div class="since">
      ${since && html`<p><${Time} at=${since} />, by <bdi>${by.name}</bdi></p>`}
      ${reason && html`<p dir="auto">${reason}</p>`}
      ${is_newest_stable
        ? html`<p class="hint">The newest stable version</p>`
        : newest_stable && html`<p class="hint">Version ${newest_stable} is the newest stable one</p>`}
    </div>
    ${onOpen && html`<div class="actions">
      ${buttons.filter(Boolean).map(([text, dialog]) => html`<${Button} key=${text} onPress=${() => onOpen(dialog)}
        aria-label=${`${text}: ${pointer}`}>${text}<//>`)}
    </div>`}
  </div>`;
}

/** Propose a split with the newest other version that can be in one; null if there is none. */
function propose(split, { list }) {
  const other = list.versions.find(({ version, status }) => version !== split[0]?.version && status !== "archived");
  return split.length && other ? addShare(split, other.version) : null;
}

function move(pointer, shares) {
  return { kind: "move", pointer, shares };
}
