/** The events of a prompt's history in words. */

/** The kinds of events that one may look for, each with the beginnings of their names. */
export const EVENT_GROUPS = {
  releases: {
    label: "Releases",
    names: ["version.promoted", "version.rolled_back", "version.demoted", "split.", "release."],
  },
  texts: { label: "Versions", names: ["version."] },
  tags: { label: "Tags", names: ["tag.", "tags."] },
  payloads: { label: "Payloads", names: ["payload."] },
  prompt: { label: "The prompt itself", names: ["prompt."] },
};

const WORDS = {
  "prompt.created": ({ name }) => `created the prompt${name ? ` “${name}”` : ""}`,
  "prompt.renamed": ({ name, slug }) => `renamed the prompt to “${name}”, with the slug ${slug}`,
  "prompt.updated": ({ keywords }) => (keywords ? describeKeywords(keywords) : "changed the description"),
  "prompt.archived": () => "archived the prompt",
  "prompt.restored": () => "restored the prompt",
  "prompt.deleted": () => "deleted the prompt",
  "prompt.moved": () => "moved the prompt to another team",
  "prompt.configured": () => "changed settings of the prompt that another product’s API has",
  "version.created": ({ version }) => `wrote version ${version}`,
  "version.updated": ({ version }) => `changed the draft, version ${version}`,
  "version.annotated": ({ version }) => `changed the message of version ${version}`,
  "version.promoted": ({ version, status, displaced_version: displaced }) =>
    `made version ${version} ${status}${describePlace(displaced)}`,
  "version.rolled_back": ({ version, displaced_version: displaced }) =>
    `rolled back to version ${version}${describePlace(displaced)}`,
  "version.demoted": ({ version }) => `took version ${version} out of live: no version is`,
  "version.archived": ({ version }) => `archived version ${version}`,
  "version.deleted": ({ version }) => `deleted version ${version}, a draft`,
  "tag.moved": ({ tag, from_version: from, to_version: to }) => describeTag(tag, from, to),
  "tags.moved": ({ tags, to_version: to }) => `set the tags ${tags.join(", ")} to version ${to}`,
  "tag.removed": ({ tag }) => `removed the tag ${tag}`,
  "split.set": ({ pointer, split }) => `split ${pointer} between versions: ${describeShares(split ?? [])}`,
  "split.ended": ({ pointer, version }) => `ended the split of ${pointer}: version ${version} alone has it`,
  "release.requested": (detail) => `asked to ${describeRelease(detail)}`,
  "release.approved": (detail) => `approved to ${describeRelease(detail)}`,
  "release.rejected": (detail) => `refused to ${describeRelease(detail)}`,
  "release.withdrawn": (detail) => `withdrew the request to ${describeRelease(detail)}`,
  "payload.created": () => "stored a payload",
  "payload.updated": () => "changed a payload",
  "payload.deleted": () => "deleted a payload",
};

/** Say what an event was, without who did it: "made version 4 live, in place of version 3". */
export function describeEvent({ event, detail }) {
  return WORDS[event]?.(detail) ?? event; // a later release has other events
}

/** Find why it was done; empty if nobody said so. */
export function findReason({ detail }) {
  return detail.reason ?? detail.comment ?? detail.message ?? "";
}

/** Tell whether an event belongs to a group; to none means that all do. */
export function isInGroup({ event }, group) {
  return EVENT_GROUPS[group]?.names.some((name) => event.startsWith(name)) ?? true;
}

/** Say which part of the calls each version gets: "version 3 90 %, version 2 10 %". */
export function describeShares(shares) {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (shares.length === 1) return `version ${shares[0].version}`;
  return shares
    .map(({ version, weight }) => `version ${version} ${Number(((100 * weight) / total).toFixed(2))} %`)
    .join(", ");
}

/**
 * Find the newest event by which each version became live.
 *
 * @param {object[]} events Newest first.
 * @returns {Map<number, object>} By number of the version.
 */
export function findPromotions(events) {
  const promotions = new Map();
  for (const event of events) {
    const { version, status } = event.detail;
    if (status === "live" && !promotions.has(version)) promotions.set(version, event);
  }
  return promotions;
}

function describePlace(displaced) {
  return displaced ? `, in place of version ${displaced}` : "";
}

function describeTag(tag, from, to) {
  if (!from) return `set the tag ${tag} to version ${to}`;
  return `moved the tag ${tag} from version ${from} to version ${to}`;
}

function describeKeywords(keywords) {
  return keywords.length > 0 ? `set the keywords ${keywords.join(", ")}` : "removed the keywords";
}

function describeRelease({ pointer, version, split }) {
  const target = split ? describeShares(split) : version ? `version ${version}` : "another version";
  return `set ${pointer} to ${target}`;
}
