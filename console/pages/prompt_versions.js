/** What one does to a version: give it a tag, take one away, archive it. */

import { describeShares } from "../app/event_words.js";
import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { readUsage } from "../app/release_calls.js";
import { path, write } from "../app/session.js";
import { Field, Form, useId } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { RemovalDialog } from "../parts/removal_dialog.js";
import { html, useMemo, useState } from "../vendor/preact.js";

/** A dialogue for a tag of a version, new or from another version. */
export function SetTag({ prompt, number, pointers, onEnd, onClose }) {
  const [tag, setTag] = useState("");
  const list = useId();
  const names = pointers.filter(({ pointer, split }) => pointer !== "live" && split.length > 0);
  const at = names.find(({ pointer }) => pointer === tag)?.split;
  const submit = async () => {
    await moveTag(prompt, tag, number);
    onClose();
    onEnd();
    const goBack = async () => {
      await (at ? moveTag(prompt, tag, at[0].version) : deleteTag(prompt, tag));
      onEnd();
    };
    const isSplit = at?.length > 1; // which this would not set again
    say(`Version ${number} has the tag ${tag}.`, { undo: isSplit ? undefined : goBack });
  };
  return html`<${Dialog} title=${`A tag for version ${number}`} onClose=${onClose}>
    <${Form} onSubmit=${submit}>
      <${Field} label="Tag" value=${tag} onInput=${setTag} required pattern="[A-Za-z0-9_.\\-]{1,50}" list=${list}
        autofocus autocomplete="off" title="Letters, digits, _, . and -"
        hint=${at ? `It is at ${describeShares(at)} now, and moves here.`
          : "Applications can read the version by it, such as staging. Letters, digits, _, . and -."} />
      <datalist id=${list}>
        ${names.map(({ pointer }) => html`<option value=${pointer} key=${pointer} />`)}
      </datalist>
      <div class="actions"><button class="button primary">Set the tag</button></div>
    <//>
  <//>`;
}

/** Take a tag from a version. */
export async function removeTag(prompt, tag, number, onEnd) {
  await deleteTag(prompt, tag);
  onEnd();
  const goBack = async () => {
    await moveTag(prompt, tag, number);
    onEnd();
  };
  say(`The tag ${tag} is removed.`, { undo: goBack });
}

/** A dialogue that says what uses a version before it is archived, which cannot be undone. */
export function ArchiveVersion({ prompt, version, etag, pointers, onEnd, onClose }) {
  const usage = useLoad((signal) => readUsage(prompt.id, signal), [prompt.id]).value;
  const { version: number } = version;
  const release = useMemo(
    () => ({ state: { pointers }, versions: new Map([[number, { ...version, etag }]]) }),
    [pointers, version, etag],
  );
  return html`<${RemovalDialog} prompt=${prompt} number=${number} release=${release} usage=${usage}
    refresh=${async () => onEnd()} onClose=${onClose} />`;
}

async function moveTag(prompt, tag, number) {
  await write("POST", path`v1/prompts/${prompt.id}/versions/${number}/tags`, { tag });
}

async function deleteTag(prompt, tag) {
  await write("DELETE", path`v1/prompts/${prompt.id}/tags/${tag}`);
}
