/** The dialogue for what takes something away: live is demoted, a tag removed, a version archived. */

import { say } from "../app/messages.js";
import { archiveVersion, buildUndo, demote, removeTag } from "../app/release_calls.js";
import { LIVE } from "../app/releases.js";
import { html, useState } from "../vendor/preact.js";
import { Button } from "./controls.js";
import { Dialog } from "./dialog.js";
import { ConfirmButton, useMoveVersions } from "./move_dialog.js";
import { Callers, MoveProblem } from "./release_texts.js";

const ERRORS = "Callers of live get an error until another version is promoted.";

/**
 * @param {{prompt: object, release: object, usage?: object, refresh: () => Promise<void>,
 *   onClose: () => void, pointer?: string, number?: number}} props `pointer` is what is to be at no
 *   version, `number` the version that is to be archived.
 */
export function RemovalDialog({ prompt, release, usage, refresh, onClose, pointer, number }) {
  const [error, setError] = useState(null);
  const { pointers } = release.state;
  // What it was opened for stays, also when somebody else was faster.
  const [before] = useState(() => pointers.find((state) => state.pointer === pointer)?.split ?? []);
  const numbers = number ? [number] : before.map(({ version }) => version);
  const { versions } = useMoveVersions(prompt.id, numbers, release);
  const { title, text, done, run } = number
    ? describeArchiving(prompt.id, number, pointers, versions.get(number))
    : describeRemoval(prompt.id, pointer, before, versions);
  const confirm = async () => {
    setError(null);
    try {
      await run();
    } catch (error) {
      if (error.status) await refresh().catch(() => {});
      setError(error);
      return;
    }
    const undo = number ? undefined : await buildUndo(prompt.id, pointer, before, []).catch(() => undefined);
    say(done, { undo: undo && (async () => {
      await undo();
      await refresh();
    }) });
    onClose();
    await refresh();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <div class="move">
      ${error && html`<${MoveProblem} error=${error} />`}
      ${text.map((line) => html`<p key=${line}>${line}</p>`)}
      <${Callers} usage=${usage} numbers=${numbers} />
    </div>
    <footer class="actions">
      <${ConfirmButton} onPress=${confirm} disabled=${numbers.some((number) => !versions.has(number))}>
        ${title}
      <//>
      <${Button} onPress=${onClose}>Cancel<//>
    </footer>
  <//>`;
}

function describeRemoval(id, pointer, before, versions) {
  if (pointer === LIVE) {
    const [{ version }] = before;
    return {
      title: `Demote version ${version}`,
      text: [`It becomes stable again, and nothing is live. ${ERRORS}`],
      done: "Nothing is live now.",
      run: () => demote(id, version),
    };
  }
  return {
    title: `Remove the tag ${pointer}`,
    text: [`Callers that ask for ${pointer} get an error until it is set again.`],
    done: `The tag ${pointer} is removed.`,
    run: () => removeTag(id, pointer, versions.get(before[0]?.version)?.etag),
  };
}

function describeArchiving(id, number, pointers, version) {
  const names = pointers
    .filter(({ split }) => split.some((share) => share.version === number))
    .map(({ pointer }) => pointer);
  const tags = names.filter((name) => name !== LIVE);
  return {
    title: `Archive version ${number}`,
    text: [
      "An archived version stays readable, and cannot be edited or promoted any more. This cannot be undone.",
      names.includes(LIVE) && `It is live: then nothing is. ${ERRORS}`,
      tags.length > 0 && `These tags stay at it, and callers still get it by them: ${tags.join(", ")}.`,
      names.length === 0 && "No pointer is at it.",
    ].filter(Boolean),
    done: `Version ${number} is archived.`,
    run: () => archiveVersion(id, number, version.etag),
  };
}
