/**
 * Releases: what the moves of `live` and of tags replace, and where these pointers were before.
 *
 * Nothing here touches the page or the service. A share is `{version, weight}`, and the weights of
 * a pointer sum to `TOTAL_WEIGHT`, as in the API.
 */

export const LIVE = "live";
const TOTAL_WEIGHT = 10000;
export const MOST_SHARES = 5; // versions of one split

const LARGEST_DENOMINATOR = 20;
const TOLERANCE = 0.02; // of the expected share, in words
const FIRST_WEIGHT = 500; // of a version that is added to a split

/**
 * @typedef {{version: number, weight: number}} Share
 * @typedef {{version: number, since: string | null, until: string | null, by: object | null,
 *   reason: string}} Span A time in which a version was live.
 */

/** Build the shares of a pointer that is at one version. */
export function buildShares(version) {
  return [{ version, weight: TOTAL_WEIGHT }];
}

/** Tell whether two lists of shares hand out the same. */
export function isSameSplit(before, after) {
  return (
    before.length === after.length &&
    before.every(({ version, weight }, index) =>
      version === after[index].version && weight === after[index].weight)
  );
}

/** Say where a pointer is: "Version 3 is live", "staging is at version 2". */
export function describeState(pointer, shares) {
  const numbers = shares.map(({ version }) => version);
  if (numbers.length > 1) return `${pointer} is split between the versions ${numbers.join(", ")}`;
  return pointer === LIVE ? `Version ${numbers[0]} is live` : `${pointer} is at version ${numbers[0]}`;
}

/**
 * Compare what a pointer hands out before and after a move.
 *
 * @param {Share[]} before
 * @param {Share[]} after
 * @returns {{arriving: number[], leaving: number[], staying: number[], endsSplit: boolean}} The
 *   numbers of versions.
 */
export function compareShares(before, after) {
  const isIn = (shares, { version }) => shares.some((share) => share.version === version);
  const list = (shares) => shares.map(({ version }) => version);
  return {
    arriving: list(after.filter((share) => !isIn(before, share))),
    leaving: list(before.filter((share) => !isIn(after, share))),
    staying: list(after.filter((share) => isIn(before, share))),
    endsSplit: before.length > 1 && after.length === 1,
  };
}

/** Find the share whose version is new at a pointer, else the last one. */
export function findNewest(before, shares) {
  return shares.find(({ version }) => !before.some((share) => share.version === version)) ?? shares.at(-1);
}

/**
 * Plan the calls that move a pointer.
 *
 * @param {string} pointer
 * @param {object | undefined} state Where the pointer is; undefined for a new tag.
 * @param {Share[]} shares Where it is to be.
 * @param {Map<number, object>} versions The versions of the shares, with their ETags.
 * @param {boolean} isRequest Whether somebody else is to approve the move.
 * @returns {{kind: "publish" | "tag" | "move" | "request", version?: number, ifMatch?: string}[]}
 */
export function planMove(pointer, state, shares, versions, isRequest = false) {
  const isTag = pointer !== LIVE;
  const isAlone = shares.length === 1;
  // A tag may be at a draft, and the approval of a request publishes a single one.
  const keepsDraft = isAlone && (isTag || isRequest);
  const drafts = shares.filter(({ version }) => versions.get(version)?.status === "draft");
  const steps = (keepsDraft ? [] : drafts).map(({ version }) => ({
    kind: "publish",
    version,
    ifMatch: versions.get(version).etag,
  }));
  if (isRequest) return [...steps, { kind: "request" }];
  const isNew = isTag && !state?.split.length;
  if (isNew) steps.push({ kind: "tag", version: shares[0].version });
  if (!isNew || !isAlone) steps.push({ kind: "move", ifMatch: isNew ? undefined : state?.etag });
  return steps;
}

// -- splits

/** Give a version of a split another weight; the first version has what the others leave. */
export function setWeight(shares, index, weight) {
  const others = shares.reduce((sum, share, at) => (at && at !== index ? sum + share.weight : sum), 0);
  const most = TOTAL_WEIGHT - 1 - others;
  const next = Math.min(most, Math.max(1, Math.round(weight) || 1));
  return balance(shares.map((share, at) => (at === index ? { ...share, weight: next } : share)));
}

/** Add a version to a split, with a small weight. */
export function addShare(shares, version) {
  const weight = Math.min(FIRST_WEIGHT, Math.max(1, Math.floor(shares[0].weight / 2)));
  return balance([...shares, { version, weight }]);
}

/** Take a version out of a split. */
export function removeShare(shares, index) {
  return balance(shares.filter((_, at) => at !== index));
}

/** Give the first version what the others leave. */
function balance([first, ...others]) {
  const rest = others.reduce((sum, { weight }) => sum + weight, 0);
  return [{ ...first, weight: TOTAL_WEIGHT - rest }, ...others];
}

/** Say which share of the callers gets a version: "about 1 in 20 callers". */
export function describeWeight(weight) {
  const share = weight / TOTAL_WEIGHT;
  if (weight === TOTAL_WEIGHT) return "all callers";
  for (let parts = 2; parts <= LARGEST_DENOMINATOR; parts++) {
    const part = Math.round(share * parts);
    if (part && part < parts && Math.abs(part / parts - share) <= TOLERANCE * Math.min(share, 1 - share)) {
      return `about ${part} in ${parts} callers`;
    }
  }
  if (share < 0.5) return `about 1 in ${formatCount(1 / share)} callers`;
  return `all but about 1 in ${formatCount(1 / (1 - share))} callers`;
}

/** Say how many callers get a version: "about 1 in 20 callers gets version 5". */
export function describeShare({ version, weight }) {
  const callers = describeWeight(weight);
  return `${callers} ${callers.startsWith("about 1 in") ? "gets" : "get"} version ${version}`;
}

/** Write a weight as a percentage: "5 %", "0.25 %". */
export function formatWeight(weight) {
  return `${weight / 100} %`;
}

function formatCount(number) {
  return Math.round(number).toLocaleString("en");
}

// -- history

/**
 * List the times in which versions were live, from the events of a prompt.
 *
 * @param {object[]} events Newest first, without gaps; the oldest ones may be missing.
 * @returns {Span[]} Newest first. `until` is null for what is live now, `since` where that is
 *   further back than the events.
 */
export function listSpans(events) {
  const spans = [];
  let current = events.at(-1)?.sequence > 1 ? undefined : null; // undefined: not recorded here
  for (const event of events.toReversed()) {
    const version = findLive(event, current);
    if (version === current || version === undefined) continue;
    const isMove = current !== undefined || isPromotion(event);
    if (current) spans[0].until = event.at;
    if (version) {
      spans.unshift({
        version,
        since: isMove ? event.at : null,
        until: null,
        by: isMove ? event.by : null,
        reason: isMove ? findReason(event, events) : "",
      });
    }
    current = version;
  }
  return spans;
}

/** List what live can be rolled back to: each version with the last time in which it was live. */
export function listWaysBack(events, live) {
  const spans = listSpans(events);
  return spans.filter(
    ({ version }, index) =>
      version !== live && spans.findIndex((span) => span.version === version) === index,
  );
}

/** Find why a pointer was moved at a time, as whoever did it or asked for it said. */
export function findReasonAt(events, at) {
  const event = events.find((event) => event.at === at);
  return event ? findReason(event, events) : "";
}

/**
 * Find what has changed a version of a request since, so that it cannot be approved any more.
 *
 * @param {object} release
 * @param {object[]} events
 * @returns {object | undefined} The event.
 */
export function findChange(release, events) {
  const numbers = release.split.map(({ version }) => version);
  return events.find(
    ({ event, at, detail }) =>
      at > release.created_at &&
      numbers.includes(detail.version) &&
      (["version.updated", "version.archived", "version.deleted"].includes(event) ||
        (event === "version.promoted" && detail.status === "stable")),
  );
}

function findLive(event, current) {
  if ("live_version" in event) return event.live_version;
  // Events of earlier releases do not say it.
  if (isPromotion(event)) return event.detail.version;
  if (event.event === "version.demoted") return null;
  return event.event === "version.archived" && event.detail.version === current ? null : current;
}

function isPromotion({ event, detail }) {
  return ["version.promoted", "version.rolled_back"].includes(event) && detail.status === "live";
}

function findReason({ at, detail }, events) {
  if (detail.reason) return detail.reason;
  // An approval and the move are written together, with times a few microseconds apart.
  const approval = events.find((event) =>
    event.event === "release.approved" && Math.abs(Date.parse(event.at) - Date.parse(at)) <= 1);
  return approval?.detail.message ?? "";
}
