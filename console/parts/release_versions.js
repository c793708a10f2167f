/** The versions of a prompt, to promote and to archive. */

import { buildShares } from "../app/releases.js";
import { readVersionList } from "../app/release_calls.js";
import { html, useEffect, useState } from "../vendor/preact.js";
import { Button, Label, Section } from "./controls.js";
import { VersionCell } from "./release_texts.js";
import { Time } from "./time.js";

/** @param {{prompt: object, release: object, onOpen?: (dialog: object) => void}} props */
export function Versions({ prompt, release, onOpen }) {
  const [pages, setPages] = useState([]);
  useEffect(() => setPages([]), [release]); // what has been read of older versions may not be so any more
  const all = [release.list, ...pages];
  const cursor = all.at(-1).next_cursor;
  const readMore = async () => setPages([...pages, await readVersionList(prompt.id, cursor)]);
  return html`<${Section} title="Versions">
    <ul class="release-versions">
      ${all.flatMap(({ versions }) => versions).map((version) => html`<li key=${version.version}>
        <${VersionCell} promptId=${prompt.id} number=${version.version} version=${version} />
        <p class="hint"><${Time} at=${version.created_at} />${version.tags.map((tag) => html`
          ${" "}<${Label} key=${tag}>${tag}<//>`)}</p>
        ${onOpen && version.status !== "archived" && html`<div class="actions">
          ${version.status !== "live" && html`<${Button} aria-label=${`Promote version ${version.version}`}
            onPress=${() => onOpen({ kind: "move", shares: buildShares(version.version) })}>Promote<//>`}
          <${Button} kind="quiet" aria-label=${`Archive version ${version.version}`}
            onPress=${() => onOpen({ kind: "removal", number: version.version })}>Archive<//>
        </div>`}
      </li>`)}
    </ul>
    ${cursor && html`<${Button} onPress=${readMore}>Show older<//>`}
  <//>`;
}
