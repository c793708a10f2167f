/** Versions and pointers in words, as the release pages show them. */

import { listNames, nameCaller } from "../app/usage.js";
import { LIVE, compareShares, describeWeight, formatWeight } from "../app/releases.js";
import { page } from "../app/router.js";
import { Fragment, html } from "../vendor/preact.js";
import { Label, Status } from "./controls.js";
import { Problem } from "./loading.js";
import { Time } from "./time.js";

const LONGEST_MESSAGE = 200; // characters of one that are shown

/** Join what is shown of some items: "1, 2, 3". */
export function join(items, show, separator = ", ") {
  return items.map((item, index) => html`<${Fragment} key=${index}>${index ? separator : ""}${show(item)}<//>`);
}

/** A version in a sentence: its number, its status, its author and its message. */
export function VersionName({ number, version }) {
  if (!version) return html`version ${number}`;
  const { status, author, message } = version;
  return html`version ${number} (${status}, by <bdi>${author.name}</bdi>${
    message && html`, “<bdi>${shorten(message)}</bdi>”`})`;
}

/** A version in a row: a link, with its message and its author below. */
export function VersionCell({ promptId, number, version, weight }) {
  return html`<div class="version-cell">
    <p>
      <a href=${`${page`/prompts/${promptId}`}?version=${number}`}>Version ${number}</a>
      ${weight !== undefined && html` <${Label}>${formatWeight(weight)}<//>`}
      ${version && html` <${Status} status=${version.status} />`}
    </p>
    ${version && html`<p class="hint">
      <bdi>${shorten(version.message) || "No message"}</bdi> · <bdi>${version.author.name}</bdi>
    </p>`}
  </div>`;
}

/**
 * What a move of a pointer replaces, in sentences.
 *
 * @param {{pointer: string, state: object | undefined, shares: object[], versions: Map<number, object>,
 *   pointers: object[]}} props `state` is where the pointer is now; `pointers` are all.
 */
export function Effects({ pointer, state, shares, versions, pointers }) {
  const before = state?.split ?? [];
  const { arriving, leaving, staying, endsSplit } = compareShares(before, shares);
  const isLive = pointer === LIVE;
  const isSplit = shares.length > 1;
  const touched = [...arriving, ...leaving];
  const others = pointers.filter((other) =>
    other.pointer !== pointer && other.split.some(({ version }) => touched.includes(version)));
  const isPublished =
    (isLive || isSplit) && shares.some(({ version }) => versions.get(version)?.status === "draft");
  const name = (number) => html`<${VersionName} number=${number} version=${versions.get(number)} />`;
  const count = (number) => describeWeight(shares.find(({ version }) => version === number).weight);
  const showArrival = (number) => {
    if (isSplit) return html`goes to <strong>${count(number)}</strong> of <code>${pointer}</code>.`;
    return isLive ? html`becomes <strong>live</strong>.` : html`is <code>${pointer}</code> from then on.`;
  };
  const showDeparture = (number) => {
    if (!isLive || number !== before[0].version) {
      return html` is not handed out by <code>${pointer}</code> any more.`;
    }
    // Of a split one knows when its weights were set, not when its first version went live.
    const isDated = before.length === 1 && state.since;
    return html`${isDated && html`, which went live <${Time} at=${state.since} />,`} becomes stable again.`;
  };
  return html`<ul class="effects">
    ${arriving.map((number) => html`<li key=${number}>${name(number)} ${showArrival(number)}</li>`)}
    ${staying.map((number) => html`<li key=${number}>${name(number)} stays, for ${count(number)}.</li>`)}
    ${isSplit && html`<li>Callers that send no <code>split_key</code> get version ${shares[0].version}.</li>`}
    ${leaving.map((number) => html`<li key=${number}>${name(number)}${showDeparture(number)}</li>`)}
    ${endsSplit && html`<li>The split of <code>${pointer}</code> ends.</li>`}
    ${isPublished && html`<li>A draft becomes stable first; its text cannot be changed any more then.</li>`}
    ${!before.length && html`<li>${isLive
      ? "Nothing is live now: until then callers of live get an error."
      : html`The tag <code>${pointer}</code> is new.`}</li>`}
    ${others.length > 0 && html`<li>Others stay where they are: ${join(others, (other) => html`
      <code>${other.pointer}</code> at ${other.split.map(({ version }) => version).join(", ")}`)}.</li>`}
    <li>Programs that ask for each use get it at once; those that hold prompts, as Cuebook's client does,
      within a minute.</li>
  </ul>`;
}

/** Who has called some versions of a prompt, by its use; nothing where that is not counted. */
export function Callers({ usage, numbers }) {
  if (!usage?.counted_to) return null;
  const used = usage.versions.filter(({ version }) => numbers.includes(version));
  const programs = used.flatMap(({ version, callers }) =>
    callers.filter(({ kind }) => kind === "api_key").map((caller) => ({ ...caller, version })));
  return html`<div class="callers">
    <h3>Who calls ${numbers.length > 1 ? "these versions" : "this version"} now</h3>
    ${programs.length === 0 && html`<p>${used.some(({ callers }) => callers.length === 0)
      ? "It was called lately, by callers that are not listed."
      : "No program has called it lately."}</p>`}
    ${usage.syncs.length > 0 && html`<p>These read all prompts of the team at once, and may use it:
      ${" "}${listNames(usage.syncs)}.</p>`}
    <ul>
      ${programs.map((caller) => html`<li key=${`${caller.version} ${caller.id}`}>
        <bdi>${nameCaller(caller)}</bdi>: ${caller.calls.toLocaleString("en")} calls of
        ${" "}version ${caller.version}, the last on ${caller.last_day}
      </li>`)}
    </ul>
  </div>`;
}

/** Why a move has failed, with the payloads that do not render, if it is these. */
export function MoveProblem({ error }) {
  if (error.code !== "payloads_failed") return html`<${Problem} error=${error} />`;
  return html`<div class="problem" role="alert">
    <p>Before a version comes to a protected pointer it must render with all payloads of the prompt. It does
      not:</p>
    <ul>
      ${error.details.map(({ payload_id, name, version, message }) => html`
        <li key=${`${payload_id} ${version}`}>Version ${version} with the payload
          ${" "}<bdi>${name ?? payload_id}</bdi>: <bdi>${message}</bdi></li>`)}
    </ul>
    <p>Correct the version in a new draft, or the payloads.</p>
    <p class="request-id">Request <code>${error.requestId}</code></p>
  </div>`;
}

function shorten(text) {
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)} …` : text;
}
