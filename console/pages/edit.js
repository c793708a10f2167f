/** The page on which a prompt is written. */

import { convert, renewKeys } from "../app/drafts.js";
import { useLoad } from "../app/load.js";
import { findNewestCopy, keepCopy, removeCopy } from "../app/local_copies.js";
import { say } from "../app/messages.js";
import { page } from "../app/router.js";
import { beginDraft, openTarget } from "../app/saving.js";
import { get, getAll, may, path } from "../app/session.js";
import { useShortcuts } from "../app/shortcuts.js";
import { recogniseEngine, useCheck } from "../app/use_check.js";
import { nameCopies, nameCopy, useSaving } from "../app/use_saving.js";
import { Conflict } from "../parts/conflict.js";
import { Button, Field, Section } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { Preview, Problems, Variables } from "../parts/draft_beside.js";
import { Settings, Texts, useControls } from "../parts/draft_fields.js";
import { Loading } from "../parts/loading.js";
import { ProblemDetails } from "../parts/problem_details.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { formatTime, Time } from "../parts/time.js";
import { html, useEffect, useState } from "../vendor/preact.js";

export function Page({ id, query: { from = "latest" } }) {
  return html`<${PromptFrame} id=${id} tab="/edit">${(prompt) =>
    may(prompt.team_id, "write")
      ? html`<${Opened} key=${from} prompt=${prompt} from=${from} />`
      : html`<p class="notice">You can read the prompts of this team, but not write.</p>`}<//>`;
}

/** The editor, with the text that is not saved if an earlier visit has left one. */
function Opened({ prompt, from }) {
  const loading = useLoad((signal) => openTarget(prompt.id, from, signal), []);
  const [copy, setCopy] = useState(undefined); // null when there is none, or what has been decided
  const { value: target } = loading;
  const isRead = target !== undefined;
  useEffect(() => {
    if (isRead) setCopy(findNewestCopy(nameCopies(prompt.id))); // of a draft that may be one no more
  }, [isRead]);
  const [previous, setPrevious] = useState(null); // what an earlier visit has left, to go on with
  const discard = () => {
    removeCopy(copy.name);
    setCopy(null);
  };
  const restore = () => {
    setPrevious({ ...copy.value, draft: renewKeys(copy.value.draft) });
    setCopy(null);
  };
  return html`<${Loading} of=${loading}>${() => html`
    ${copy && html`<${Dialog} title="You have text that is not saved">
      <p>It is from <${Time} at=${copy.at} />, and was kept in this browser.</p>
      <pre class="excerpt" dir="auto" tabindex="0">${readExcerpt(copy.value.draft)}</pre>
      <div class="actions">
        <${Button} kind="primary" autofocus onPress=${restore}>Restore it<//>
        <${Button} kind="danger" onPress=${discard}>Discard it<//>
      </div>
    <//>`}
    ${copy === null && html`<${Editor} prompt=${prompt} first=${previous?.target ?? target}
      text=${previous?.draft ?? beginDraft(target)} />`}
  `}<//>`;
}

function readExcerpt(draft) {
  const text = draft.isChat ? convert(draft).template : draft.template;
  return text.length > 2000 ? `${text.slice(0, 2000)} …` : text;
}

function Editor({ prompt, first, text }) {
  const { id } = prompt;
  const [draft, setDraft] = useState(text);
  const [payloadId, setPayloadId] = useState("");
  const place = { prompt_id: id, payload_id: payloadId || undefined };
  const check = useCheck(draft, place);
  const saving = useSaving(id, first, draft, () => recogniseEngine(draft, { prompt_id: id }));
  const { target, conflict } = saving;
  const live = useLoad((signal) => readLiveVariables(id, signal), [id]);
  const payloads = useLoad(
    (signal) => getAll(path`v1/prompts/${id}/payloads`, "payloads", {}, undefined, signal),
    [id],
  );
  const { getControl, go } = useControls();
  useShortcuts({ "mod+s": ["Save the draft", saving.save] });
  useEffect(() => {
    // Loading the page again opens the draft; nothing on the page changes.
    const address = `${page`/prompts/${id}/edit`}?from=${target.number}`;
    if (target.number !== null) history.replaceState(null, "", address);
  }, [target.number]);

  const takeTheirs = async () => {
    const next = await openTarget(id, String(conflict.rival.version));
    removeCopy(nameCopy(id, conflict.base));
    saving.setTarget(next);
    setDraft(beginDraft(next));
    saving.setConflict(null);
    const before = conflict.draft;
    say("The text is theirs now.", { undo: async () => {
      setDraft(before);
      keepCopy(nameCopy(id, next), { draft: before, target: next }); // the page may have been left
    } });
  };
  const saveMerged = async (merged) => {
    saving.setConflict(null);
    setDraft(merged);
    await saving.saveTo(conflict.target, merged);
  };

  return html`
    <${Bar} id=${id} saving=${saving} hasLive=${live.value != null} />
    ${saving.state.kind === "refused" && html`<div class="problem" role="alert">
      <p>Not saved. ${saving.state.error.message}</p><${ProblemDetails} error=${saving.state.error} /></div>`}
    <div class="editor">
      <div class="writing">
        <${Texts} draft=${draft} onChange=${setDraft} check=${check} getControl=${getControl}
          isNew=${!target.version.engine} />
        <${Section} title="Note">
          <${Field} label="What this version is for" value=${draft.message} maxlength="10000"
            onInput=${(message) => setDraft({ ...draft, message })}
            placeholder="Shorter answers for the phone" />
        <//>
        <${Settings} draft=${draft} onChange=${setDraft} check=${check} getControl=${getControl} />
      </div>
      <aside class="beside" aria-label="About the text">
        <${Problems} check=${check} onGo=${go} />
        <${Variables} names=${check.result.variables} liveNames=${live.value ?? null} />
        <${Preview} check=${check} payloads=${payloads.value ?? []} payloadId=${payloadId}
          onChoose=${setPayloadId}>
          ${payloads.value?.length > 0
            ? "Choose a payload to see the text with its values."
            : html`With a <a href=${page`/prompts/${id}/payloads`}>payload</a>, sample values of the
              variables, the text is shown as applications get it.`}
        <//>
      </aside>
    </div>
    ${conflict && html`<${Conflict} key=${conflict.target.etag} base=${beginDraft(conflict.base)} mine=${conflict.draft}
      theirs=${beginDraft({ ...conflict.target, version: conflict.rival })} rival=${conflict.rival}
      isOther=${conflict.target.number === null} onSave=${saveMerged} onTake=${takeTheirs}
      onClose=${() => saving.setConflict(null)} />`}
  `;
}

/** Whether it is saved, and what can be done next. */
function Bar({ id, saving: { target, state, isChanged, save }, hasLive }) {
  const { number, version } = target;
  const what = number !== null
    ? `Draft ${number}`
    : version.version ? `New version, from ${version.version}` : "First version";
  const at = page`/prompts/${id}`;
  return html`<div class="editor-bar">
    <p class="state"><strong>${what}</strong> <${State} state=${state} isChanged=${isChanged} /></p>
    <div class="actions">
      <${Button} kind="primary" onPress=${save} shortcut="Ctrl S" disabled=${!isChanged}>Save<//>
      ${number !== null && !isChanged && html`<nav class="actions" aria-label="Next steps">
        ${hasLive && html`
          <a class="button" href=${`${at}/compare?from=live&to=${number}`}>Compare with live</a>`}
        <a class="button" href=${`${at}/try?version=${number}`}>Try</a>
        <a class="button" href=${`${at}/release?promote=${number}`}>Promote</a>
      </nav>`}
    </div>
  </div>`;
}

function State({ state: { kind, at }, isChanged }) {
  useTick(5000);
  const words = {
    saving: "Saving …",
    waiting: "Not saved: the service does not answer. Your text is kept, and saved as soon as it does.",
  };
  if (words[kind]) return html`<span role="status" class=${kind}>${words[kind]}</span>`;
  if (isChanged) return html`<span role="status" class="unsaved">Not saved</span>`;
  if (kind !== "saved") return html`<span role="status">Nothing changed</span>`;
  return html`<span role="status" class="saved">Saved</span>${" "}<span class="hint">${formatAge(at)}</span>`;
}

function formatAge(at) {
  const seconds = Math.round((Date.now() - new Date(at)) / 1000);
  return seconds < 60 ? `${seconds} seconds ago` : formatTime(at);
}

/** Draw a component again from time to time. */
function useTick(pause) {
  const [, setCount] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setCount((count) => count + 1), pause);
    return () => clearInterval(timer);
  }, []);
}

/** The variables of the live version; null where nothing is live. */
async function readLiveVariables(id, signal) {
  const { versions: [live] } = await get(path`v1/prompts/${id}/versions`, { status: "live" }, signal);
  if (!live) return null;
  return (await get(path`v1/prompts/${id}/versions/${live.version}/variables`, {}, signal)).variables;
}
