/** A prompt: the text that is live, or that of another version, and all versions as a time line. */

import { describeShares, findPromotions, findReason } from "../app/event_words.js";
import { useLoad } from "../app/load.js";
import { page } from "../app/router.js";
import { call, get, may, path } from "../app/session.js";
import { Button, CopyButton, Empty, Label, Section, Status } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Time } from "../parts/time.js";
import { VersionSettings, VersionText } from "../parts/version_content.js";
import { html, useState } from "../vendor/preact.js";
import { Removal, SetTag } from "./prompt_versions.js";
import { ChangeDetails, PromptActions } from "./prompt_actions.js";
import { TimeLine } from "./time_line.js";

const PAYLOADS = 10; // that are counted
const EVENTS = 100; // in which it is looked up what replaced what, and why

export function Page({ id, query }) {
  const [isRenaming, setRenaming] = useState(false);
  const actions = (prompt) =>
    may(prompt.team_id, "write") && html`<${Button} onPress=${() => setRenaming(true)}>Details<//>`;
  return html`<${PromptFrame} id=${id} tab="" actions=${actions}>${(prompt, reload) => html`
    <${Content} prompt=${prompt} selector=${query.version} reload=${reload} />
    ${isRenaming && html`<${ChangeDetails} prompt=${prompt} onEnd=${reload}
      onClose=${() => setRenaming(false)} />`}
  `}<//>`;
}

function Content({ prompt, selector, reload }) {
  const [round, setRound] = useState(0); // of reading all anew
  const shown = useLoad((signal) => readVersion(prompt.id, selector, signal), [prompt.id, selector]);
  const history = useLoad((signal) => readPromotions(prompt.id, signal), [prompt.id]);
  const promotions = history.value ?? new Map();
  const reloadAll = () => {
    for (const each of [{ reload }, shown, history]) each.reload();
    setRound(round + 1);
  };
  const version = shown.value?.version;
  return html`<div class="prompt-page">
    <div>
      <${Loading} of=${shown}>${(shown) => shown.version
        ? html`<${Version} prompt=${prompt} ...${shown} reload=${reloadAll}
          promotion=${promotions.get(shown.version.version)} />`
        : html`<${NoVersion} prompt=${prompt} />`}<//>
    </div>
    <aside>
      <${TimeLine} prompt=${prompt} number=${version?.version} round=${round}
        promotions=${promotions} />
      ${may(prompt.team_id, "curate") && html`<${PromptActions} prompt=${prompt} reload=${reloadAll} />`}
    </aside>
  </div>`;
}

/** Read the version that is selected: by default the live one, without one the newest. */
async function readVersion(id, selector, signal) {
  const state = await get(path`v1/prompts/${id}/release`, {}, signal);
  const { pointers } = state;
  const live = pointers.find(({ pointer }) => pointer === "live")?.split[0];
  const number = selector ?? live?.version ?? (await findNewest(id, signal));
  if (!number) return { pointers, version: null };
  const of = path`v1/prompts/${id}/versions/${number}`;
  const [{ value, etag }, { variables }, { payloads }] = await Promise.all([
    call("GET", of, { signal }),
    get(`${of}/variables`, {}, signal),
    get(path`v1/prompts/${id}/payloads`, { limit: PAYLOADS }, signal),
  ]);
  return { pointers, version: value.version, etag, variables, payloads: payloads.length };
}

async function readPromotions(id, signal) {
  return findPromotions((await get(path`v1/prompts/${id}/history`, { limit: EVENTS }, signal)).events);
}

async function findNewest(id, signal) {
  const { versions } = await get(path`v1/prompts/${id}/versions`, { limit: 1 }, signal);
  return versions[0]?.version;
}

// The dialogues of a version, beside those that remove the tag of their name.
const SET_TAG = Symbol("set a tag");
const ARCHIVE = Symbol("archive");

function Version({ prompt, version, etag, variables, payloads, pointers, promotion, reload }) {
  const { version: number, status, tags, template, author, message } = version;
  const [dialog, setDialog] = useState(null);
  const live = pointers.find(({ pointer }) => pointer === "live");
  const isOpen = status !== "archived";
  const mayWrite = may(prompt.team_id, "write");
  const close = () => setDialog(null);
  const mayTake = (tag) =>
    mayWrite &&
    (may(prompt.team_id, "manage") || !pointers.find(({ pointer }) => pointer === tag)?.is_protected);
  const at = page`/prompts/${prompt.id}`;
  const actions = html`
    ${mayWrite && html`<a class="button" href=${`${at}/edit?from=${number}`}>Edit from here</a>`}
    ${live?.split.length > 0 && status !== "live" && html`
      <a class="button" href=${`${at}/compare?from=live&to=${number}`}>Compare with live</a>`}
    ${isOpen && html`<a class="button" href=${`${at}/try?version=${number}`}>Try</a>`}
    ${mayWrite && isOpen && status !== "live" && html`
      <a class="button primary" href=${`${at}/release?promote=${number}`}>Promote</a>`}
  `;
  return html`
    ${live?.split.length === 0 && html`<p class="notice" role="note">Nothing is live: applications that read the
      live version of this prompt get an error. ${mayWrite && "Promote a version to make it live."}</p>`}
    <${Section} title=${`Version ${number}`} actions=${actions}>
      <p class="version-facts">
        <${Status} status=${status} />
        ${tags.map((tag) => html`<span class="tag" key=${tag}><${Label}>${tag}<//>
          ${mayTake(tag) && html`<${Button} kind="quiet" aria-label=${`Remove the tag ${tag}`}
            onPress=${() => setDialog(tag)}>✕<//>`}</span>`)}
        ${mayWrite && isOpen && html`<${Button} kind="quiet" onPress=${() => setDialog(SET_TAG)}>Set a tag<//>`}
        <span class="hint">written <${Time} at=${version.created_at} /> by ${author.name}</span>
      </p>
      ${message && html`<p class="words" dir="auto">${message}</p>`}
      <${Pointers} pointers=${pointers} number=${number} promotion=${promotion} />
      <${VersionText} version=${version} />
      <p class="actions">
        <${CopyButton} text=${template} label="Copy the text" />
        ${mayWrite && isOpen && html`
          <${Button} kind="quiet" onPress=${() => setDialog(ARCHIVE)}>Archive this version<//>`}
      </p>
    <//>
    <${Section} title="Settings">
      <${VersionSettings} version=${version} variables=${variables} />
      <p class="hint payload-count"><a href=${`${at}/payloads`}>
        ${payloads}${payloads === PAYLOADS && " or more"} ${payloads === 1 ? "payload" : "payloads"}
      </a> to try it with</p>
    <//>
    ${dialog === SET_TAG && html`<${SetTag} prompt=${prompt} number=${number} pointers=${pointers}
      onEnd=${reload} onClose=${close} />`}
    ${dialog && dialog !== SET_TAG && html`<${Removal} prompt=${prompt} version=${version} etag=${etag}
      pointers=${pointers} tag=${dialog === ARCHIVE ? undefined : dialog} onEnd=${reload} onClose=${close} />`}
  `;
}

/** Where the pointers to a version are, since when and by whom; shares where one is split. */
function Pointers({ pointers, number, promotion }) {
  const own = pointers.filter(({ split }) => split.some(({ version }) => version === number));
  if (own.length === 0) return null;
  const reason = promotion && findReason(promotion);
  return html`<ul class="pointers-of-version">
    ${own.map(({ pointer, split, since, by }) => html`<li key=${pointer}>
      <strong>${pointer}</strong>${split.length > 1 && html` is split: ${describeShares(split)}`}
      ${since && html` since <${Time} at=${since} /> by ${by.name}`}
      ${pointer === "live" && reason && html`: <q dir="auto">${reason}</q>`}
    </li>`)}
  </ul>`;
}

function NoVersion({ prompt }) {
  return html`<${Empty} title="This prompt has no text yet.">
    <p>Write its first version. It is a draft, which no application gets, until you promote it.</p>
    ${may(prompt.team_id, "write") && html`
      <a class="button primary" href=${page`/prompts/${prompt.id}/edit`}>Write the text</a>`}
  <//>`;
}
