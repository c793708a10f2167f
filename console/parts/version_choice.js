/** The versions of a prompt, to choose one from. */

import { useLoad } from "../app/load.js";
import { getAll, path } from "../app/session.js";
import { html } from "../vendor/preact.js";
import { Choice } from "./controls.js";

const PAGE = 100;
const LONGEST_MESSAGE = 60;

/** Load all versions of a prompt, the newest first. */
export function useVersions(promptId) {
  return useLoad(
    (signal) => getAll(path`v1/prompts/${promptId}/versions`, "versions", { limit: PAGE }, undefined, signal),
    [promptId],
  );
}

/**
 * Find a version by its number, a tag, `live` or `latest`.
 *
 * @returns {object | undefined}
 */
export function findVersion(versions, name) {
  if (name === "latest") return versions[0];
  if (name === "live") return versions.find(({ status }) => status === "live");
  return versions.find(({ version }) => String(version) === name) ?? versions.find(({ tags }) => tags.includes(name));
}

/** A list to choose a version from, by number, status, tags and message. */
export function VersionChoice({ label, versions, value, onChange }) {
  const options = versions.map((version) => [String(version.version), describeVersion(version)]);
  return html`<${Choice} label=${label} value=${String(value)} options=${options} onChange=${onChange} />`;
}

function describeVersion({ version, status, tags, message }) {
  const short = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
  return [`${version} · ${status}`, ...tags, short].filter(Boolean).join(" · ");
}
