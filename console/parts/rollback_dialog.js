/** The dialogue that rolls live back to what was live before. */

import { say } from "../app/messages.js";
import { buildUndo, readOlderEvents, rollBack } from "../app/release_calls.js";
import { LIVE, buildShares, listWaysBack } from "../app/releases.js";
import { may } from "../app/session.js";
import { html, useRef, useState } from "../vendor/preact.js";
import { Button, Field, Form } from "./controls.js";
import { Dialog } from "./dialog.js";
import { useMoveVersions } from "./move_dialog.js";
import { MoveProblem } from "./release_texts.js";
import { Time } from "./time.js";
import { MoveDifference } from "./move_difference.js";

/** @param {{prompt: object, release: object, refresh: () => Promise<void>, onClose: () => void}} props */
export function RollbackDialog({ prompt, release, refresh, onClose }) {
  const [older, setOlder] = useState({ events: [], cursor: release.cursor });
  const [chosen, setChosen] = useState(null);
  const [reason, setReason] = useState("");
  const [failure, setFailure] = useState(null);
  const attempts = useRef(new Map());
  const live = release.state.pointers.find(({ pointer }) => pointer === LIVE);
  const before = live.split;
  const current = before[0]?.version;
  const ways = listWaysBack([...release.events, ...older.events], current);
  const numbers = [...ways.map(({ version }) => version), ...(current ? [current] : [])];
  const { versions } = useMoveVersions(prompt.id, numbers, release);
  const isOpen = ({ version }) => versions.get(version)?.status === "stable";
  const target = chosen ?? ways.find(isOpen)?.version;

  const lookFurther = async () => {
    const { events, next_cursor } = await readOlderEvents(prompt.id, older.cursor);
    setOlder({ events: [...older.events, ...events], cursor: next_cursor });
  };
  const run = async () => {
    setFailure(null);
    const key = JSON.stringify([target, reason]);
    if (!attempts.current.has(key)) attempts.current.set(key, crypto.randomUUID());
    const options = { ifMatch: versions.get(current)?.etag, attempt: attempts.current.get(key) };
    let waiting;
    try {
      waiting = await rollBack(prompt.id, target, reason.trim(), options);
    } catch (error) {
      if (error.status === 412) await refresh().catch(() => {});
      setFailure({ error, current });
      return;
    }
    const after = buildShares(target);
    const undo = waiting ? undefined : await buildUndo(prompt.id, LIVE, before, after).catch(() => undefined);
    const text = waiting
      ? "The rollback waits until somebody else approves it who may move live."
      : `Version ${target} is live again.`;
    say(text, {
      undo: undo && (async () => {
        await undo();
        await refresh();
        say("live is where it was before.");
      }),
    });
    onClose();
    await refresh();
  };

  return html`<${Dialog} title="Roll back" onClose=${onClose} isWide>
    <${Form} onSubmit=${run}>
      <div class="move">
        ${failure?.error.status === 412 && html`<p class="notice" role="alert">${failure.current === current
          ? `Somebody has changed version ${current} since you opened this.`
          : html`<bdi>${live.by?.name ?? "Somebody"}</bdi> was faster: <code>live</code> was moved
              ${" "}<${Time} at=${live.since} />.`} Below is what there is now.</p>`}
        ${failure && failure.error.status !== 412 && html`<${MoveProblem} error=${failure.error} />`}
        ${ways.length === 0 && html`<p>No other version has been live${older.cursor ? " lately" : ""}.</p>`}
        ${ways.length > 0 && html`<fieldset class="ways bare">
          <legend>What was live before</legend>
          ${ways.map((way) => html`<${Way} key=${way.version} ...${way} detail=${versions.get(way.version)}
            isOpen=${isOpen(way)} checked=${way.version === target}
            onChoose=${() => setChosen(way.version)} />`)}
        </fieldset>`}
        ${older.cursor && html`<div><${Button} onPress=${lookFurther}>Look further back<//></div>`}
        ${ways.length > 0 && html`<${Field} label="Reason" value=${reason} onInput=${setReason} required rows="2"
          maxlength="10000" autofocus hint="It stays in the history." />`}
        ${live.is_protected && !may(prompt.team_id, "manage") && html`<p class="notice"><code>live</code> is
          ${" "}protected in this team. What was live before may come back at once if the team lets editors roll
          back; otherwise this waits until an admin approves it.</p>`}
        ${target && html`<${MoveDifference} before=${versions.get(current)} after=${versions.get(target)} />`}
      </div>
      <footer class="actions">
        ${target && html`<button class="button primary">Roll back to version ${target}</button>`}
        <${Button} onPress=${onClose}>Cancel<//>
      </footer>
    <//>
  <//>`;
}

/** One of the versions that were live: from when to when, and by whom. */
function Way({ version, since, until, by, reason, detail, isOpen, checked, onChoose }) {
  return html`<label class="way">
    <input type="radio" name="way" checked=${checked} disabled=${!isOpen} onChange=${onChoose} />
    <span>
      <strong>Version ${version}</strong>${detail?.message && html` “<bdi>${detail.message}</bdi>”`}
      <span class="hint">
        ${since ? html` live from <${Time} at=${since} />` : " live from earlier on"}${
        until && html` to <${Time} at=${until} />`}${
        by && html`, by <bdi>${by.name}</bdi>`}${reason && html`: <bdi>${reason}</bdi>`}
        ${detail && !isOpen && html` <strong>It is ${detail.status} now.</strong>`}
      </span>
    </span>
  </label>`;
}
