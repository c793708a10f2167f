/** All prompts of the teams of whoever has signed in. */

import { filterPrompts, findPointer, getChangeTime, listTags } from "../app/prompt_filter.js";
import { usePromptList } from "../app/prompt_list.js";
import { changeQuery, page } from "../app/router.js";
import { may, session } from "../app/session.js";
import { useShortcuts } from "../app/shortcuts.js";
import { useStore } from "../app/store.js";
import { Choice, Empty, Field, Label, Tick } from "../parts/controls.js";
import { Problem } from "../parts/loading.js";
import { Time } from "../parts/time.js";
import { VirtualList } from "../parts/virtual_list.js";
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";

const ROW = 66; // pixels
const NARROW_ROW = 116;
const NARROW = matchMedia("(max-width: 40rem)");
const STATUSES = [
  ["", "Any status"],
  ["live", "Live"],
  ["drafts", "Only drafts"],
  ["archived", "Archived"],
];
const ORDERS = [
  ["", "Last changed first"],
  ["name", "By name"],
];

export function Page({ query }) {
  const { prompts, isComplete, error, reload } = usePromptList();
  const { teams, person } = useStore(session);
  const rowHeight = useNarrow() ? NARROW_ROW : ROW;
  const filter = { ...query, by: query.changed === "me" ? person?.id : "" };
  const shown = useMemo(() => filterPrompts(prompts, filter), [prompts, JSON.stringify(filter)]);
  const rows = useRef(null);
  const isArchive = query.status === "archived";
  const total = prompts.filter(({ status }) => (status === "archived") === isArchive).length;
  const count = shown.length === total ? format(total) : `${format(shown.length)} of ${format(total)}`;
  return html`
    <header class="page-header">
      <h1>Prompts</h1>
      <div class="actions"><${NewPrompt} teams=${teams} teamId=${query.team} /></div>
    </header>
    <${Filters} query=${query} prompts=${prompts} teams=${teams} person=${person}
      onLeave=${() => rows.current?.querySelector("a")?.focus()} />
    ${error && html`<${Problem} error=${error} onRetry=${reload} />`}
    <p class="hint prompt-count" role="status">
      ${prompts.length > 0 && `${count} ${total === 1 ? "prompt" : "prompts"}`}
      ${!isComplete && !error && " Loading …"}
    </p>
    ${shown.length > 0 && html`<div ref=${rows} class="prompt-list" onKeyDown=${moveFocus}>
      <${VirtualList} items=${shown} rowHeight=${rowHeight} label="Prompts" getKey=${({ id }) => id}>
        ${(prompt) => html`<${Row} prompt=${prompt} teams=${teams} />`}
      <//>
    </div>`}
    ${isComplete && prompts.length === 0 && html`<${NoPrompts} teams=${teams} />`}
    ${isComplete && prompts.length > 0 && shown.length === 0 && html`
      <${Empty} title="No prompt matches.">
        <p>Each word has to be in the name, the slug, the description or a keyword. Archived prompts are
          shown by the status “Archived” only.</p>
        <a class="button" href=${page`/`}>Clear the search and the filters</a>
      <//>`}
  `;
}

function Filters({ query, prompts, teams, person, onLeave }) {
  const tags = useMemo(() => listTags(prompts), [prompts]);
  const search = useRef(null);
  useShortcuts({ "/": ["Search", () => search.current.querySelector("input").focus()] });
  const set = (name, value) => changeQuery({ [name]: value });
  const leave = (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    onLeave();
  };
  return html`<div class="filters" role="search">
    <div class="search" ref=${search}>
      <${Field} label="Search" type="search" value=${query.q ?? ""} onInput=${(value) => set("q", value)}
        isLabelHidden placeholder="Search name, slug, description, keywords" aria-keyshortcuts="/"
        onKeyDown=${leave} />
    </div>
    <${Choice} label="Status" isLabelHidden value=${query.status ?? ""} options=${STATUSES}
      onChange=${(value) => set("status", value)} />
    ${(tags.length > 0 || query.tag) && html`<${Choice} label="Tag" isLabelHidden value=${query.tag ?? ""}
      options=${[["", "Any tag"], ...tags.map((tag) => [tag, tag])]}
      onChange=${(value) => set("tag", value)} />`}
    ${teams.length > 1 && html`<${Choice} label="Team" isLabelHidden value=${query.team ?? ""}
      options=${[["", "All teams"], ...teams.map(({ id, name }) => [id, name])]}
      onChange=${(value) => set("team", value)} />`}
    <${Choice} label="Order" isLabelHidden value=${query.sort ?? ""}
      options=${ORDERS} onChange=${(value) => set("sort", value)} />
    ${person && html`<${Tick} label="Last changed by me" checked=${query.changed === "me"}
      onChange=${(isTicked) => set("changed", isTicked ? "me" : "")} />`}
  </div>`;
}

function Row({ prompt, teams }) {
  const live = findPointer(prompt, "live");
  const tags = prompt.pointers.filter((pointer) => pointer !== live);
  const newest = prompt.last_version;
  const team = teams.length > 1 && teams.find(({ id }) => id === prompt.team_id)?.name;
  return html`<a class="prompt-row" href=${page`/prompts/${prompt.id}`}>
    <span class="names">
      <span class="name" dir="auto">${prompt.name}</span>
      <span class="about"><code>${prompt.slug}</code>
        ${team && html`<span>${team}</span>`}
        ${prompt.description && html`<span dir="auto">${prompt.description}</span>`}</span>
    </span>
    <span class="release">
      <span class="pointers">
        ${prompt.status === "archived" && html`<span class="status archived">archived</span>`}
        ${live && html`<span class="status live">live ${describeSplit(live.split)}</span>`}
        ${!live && newest > 0 && html`<span class="status draft">not live</span>`}
        ${!newest && prompt.changed_at && html`<span class="status">no version</span>`}
        ${tags.map(({ pointer, split }) => html`
          <${Label} key=${pointer}>${pointer} ${describeSplit(split)}<//>`)}
      </span>
      <span class="since">${live?.since && html`since <${Time} at=${live.since} /> by ${live.by.name}`}</span>
    </span>
    <span class="change">
      <span>${live && newest > Math.max(...live.split.map(({ version }) => version)) && `newest ${newest}, `}
        changed <${Time} at=${getChangeTime(prompt)} /></span>
      <span class="since">${prompt.changed_by && `by ${prompt.changed_by.name}`}</span>
    </span>
  </a>`;
}

function NewPrompt({ teams, teamId }) {
  const own = teams.filter(({ id }) => may(id, "write"));
  const team = own.find(({ id }) => id === teamId) ?? own[0];
  return team && html`<a class="button primary" href=${`${page`/new`}?team=${team.id}`}>New prompt</a>`;
}

function NoPrompts({ teams }) {
  return html`<${Empty} title="There are no prompts yet.">
    <p>A prompt is a text, or the messages of a conversation, that an application sends to a language model.
      It is kept here in numbered versions: you write a draft, try it, compare it, and make it live when it is
      ready. Applications read the live version by the prompt’s slug, so that a new text needs no deployment.</p>
    <${NewPrompt} teams=${teams} />
  <//>`;
}

function useNarrow() {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const update = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", update);
    return () => NARROW.removeEventListener("change", update);
  }, []);
  return isNarrow;
}

function moveFocus(event) {
  const row = event.target.closest("li");
  const next = { ArrowDown: row?.nextElementSibling, ArrowUp: row?.previousElementSibling }[event.key];
  if (!next) return;
  event.preventDefault();
  next.querySelector("a").focus();
}

function describeSplit(split) {
  return split.map(({ version }) => version).join(" / ");
}

function format(count) {
  return count.toLocaleString("en");
}
