/** What one does to a prompt itself: name and describe it, archive, move and delete it. */

import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { navigate } from "../app/router.js";
import { call, may, path, session, write } from "../app/session.js";
import { Button, Choice, Field, Form, Section } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { Loading } from "../parts/loading.js";
import { html, useState } from "../vendor/preact.js";

/** A dialogue for the name, the slug, the description and the keywords. */
export function ChangeDetails({ prompt, onEnd, onClose }) {
  // The ETag is that of what the fields begin with.
  const current = useLoad((signal) => call("GET", path`v1/prompts/${prompt.id}`, { signal }), [prompt.id]);
  return html`<${Dialog} title="Details" onClose=${onClose}>
    <${Loading} of=${current}>${({ value, etag }) => html`
      <${Details} prompt=${value.prompt} etag=${etag} onEnd=${onEnd} onClose=${onClose} />`}<//>
  <//>`;
}

function Details({ prompt, etag, onEnd, onClose }) {
  const [name, setName] = useState(prompt.name);
  const [slug, setSlug] = useState(prompt.slug);
  const [description, setDescription] = useState(prompt.description);
  const [keywords, setKeywords] = useState(prompt.keywords.join(", "));
  const submit = async () => {
    const words = keywords.split(",").map((word) => word.trim()).filter(Boolean);
    const body = { name, slug, description, keywords: words };
    await write("PATCH", path`v1/prompts/${prompt.id}`, body, { ifMatch: etag });
    say("The details are saved.");
    onClose();
    onEnd();
  };
  return html`<${Form} onSubmit=${submit}>
    <${Field} label="Name" value=${name} onInput=${setName} required maxlength="255" />
    <${Field} label="Slug" value=${slug} onInput=${setSlug} required maxlength="255"
      hint=${slug === prompt.slug ? "Applications read the prompt by it."
        : `Applications that read ${prompt.slug} will not find the prompt any more.`} />
    <${Field} label="Description" value=${description} onInput=${setDescription} rows=${3} />
    <${Field} label="Keywords" value=${keywords} onInput=${setKeywords}
      hint="Words to find it by, with commas between." />
    <div class="actions"><button class="button primary">Save</button></div>
  <//>`;
}

/** The buttons for the prompt as a whole, for whoever may curate the team's prompts. */
export function PromptActions({ prompt, reload }) {
  const [dialog, setDialog] = useState("");
  const targets = session.get().teams.filter(({ id }) => id !== prompt.team_id && may(id, "curate"));
  const setArchived = async (isArchived) => {
    await write("POST", `${path`v1/prompts/${prompt.id}`}/${isArchived ? "archive" : "restore"}`);
    reload();
  };
  const archive = async () => {
    await setArchived(true);
    say("The prompt is archived.", { undo: () => setArchived(false) });
  };
  const restore = async () => {
    await setArchived(false);
    say("The prompt is active again.", { undo: () => setArchived(true) });
  };
  const close = () => setDialog("");
  return html`<${Section} title="This prompt">
    <div class="actions">
      ${prompt.status === "archived"
        ? html`<${Button} onPress=${restore}>Restore<//>`
        : html`<${Button} onPress=${archive}>Archive the prompt<//>`}
      ${targets.length > 0 && html`<${Button} onPress=${() => setDialog("move")}>Move<//>`}
      <${Button} kind="danger" onPress=${() => setDialog("delete")}>Delete<//>
    </div>
    ${dialog === "move" && html`
      <${MovePrompt} prompt=${prompt} targets=${targets} onEnd=${reload} onClose=${close} />`}
    ${dialog === "delete" && html`<${DeletePrompt} prompt=${prompt} onClose=${close} />`}
  <//>`;
}

function MovePrompt({ prompt, targets, onEnd, onClose }) {
  const [teamId, setTeamId] = useState(targets[0].id);
  const submit = async () => {
    const before = prompt.team_id;
    await moveTo(prompt, teamId);
    onClose();
    onEnd();
    const goBack = async () => {
      await moveTo(prompt, before);
      onEnd();
    };
    say(`The prompt is in the team ${targets.find(({ id }) => id === teamId).name}.`, { undo: goBack });
  };
  return html`<${Dialog} title="Move to another team" onClose=${onClose}>
    <${Form} onSubmit=${submit}>
      <${Choice} label="Team" value=${teamId} onChange=${setTeamId}
        options=${targets.map(({ id, name }) => [id, name])}
        hint="Keys and members of the present team do not reach it any more." />
      <div class="actions"><button class="button primary">Move</button></div>
    <//>
  <//>`;
}

async function moveTo(prompt, teamId) {
  await write("POST", path`v1/prompts/${prompt.id}/move`, { team_id: teamId });
}

function DeletePrompt({ prompt, onClose }) {
  const [slug, setSlug] = useState("");
  const submit = async () => {
    await write("POST", path`v1/prompts/${prompt.id}/delete`);
    say(`The prompt ${prompt.name} is deleted.`);
    navigate("/");
  };
  return html`<${Dialog} title="Delete the prompt" onClose=${onClose}>
    <${Form} onSubmit=${submit}>
      <p>All its versions are deleted with it, for good. Applications that read it get an error. To keep it out
        of the way instead, archive it.</p>
      <${Field} label=${`Type ${prompt.slug} to delete it`} value=${slug} onInput=${setSlug} autocomplete="off"
        autofocus />
      <div class="actions">
        <button class="button danger" disabled=${slug !== prompt.slug}>Delete for good</button>
      </div>
    <//>
  <//>`;
}
