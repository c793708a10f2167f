/** The dialogue in which a pointer is moved: a promotion, a tag, a split, or the request of one. */

import { isTemporary, useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { buildUndo, readVersions, runStep } from "../app/release_calls.js";
import { LIVE, addShare, buildShares, describeState, findNewest, isSameSplit, planMove } from "../app/releases.js";
import { may } from "../app/session.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { Button, Choice, Field } from "./controls.js";
import { Dialog } from "./dialog.js";
import { Problem } from "./loading.js";
import { MoveDifference } from "./move_difference.js";
import { Callers, Effects, MoveProblem } from "./release_texts.js";
import { SplitEditor } from "./split_editor.js";
import { Time } from "./time.js";

const NEW_TAG = " "; // is no tag
const LONGEST_MESSAGE = 60; // characters of one in a list to choose from

/**
 * The dialogue that moves a pointer.
 *
 * @param {{prompt: object, release: object, usage?: object, refresh: () => Promise<void>,
 *   onClose: () => void, pointer?: string, shares: object[]}} props `release` is what `readRelease`
 *   has read, and `refresh` reads it again; the pointer and the shares are those to begin with.
 */
export function MoveDialog({ prompt, release, usage, refresh, onClose, ...wish }) {
  const [chosen, setChosen] = useState(wish.pointer ?? LIVE);
  const [tag, setTag] = useState("");
  const [shares, setShares] = useState(wish.shares);
  const [message, setMessage] = useState("");
  const pointer = chosen === NEW_TAG ? tag.trim() : chosen;
  const { pointers } = release.state;
  const state = pointers.find((state) => state.pointer === pointer);
  const before = state?.split ?? [];
  const numbers = [...new Set([...before, ...shares].map(({ version }) => version))];
  const { versions, absent, error } = useMoveVersions(prompt.id, numbers, release);
  const isRequest = Boolean(state?.is_protected) && !may(prompt.team_id, "manage");
  const plan = planMove(pointer, state, shares, versions, isRequest);
  const move = { pointer, shares, message: message.trim() };
  const [failure, run] = useMove({ prompt, plan, move, before, refresh, onClose });
  const obstacle = absent
    ? `There is no version ${absent} any more.`
    : findObstacle(pointer, before, shares, versions);
  const options = listOptions(release, versions);
  const newest = findNewest(before, shares);
  const title = buildTitle(pointer, before, shares);
  const setIsSplit = (isSplit) =>
    setShares(isSplit ? splitWith(before, newest.version, options) : buildShares(newest.version));

  return html`<${Dialog} title=${title} onClose=${onClose} isWide>
    <div class="move">
      <div class="choices">
        <${Choice} label="Pointer" value=${chosen} onChange=${setChosen}
          options=${[...pointers.map(({ pointer }) => [pointer, pointer]), [NEW_TAG, "a new tag …"]]} />
        ${chosen === NEW_TAG && html`<${Field} label="Name of the tag" value=${tag} onInput=${setTag}
          maxlength="50" hint="Letters, digits, - _ and ." />`}
        ${shares.length === 1 && html`<${Choice} label="Version" value=${String(shares[0].version)}
          onChange=${(number) => setShares(buildShares(Number(number)))} options=${options} />`}
        ${options.length > 1 && html`<${Choice} label="For" value=${shares.length > 1 ? "some" : "all"}
          onChange=${(value) => setIsSplit(value === "some")}
          options=${[["all", "all callers"], ["some", "some of the callers"]]} />`}
      </div>
      ${shares.length > 1 && html`
        <${SplitEditor} shares=${shares} onChange=${setShares} options=${options} />`}
      ${failure && !obstacle && html`<${Failure} ...${failure} pointer=${pointer} state=${state} />`}
      ${error && html`<${Problem} error=${error} />`}
      ${obstacle && html`<p class="notice">${obstacle}</p>`}
      ${!obstacle && html`<section aria-label="What happens">
        <${Effects} pointer=${pointer} state=${state} shares=${shares} versions=${versions}
          pointers=${pointers} />
      </section>`}
      ${isRequest && !obstacle && html`
        <p class="notice">In this team <code>${pointer}</code> is protected, and only admins move it. You can
          ask for the release: it is made when one of them approves it.</p>
        <${Field} label="Message to who approves it" value=${message} onInput=${setMessage} rows="2"
          maxlength="1000" />`}
      ${before.length > 0 && html`
        <${Callers} usage=${usage} numbers=${before.map(({ version }) => version)} />`}
      <${MoveDifference} before=${versions.get(before[0]?.version)} after=${versions.get(newest.version)} />
    </div>
    <footer class="actions">
      ${!obstacle && html`
        <${ConfirmButton} onPress=${run} disabled=${numbers.some((number) => !versions.has(number))}>
          ${isRequest ? "Ask for the release" : title}
        <//>`}
      <${Button} onPress=${onClose}>Cancel<//>
    </footer>
  <//>`;
}

/** The button that does it, which has the focus from the beginning. */
export function ConfirmButton({ onPress, disabled, children }) {
  const place = useRef(null);
  useEffect(() => {
    if (!disabled) place.current.querySelector("button").focus({ preventScroll: true });
  }, [disabled]);
  return html`<span ref=${place}>
    <${Button} kind="primary" onPress=${onPress} disabled=${disabled}>${children}<//>
  </span>`;
}

/**
 * Read the versions that a dialogue is about, beside those that have been read already.
 *
 * @returns {{versions: Map<number, object>, absent: number | undefined, error: Error | null}} `absent`
 *   is one that there is not.
 */
export function useMoveVersions(id, numbers, release) {
  const versions = useMemo(() => new Map(release.versions), [release]);
  const missing = numbers.filter((number) => !versions.has(number));
  const read = async (signal) => ({ release, missing, versions: await readVersions(id, missing, signal) });
  const { value, error } = useLoad(read, [id, release, missing.join()]);
  const current = value?.release === release ? value : undefined; // not what was read before the last change
  for (const [number, version] of current?.versions ?? []) versions.set(number, version);
  const absent = current?.missing.find((number) => numbers.includes(number) && !versions.has(number));
  return { versions, absent, error };
}

/**
 * Make the calls of a plan, and offer to undo them.
 *
 * A call that is repeated because no response came is done once. After any other failure the state
 * is read again, and what is still to be done is planned from there.
 *
 * @returns {[{error: Error, step: object, published: number | null} | null, () => Promise<void>]}
 */
function useMove({ prompt, plan, move, before, refresh, onClose }) {
  const [failure, setFailure] = useState(null);
  const attempts = useRef(new Map());
  const { pointer, shares } = move;
  const getAttempt = (step) => {
    const key = JSON.stringify([step, move]);
    if (!attempts.current.has(key)) attempts.current.set(key, crypto.randomUUID());
    return attempts.current.get(key);
  };
  const run = async () => {
    let step;
    let published = null;
    let waiting = null;
    setFailure(null);
    try {
      for (step of plan) {
        waiting = await runStep(prompt.id, step, move, getAttempt(step));
        if (step.kind === "publish") published = step.version;
      }
    } catch (error) {
      if (!isTemporary(error)) await refresh().catch(() => {});
      setFailure({ error, step, published });
      return;
    }
    const text = waiting
      ? `The request waits until somebody else approves it who may move ${pointer}.`
      : `${describeState(pointer, shares)}.`;
    say(text, { undo: waiting ? undefined : await prepareUndo() });
    onClose();
    await refresh();
  };
  const prepareUndo = async () => {
    const isPromotion = pointer === LIVE && before.length === 1 && shares.length === 1;
    const reason = isPromotion && `The promotion of version ${shares[0].version} was undone`;
    const undo = await buildUndo(prompt.id, pointer, before, shares, reason).catch(() => undefined);
    return undo && (async () => {
      await undo();
      await refresh();
      say(`${pointer} is where it was before.`);
    });
  };
  return [failure, run];
}

/** Why a move has failed, and what is there now. */
function Failure({ error, step, published, pointer, state }) {
  const isLate = error.status === 412;
  return html`
    ${published && html`<p class="notice">Version ${published} is stable now, but <code>${pointer}</code>
      ${" "}has not moved yet.</p>`}
    ${isLate && html`<p class="notice" role="alert">
      ${step.kind === "publish"
        ? `Somebody has changed version ${step.version} since you opened this.`
        : html`<bdi>${state?.by?.name ?? "Somebody"}</bdi> was faster: <code>${pointer}</code> was moved
          ${" "}<${Time} at=${state?.since} />.`}
      ${" "}Below is what happens now: look at it, and confirm again.</p>`}
    ${!isLate && html`<${MoveProblem} error=${error} />`}`;
}

function findObstacle(pointer, before, shares, versions) {
  if (!pointer) return "Name the tag.";
  if (isSameSplit(before, shares)) return `${describeState(pointer, shares)} already.`;
  const archived = shares.find(({ version }) => versions.get(version)?.status === "archived");
  return archived &&
    `Version ${archived.version} is archived, for good. Make a new draft of its text, and promote that.`;
}

/** List the versions to choose from: those that are not archived, and those that a pointer is at. */
function listOptions({ list, state }, versions) {
  const isPointedAt = (number) =>
    state.pointers.some(({ split }) => split.some(({ version }) => version === number));
  const all = new Map([...list.versions, ...versions.values()].map((each) => [each.version, each]));
  return [...all.values()]
    .filter(({ version, status }) => status !== "archived" || isPointedAt(version))
    .sort((one, other) => other.version - one.version)
    .map(({ version, status, message }) => {
      const text = [`Version ${version}`, status, message.slice(0, LONGEST_MESSAGE)];
      return [String(version), text.filter(Boolean).join(" · ")];
    });
}

/** Split a pointer between what it hands out and another version. */
function splitWith(before, number, options) {
  const isThere = before.some(({ version }) => version === number);
  const numbers = [...before.map(({ version }) => version), ...options.map(([value]) => Number(value))];
  const other = numbers.find((each) => each !== number);
  return isThere ? addShare(buildShares(number), other) : addShare(buildShares(other), number);
}

function buildTitle(pointer, before, shares) {
  const name = pointer || "the tag";
  if (shares.length > 1) return `Split ${name}`;
  const { version } = shares[0];
  if (pointer === LIVE) return `Make version ${version} live`;
  return before.length ? `Move ${name} to version ${version}` : `Set ${name} to version ${version}`;
}
