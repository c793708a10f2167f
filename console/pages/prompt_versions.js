/** What one does to a version: give it a tag, take one away, archive it. */

import { describeShares } from "../app/event_words.js";
import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { buildUndo, readUsage, runStep } from "../app/release_calls.js";
import { buildShares } from "../app/releases.js";
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
    const waiting = await runStep(prompt.id, { kind: "tag", version: number }, { pointer: tag });
    const undo = waiting
      ? undefined
      : await buildUndo(prompt.id, tag, at ?? [], buildShares(number)).catch(() => undefined);
    onClose();
    onEnd();
    const text = waiting
      ? `The tag ${tag} is protected, so a request waits for somebody who may move it.`
      : `Version ${number} has the tag ${tag}.`;
    say(text, { undo: undo && (async () => {
      await undo();
      onEnd();
    }) });
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

/**
 * A dialogue that says what uses a version before it is archived, or loses a tag.
 *
 * @param {{prompt: object, version: object, etag: string, pointers: object[], tag?: string,
 *   onEnd: () => void, onClose: () => void}} props Without `tag` the version is archived.
 */
export function Removal({ prompt, version, etag, pointers, tag, onEnd, onClose }) {
  const usage = useLoad((signal) => readUsage(prompt.id, signal), [prompt.id]).value;
  const { version: number } = version;
  const release = useMemo(
    () => ({ state: { pointers }, versions: new Map([[number, { ...version, etag }]]) }),
    [pointers, version, etag],
  );
  return html`<${RemovalDialog} prompt=${prompt} number=${tag ? undefined : number} pointer=${tag} release=${release} usage=${usage}
    refresh=${async () => onEnd()} onClose=${onClose} />`;
}
