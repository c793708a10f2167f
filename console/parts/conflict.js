/** The dialogue of a lost race: both texts, and one to be made of them. */

import { applyMerge, compareDrafts } from "../app/merge.js";
import { useShortcuts } from "../app/shortcuts.js";
import { html, useMemo, useState } from "../vendor/preact.js";
import { Button, Label } from "./controls.js";
import { Dialog } from "./dialog.js";
import { MergeEditor } from "./merge_editor.js";
import { Time } from "./time.js";

const BY = { you: "changed by you", they: "changed by them", both: "changed by both" };

/**
 * @param {{base: object, mine: object, theirs: object, rival: object, isOther: boolean,
 *   onSave: (draft: object) => unknown, onTake: () => unknown, onClose: () => void}} props Drafts,
 *   and the version that is in the way. `isOther` tells whether that is another version, which
 *   stays as it is; otherwise it is the draft that would be replaced.
 */
export function Conflict({ base, mine, theirs, rival, isOther, onSave, onTake, onClose }) {
  const first = useMemo(() => compareDrafts(base, mine, theirs), [base, mine, theirs]);
  const [texts, setTexts] = useState(() => Object.fromEntries(first.map(({ name, text }) => [name, text])));
  const set = (name, text) => setTexts((texts) => ({ ...texts, [name]: text }));
  const saveMerged = () =>
    onSave(applyMerge(mine, theirs, first.map((each) => ({ ...each, text: texts[each.name] }))));
  useShortcuts({ "mod+s": ["Save the merged text", saveMerged] });
  const { author: { name: author }, version, created_at: at } = rival;
  return html`<${Dialog} title="Somebody else has saved meanwhile" isWide onClose=${onClose}>
    <p>${isOther
      ? html`<span dir="auto">${author}</span> has created version ${version} <${Time} at=${at} />.
          It stays; what you save becomes the version after it.`
      : html`Draft ${version} is not as you have read it. What you save here replaces it.`}
      ${" "}Yours is on the left: edit it, or take lines of theirs with ←.</p>
    ${first.length === 0 && html`<p>Both say the same.</p>`}
    ${first.map((each) => html`<section class="difference" key=${each.name} aria-label=${each.label}>
      <h3>${each.label} <${Label}>${BY[each.by]}<//></h3>
      ${each.kind === "text"
        ? html`<${MergeEditor} label=${`${each.label}, yours`} otherLabel=${`${each.label}, theirs`}
            value=${each.text} other=${each.theirs} language=${each.language}
            onInput=${(text) => set(each.name, text)} />`
        : html`<${Pick} difference=${each} value=${texts[each.name]}
            onChange=${(text) => set(each.name, text)} />`}
    </section>`)}
    <div class="actions">
      <${Button} kind="primary" onPress=${saveMerged}>Save the merged text<//>
      <${Button} onPress=${() => onSave(mine)}>Keep mine<//>
      <${Button} onPress=${onTake}>Take theirs<//>
      <${Button} kind="quiet" onPress=${onClose}>Decide later<//>
    </div>
  <//>`;
}

function Pick({ difference: { name, label, mine, theirs }, value, onChange }) {
  return html`<fieldset class="pick">
    <legend class="hidden">${label}</legend>
    ${[["Yours", mine], ["Theirs", theirs]].map(([whose, text]) => html`<label key=${whose}>
      <span><input type="radio" name=${`pick-${name}`} checked=${value === text}
        onChange=${() => onChange(text)} /> ${whose}</span>
      <pre dir="auto">${text || "nothing"}</pre>
    </label>`)}
  </fieldset>`;
}
