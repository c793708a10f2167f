/** The dialogue in which a pointer is moved: a promotion, a tag, a split, or the request of one. */

import { isTemporary, useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { buildUndo, readVersions, runStep } from "../app/release_calls.js";
import { LIVE, addShare, buildShares, isSameSplit, planMove } from "../app/releases.js";
import { may } from "../app/session.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { Button, Choice, Field } from "./controls.js";
import { Dialog } from "./dialog.js";
import { Problem } from "./loading.js";
import { Callers, Effects, MoveProblem } from "./release_texts.js";
import { SplitEditor } from "./split_editor.js";
import { Time } from "./time.js";
import { VersionDifference } from "./version_difference.js";

const NEW_TAG = " "; // is no tag

/**
 * The dialogue that moves a pointer.
 *
 * @param {{prompt: object, release: object, usage?: object, refresh: () => Promise<void>,
 *   onClose: () => void, pointer?: string, shares: object[]}} props `release` is what `readRelease` has read, and
 *   `refresh` reads it again; the pointer and the shares are those to begin with.
 */
export function MoveDialog({ prompt, release, usage, refresh, onClose, pointer: first = LIVE, shares: wish }) {
  const [chosen, setChosen] = useState(first);
  const [tag, setTag] = useState("");
  const [shares, setShares] = useState(wish);
  const [message, setMessage] = useState("");
  const [failure, setFailure] = useState(null);
  const attempts = useRef(new Map());
  const { pointers } = release.state;
  const pointer = chosen === NEW_TAG ? tag.trim() : chosen;
  const state = pointers.find((state) => state.pointer === pointer);
  const before = state?.split ?? [];
  const numbers = [...new Set([...before, ...shares].map(({ version }) => version))];
  const { versions, absent, error } = useVersions(prompt.id, numbers, release);
  const isProtected = Boolean(state?.is_protected) && !may(prompt.team_id, "manage");
  const obstacle = absent
    ? `There is no version ${absent} any more.`
    : findObstacle(pointer, before, shares, versions);
  const newest = shares.find(({ version }) => !before.some((share) => share.version === version)) ?? shares.at(-1);

  const run = async () => {
    const move = { pointer, shares, message: message.trim() };
    let step;
    let published = null;
    let waiting = null;
    setFailure(null);
    try {
      for (step of planMove(pointer, state, shares, versions, isProtected)) {
        const key = JSON.stringify([step, move]);
        if (!attempts.current.has(key)) attempts.current.set(key, crypto.randomUUID());
        waiting = await runStep(prompt.id, step, move, attempts.current.get(key));
        if (step.kind === "publish") published = step.version;
      }
    } catch (error) {
      // What is there now decides what is still to be done, so that one can go on from there.
      if (!isTemporary(error)) await refresh().catch(() => {});
      setFailure({ error, step, published });
      return;
    }
    const undo = waiting ? undefined : await prepareUndo();
    say(waiting ? `The request waits until somebody else approves it who may move ${pointer}.` : describeEnd(pointer, shares), { undo });
    onClose();
    await refresh();
  };
  const prepareUndo = async () => {
    const isPromotion = pointer === LIVE && before.length === 1 && shares.length === 1;
    const reason = isPromotion ? `Version ${shares[0].version} was promoted by mistake: undone in the console` : "";
    const undo = await buildUndo(prompt.id, pointer, before, shares, reason).catch(() => undefined);
    return undo && (async () => {
      await undo();
      await refresh();
      say(`${pointer} is where it was before.`);
    });
  };

  return html`<${Dialog} title=${buildTitle(pointer, before, shares)} onClose=${onClose} isWide>
    <div class="move">
      <div class="choices">
        <${Choice} label="Pointer" value=${chosen} onChange=${setChosen}
          options=${[...pointers.map(({ pointer }) => [pointer, pointer]), [NEW_TAG, "a new tag …"]]} />
        ${chosen === NEW_TAG && html`<${Field} label="Name of the tag" value=${tag} onInput=${setTag} maxlength="50"
          hint="Letters, digits, - _ and ." />`}
        ${shares.length === 1 && html`<${Choice} label="Version" value=${String(shares[0].version)}
          onChange=${(number) => setShares(buildShares(Number(number)))} options=${listOptions(release, versions)} />`}
        <${Choice} label="For" value=${shares.length > 1 ? "some" : "all"}
          onChange=${(value) => setShares(value === "some" ? split(before, shares, release) : buildShares(newest.version))}
          options=${[["all", "all callers"], ...(listOptions(release, versions).length > 1 ? [["some", "some of the callers"]] : [])]} />
      </div>
      ${shares.length > 1 && html`<${SplitEditor} shares=${shares} onChange=${setShares}
        options=${listOptions(release, versions)} />`}
      ${failure && !obstacle && html`<${Failure} ...${failure} pointer=${pointer} state=${state} />`}
      ${error && html`<${Problem} error=${error} />`}
      ${obstacle
        ? html`<p class="notice">${obstacle}</p>`
        : html`<section aria-label="What happens">
            <${Effects} pointer=${pointer} state=${state} shares=${shares} versions=${versions} pointers=${pointers} />
          </section>`}
      ${isProtected && !obstacle && html`
        <p class="notice">In this team <code>${pointer}</code> is protected, and only admins move it. You can ask for the
          release: it is made when one of them approves it.</p>
        <${Field} label="Message to who approves it" value=${message} onInput=${setMessage} rows="2" maxlength="1000" />`}
      ${before.length > 0 && html`<${Callers} usage=${usage} numbers=${before.map(({ version }) => version)} />`}
      <${VersionDifference} before=${versions.get(before[0]?.version)} after=${versions.get(newest.version)} />
    </div>
    <footer class="actions">
      ${!obstacle && html`<${Confirm} key=${isProtected} onPress=${run} disabled=${numbers.some((number) => !versions.has(number))}>
        ${isProtected ? "Ask for the release" : buildTitle(pointer, before, shares)}<//>`}
      <${Button} onPress=${onClose}>Cancel<//>
    </footer>
  <//>`;
}

/** The button that does it, which has the focus from the beginning. */
export function Confirm({ onPress, disabled, children }) {
  const place = useRef(null);
  useEffect(() => {
    if (!disabled) place.current.querySelector("button").focus({ preventScroll: true });
  }, [disabled]);
  return html`<span ref=${place}><${Button} kind="primary" onPress=${onPress} disabled=${disabled}>${children}<//></span>`;
}

/** Why a move has failed, and what is there now. */
function Failure({ error, step, published, pointer, state }) {
  const isLate = error.status === 412;
  return html`
    ${published && html`<p class="notice">Version ${published} is stable now, but <code>${pointer}</code> has not moved yet.</p>`}
    ${isLate && step.kind === "publish" && html`<p class="notice" role="alert">Somebody has changed
      version ${step.version} since you opened this. Below is what it is now: look at it, and confirm again.</p>`}
    ${isLate && step.kind !== "publish" && html`<p class="notice" role="alert">
      ${state?.by ? html`<bdi>${state.by.name}</bdi>` : "Somebody"} was faster: <code>${pointer}</code> was moved
      ${" "}<${Time} at=${state?.since} />. Below is what happens now: look at it, and confirm again.</p>`}
    ${!isLate && html`<${MoveProblem} error=${error} />`}`;
}

/**
 * Read the versions that a dialogue is about, beside those that have been read already.
 *
 * @returns {{versions: Map<number, object>, absent: number | undefined, error: Error | null}} `absent`
 *   is one that there is not.
 */
export function useVersions(id, numbers, release) {
  const versions = useMemo(() => new Map(release.versions), [release]);
  const missing = numbers.filter((number) => !versions.has(number));
  const read = async (signal) => ({ release, missing, versions: await readVersions(id, missing, signal) });
  const { value, error } = useLoad(read, [id, release, missing.join()]);
  const current = value?.release === release ? value : undefined; // not what was read before the last change
  for (const [number, version] of current?.versions ?? []) versions.set(number, version);
  const absent = current?.missing.find((number) => numbers.includes(number) && !versions.has(number));
  return { versions, absent, error };
}

function findObstacle(pointer, before, shares, versions) {
  if (!pointer) return "Name the tag.";
  if (isSameSplit(before, shares)) {
    return shares.length > 1 ? `${pointer} is split so already.` : `${pointer} is at version ${shares[0].version} already.`;
  }
  const archived = shares.find(({ version }) => versions.get(version)?.status === "archived");
  return archived && `Version ${archived.version} is archived, for good. Make a new draft of its text, and promote that.`;
}

function listOptions({ list, state }, versions) {
  const all = new Map([...list.versions, ...versions.values()].map((version) => [version.version, version]));
  return [...all.values()]
    .filter(({ version, status }) =>
      status !== "archived" || state.pointers.some(({ split }) => split.some((share) => share.version === version)))
    .sort((one, other) => other.version - one.version)
    .map(({ version, status, message }) => [
      String(version),
      `Version ${version} · ${status}${message ? ` · ${message.slice(0, 60)}` : ""}`,
    ]);
}

/** Split a pointer between what it hands out and what it was to be moved to. */
function split(before, shares, { list }) {
  const [{ version }] = shares;
  const base = before.find((share) => share.version !== version)?.version ??
    list.versions.find((other) => other.version !== version && other.status !== "archived")?.version;
  return base ? addShare(buildShares(base), version) : shares;
}

function buildTitle(pointer, before, shares) {
  const name = pointer || "the tag";
  if (shares.length > 1) return `Split ${name}`;
  const { version } = shares[0];
  if (pointer === LIVE) return `Make version ${version} live`;
  return before.length ? `Move ${name} to version ${version}` : `Set ${name} to version ${version}`;
}

function describeEnd(pointer, shares) {
  if (shares.length > 1) return `${pointer} is split between the versions ${shares.map(({ version }) => version).join(", ")}.`;
  return pointer === LIVE ? `Version ${shares[0].version} is live.` : `${pointer} is at version ${shares[0].version}.`;
}
