/** Where a draft is saved: over the draft of a version, or as a new version. */

import { dumpDraft, findChanges, readDraft } from "./drafts.js";
import { call, path, write } from "./session.js";

/**
 * @typedef {object} Target
 * @property {number | null} number Of the draft to save over; null to create a version.
 * @property {number | null} newest The number of the newest version.
 * @property {string} etag Of what has been read, so that no change of others is lost.
 * @property {object} version The version that the draft was read from; {} where there is none.
 */

/**
 * Find what to edit: the version if it is a draft, or a new version that begins as it is.
 *
 * @param {string} id The id of the prompt.
 * @param {string} selector A version's number, a tag, `live` or `latest`.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Target>}
 */
export async function openTarget(id, selector, signal) {
  const newest = await readNewest(id, signal);
  if (newest.number === null) return { ...newest, number: null, newest: null, version: {} };
  const name = selector === "latest" ? newest.number : selector;
  const url = path`v1/prompts/${id}/versions/${name}`;
  const { value: { version }, etag } = await call("GET", url, { signal });
  if (version.omissions?.includes("messages")) {
    throw new Error("This conversation is too large for the console. Edit it in a folder: cuebook pull.");
  }
  const target = { number: version.version, newest: newest.number, etag, version };
  return version.status === "draft" ? target : { ...target, number: null, etag: newest.etag };
}

/** Read the draft that a target begins with; a new version has no message yet. */
export function beginDraft({ number, version }) {
  return readDraft(number === null ? { ...version, message: "" } : version);
}

/** Tell whether a draft says anything that is not saved. */
export function isUnsaved({ number, version }, { fields, problems }) {
  return problems.length > 0 || !hasFields(number === null ? { ...version, message: "" } : version, fields);
}

/**
 * Save a draft.
 *
 * @param {string} id
 * @param {Target} target
 * @param {object} fields Of `dumpDraft`.
 * @param {string} attempt The same for each repetition with the same fields.
 * @returns {Promise<Target>} Where it is saved from now on.
 */
export async function saveDraft(id, target, fields, attempt) {
  const options = { ifMatch: target.etag, attempt };
  if (target.number === null) {
    const response = await write("POST", path`v1/prompts/${id}/versions`, fields, options);
    return await follow(id, target, response);
  }
  const changes = findChanges(fields, target.version);
  if (Object.keys(changes).length === 0) return target;
  const url = path`v1/prompts/${id}/versions/${target.number}`;
  return await follow(id, target, await write("PUT", url, changes, options));
}

/** A response with warnings has another ETag than the version alone, which is read for it. */
async function follow(id, { newest }, { value: { version, warnings }, etag }) {
  const number = version.version;
  const target = { number, newest: Math.max(number, newest ?? 0), etag, version };
  if (!warnings) return target;
  const read = await call("GET", path`v1/prompts/${id}/versions/${number}`);
  const isSame = JSON.stringify(read.value.version) === JSON.stringify(version);
  return isSame ? { ...target, etag: read.etag } : target;
}

/**
 * Find what somebody else has saved, after a save was refused because something has changed.
 *
 * @param {string} id
 * @param {Target} target
 * @param {object} fields What was to be saved.
 * @returns {Promise<{target: Target, rival: object | null}>} Where to save instead, and the version
 *   of the other; null where no text is in the way: only the status has changed, say, or what is
 *   there is what was to be saved, and only the response was lost.
 */
export async function findRival(id, target, fields) {
  if (target.number === null) return await findNewerVersion(id, target, fields);
  let current;
  try {
    current = await openTarget(id, String(target.number));
  } catch (error) {
    if (error.status !== 404) throw error;
    const newest = await readNewest(id); // somebody has deleted the draft: it becomes a version again
    return { target: { ...target, number: null, newest: newest.number, etag: newest.etag }, rival: null };
  }
  const isSame = isSameText(current.version, target.version) || hasFields(current.version, fields);
  return { target: current, rival: isSame ? null : current.version };
}

/** Another new version is left as it is, whatever is saved. */
async function findNewerVersion(id, target, fields) {
  const newest = await readNewest(id);
  if (newest.number === target.newest) return { target: { ...target, etag: newest.etag }, rival: null };
  const current = await openTarget(id, "latest");
  const isOwn = current.number !== null && hasFields(current.version, fields);
  if (isOwn) return { target: current, rival: null };
  return {
    target: { ...target, newest: newest.number, etag: newest.etag },
    rival: current.version,
  };
}

function hasFields(version, fields) {
  return Object.keys(findChanges(fields, version)).length === 0;
}

function isSameText(one, other) {
  return hasFields(other, dumpDraft(readDraft(one)).fields);
}

async function readNewest(id, signal) {
  try {
    const options = { query: { version: "latest" }, signal };
    const { value, etag } = await call("GET", path`v1/prompts/${id}`, options);
    return { number: value.version.version, etag };
  } catch (error) {
    if (error.status !== 404) throw error;
    return { number: null, etag: (await call("GET", path`v1/prompts/${id}`, { signal })).etag };
  }
}
