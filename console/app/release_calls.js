/** The calls by which pointers are moved, and by which that is undone. */

import { LIVE, isSameSplit } from "./releases.js";
import { call, get, path, write } from "./session.js";

const EVENTS = 200; // of the history, read at a time
const VERSIONS = 20;

/**
 * Read all that a release is decided by.
 *
 * @returns {Promise<{state: object, events: object[], cursor: string | undefined, list: object,
 *   versions: Map<number, object>}>} Where the pointers are; the newest events, and the cursor of
 *   older ones; a page of the newest versions; the versions at the pointers, with their ETags.
 */
export async function readRelease(id, signal) {
  const [state, history, list] = await Promise.all([
    readState(id, signal),
    get(path`v1/prompts/${id}/history`, { limit: EVENTS }, signal),
    readVersionList(id, undefined, signal),
  ]);
  const requests = state.pointers.flatMap(({ waiting }) => waiting);
  const numbers = [...state.pointers, ...requests].flatMap(({ split }) => split.map(({ version }) => version));
  const versions = await readVersions(id, numbers, signal);
  return { state, events: history.events, cursor: history.next_cursor, list, versions };
}

/** Read where the pointers of a prompt are. */
export async function readState(id, signal) {
  return await get(path`v1/prompts/${id}/release`, {}, signal);
}

/** Read the events before those that have been read. */
export async function readOlderEvents(id, cursor) {
  return await get(path`v1/prompts/${id}/history`, { limit: EVENTS, cursor });
}

/** Read a page of the versions of a prompt, newest first. */
export async function readVersionList(id, cursor, signal) {
  return await get(path`v1/prompts/${id}/versions`, { limit: VERSIONS, cursor }, signal);
}

/**
 * Read versions.
 *
 * @param {(number | string)[]} selectors Numbers, tags, `live` or `latest`.
 * @returns {Promise<Map<number, object>>} By number, each with its `etag`; without those that there
 *   are not.
 */
export async function readVersions(id, selectors, signal) {
  const reads = [...new Set(selectors)].map((selector) => readVersion(id, selector, signal));
  const versions = await Promise.all(reads);
  return new Map(versions.filter(Boolean).map((version) => [version.version, version]));
}

/** Read a version with its `etag`; null if there is none. */
export async function readVersion(id, selector, signal) {
  try {
    const { value, etag } = await call("GET", path`v1/prompts/${id}/versions/${selector}`, { signal });
    return { ...value.version, etag };
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/** Read who calls a prompt; null where the service does not count. */
export async function readUsage(id, signal) {
  try {
    return await get(path`v1/prompts/${id}/usage`, {}, signal);
  } catch (error) {
    if (error.status === 404) return null;
    throw error;
  }
}

/**
 * Make one of the calls of a plan.
 *
 * @param {string} id
 * @param {object} step Of `planMove`.
 * @param {{pointer: string, shares: object[], message?: string}} move
 * @param {string} attempt The same for each repetition of this call.
 * @returns {Promise<object | null>} The request that waits instead of the move, if one does.
 */
export async function runStep(id, step, { pointer, shares, message }, attempt) {
  const { kind, version, ifMatch } = step;
  const options = { ifMatch, attempt };
  const versionPath = path`v1/prompts/${id}/versions/${version}`;
  const calls = {
    publish: () => write("POST", `${versionPath}/promote`, undefined, options),
    tag: () => write("POST", `${versionPath}/tags`, { tag: pointer }, options),
    move: () => write("PUT", path`v1/prompts/${id}/splits/${pointer}`, { split: shares }, options),
    request: () => {
      const body = { pointer, split: shares, message };
      return write("POST", path`v1/prompts/${id}/releases`, body, options);
    },
  };
  const { value } = await calls[kind]();
  return value.release ?? null;
}

/** Roll live back; returns the request that waits instead, if one does. */
export async function rollBack(id, version, reason, options) {
  const body = { target_version: version, rollback_reason: reason };
  const { value } = await write("POST", path`v1/prompts/${id}/rollback`, body, options);
  return value.release ?? null;
}

/** Make the live version stable again, so that none is live. */
export async function demote(id, version) {
  await write("POST", path`v1/prompts/${id}/versions/${version}/demote`);
}

/** Archive a version for good. */
export async function archiveVersion(id, version, ifMatch) {
  await write("POST", path`v1/prompts/${id}/versions/${version}/archive`, undefined, { ifMatch });
}

/** Remove a tag, unless the version that it was at has changed since it was read. */
export async function removeTag(id, tag, ifMatch) {
  await write("DELETE", path`v1/prompts/${id}/tags/${tag}`, undefined, { ifMatch });
}

/** Decide on a request: `approve`, `reject` or `withdraw` it. */
export async function decide(release, verb, comment) {
  const target = path`v1/prompts/${release.prompt_id}/releases/${release.id}/${verb}`;
  await write("POST", target, { comment });
}

/**
 * Build what undoes a move that has just been made, unless somebody has moved the pointer again.
 *
 * @param {string} id
 * @param {string} pointer
 * @param {object[]} before What the pointer handed out.
 * @param {object[]} after What it hands out now.
 * @param {string} [reason] Of a promotion that is undone by a rollback.
 * @returns {Promise<(() => Promise<void>) | undefined>}
 */
export async function buildUndo(id, pointer, before, after, reason) {
  const { pointers } = await readState(id);
  const state = pointers.find((state) => state.pointer === pointer);
  if (!isSameSplit(state?.split ?? [], after)) return undefined;
  const undo = reason
    ? await buildRollback(id, before, reason)
    : buildMoveBack(id, pointer, before, after, state);
  return async () => {
    try {
      await undo();
    } catch (error) {
      if (error.status === 412) error.message = `Somebody has moved ${pointer} again, so nothing is undone.`;
      throw error;
    }
  };
}

async function buildRollback(id, [{ version }], reason) {
  const { etag } = await readVersion(id, LIVE);
  return () => rollBack(id, version, reason, { ifMatch: etag });
}

function buildMoveBack(id, pointer, before, after, state) {
  if (!before.length) {
    return () => (pointer === LIVE ? demote(id, after[0].version) : removeTag(id, pointer));
  }
  const isGone = pointer !== LIVE && !after.length;
  return async () => {
    if (isGone) await runStep(id, { kind: "tag", version: before[0].version }, { pointer });
    if (isGone && before.length === 1) return;
    const ifMatch = isGone ? undefined : state?.etag;
    await runStep(id, { kind: "move", ifMatch }, { pointer, shares: before });
  };
}
