/** Where a draft is saved: over the draft of a version, or as a new version. */

import { findChanges } from "./drafts.js";
import { call, path, write } from "./session.js";

/**
 * @typedef {object} Target
 * @property {number | null} number Of the draft to save over; null to create a version.
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
  if (!newest.version) return { number: null, etag: newest.etag, version: {} };
  const { value, etag } =
    selector === "latest"
      ? await call("GET", path`v1/prompts/${id}/versions/${newest.version.version}`, { signal })
      : await call("GET", path`v1/prompts/${id}/versions/${selector}`, { signal });
  const { version } = value;
  if (version.omissions?.includes("messages")) {
    throw new Error("This conversation is too large for the console. Use `cuebook pull` and an editor.");
  }
  if (version.status === "draft") return { number: version.version, etag, version };
  return { number: null, etag: newest.etag, version: { ...version, message: "" } };
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
export async function save(id, target, fields, attempt) {
  const options = { ifMatch: target.etag, attempt };
  if (target.number === null) {
    return await follow(id, await write("POST", path`v1/prompts/${id}/versions`, fields, options));
  }
  const changes = findChanges(fields, target.version);
  if (Object.keys(changes).length === 0) return target;
  const url = path`v1/prompts/${id}/versions/${target.number}`;
  return await follow(id, await write("PUT", url, changes, options));
}

/** A response with warnings has another ETag than the version alone, which is read for it. */
async function follow(id, { value: { version, warnings }, etag }) {
  const target = { number: version.version, etag, version };
  if (!warnings) return target;
  const read = await call("GET", path`v1/prompts/${id}/versions/${version.version}`);
  const isSame = JSON.stringify(read.value.version) === JSON.stringify(version);
  return isSame ? { ...target, etag: read.etag } : target;
}

/**
 * Read what somebody else has saved, after a save was refused.
 *
 * @param {string} id
 * @param {Target} target
 * @returns {Promise<Target>} Where to save instead, beginning from the version of the other.
 */
export async function readRival(id, target) {
  if (target.number === null) return await openTarget(id, "latest");
  try {
    return await openTarget(id, String(target.number));
  } catch (error) {
    if (error.status !== 404) throw error;
    return { ...(await openTarget(id, "latest")), version: target.version }; // somebody has deleted it
  }
}

async function readNewest(id, signal) {
  try {
    const { value, etag } = await call("GET", path`v1/prompts/${id}`, { query: { version: "latest" }, signal });
    return { version: value.version, etag };
  } catch (error) {
    if (error.status !== 404) throw error;
    return { etag: (await call("GET", path`v1/prompts/${id}`, { signal })).etag };
  }
}
