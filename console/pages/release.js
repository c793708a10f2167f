/** Where the pointers of a prompt are, and how they move: promotions, splits, reviews, rollbacks. */

import { useLoad } from "../app/load.js";
import { readRelease, readUsage, readVersion } from "../app/release_calls.js";
import { buildShares } from "../app/releases.js";
import { navigate, page } from "../app/router.js";
import { may } from "../app/session.js";
import { Empty } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { Loading } from "../parts/loading.js";
import { MoveDialog } from "../parts/move_dialog.js";
import { Pointers } from "../parts/pointers.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Requests } from "../parts/release_requests.js";
import { RemovalDialog } from "../parts/removal_dialog.js";
import { RollbackDialog } from "../parts/rollback_dialog.js";
import { Versions } from "../parts/release_versions.js";
import { html, useState } from "../vendor/preact.js";

const DIALOGS = { move: MoveDialog, rollback: RollbackDialog, removal: RemovalDialog };

/** The page; `?promote=` opens the dialogue for a version, by its number or another selector. */
export function Page({ id, query }) {
  return html`<${PromptFrame} id=${id} tab="/release">${(prompt) => html`
    <${Release} key=${prompt.id} prompt=${prompt} selector=${query.promote} />`}<//>`;
}

function Release({ prompt, selector }) {
  const { id, team_id } = prompt;
  const loaded = useLoad((signal) => readRelease(id, signal), [id]);
  const usage = useLoad((signal) => readUsage(id, signal), [id]).value;
  const [open, setOpen] = useState(null);
  const refresh = async () => loaded.replace(await readRelease(id));
  const mayWrite = may(team_id, "write");
  const close = () => {
    setOpen(null);
    if (selector) navigate(`/prompts/${encodeURIComponent(id)}/release`, { replace: true });
  };
  return html`<${Loading} of=${loaded}>${(release) => {
    const common = { prompt, release, refresh, usage };
    const Open = open && DIALOGS[open.kind];
    return html`
      ${release.list.versions.length === 0
        ? html`<${Empty} title="There is no version yet.">
            <p>Write a first text; then you release it here.</p>
            ${mayWrite && html`<a class="button primary" href=${page`/prompts/${id}/edit`}>Write a text</a>`}
          <//>`
        : html`
          <${Pointers} ...${common} onOpen=${mayWrite ? setOpen : undefined} />
          <${Requests} ...${common} />
          <${Versions} ...${common} onOpen=${mayWrite ? setOpen : undefined} />`}
      ${Open && html`<${Open} ...${common} ...${open} onClose=${close} />`}
      ${selector && mayWrite && !open && html`
        <${PromotionByAddress} ...${common} key=${selector} selector=${selector} onClose=${close} />`}`;
  }}<//>`;
}

/** The dialogue for the version that the address names. */
function PromotionByAddress({ selector, onClose, ...common }) {
  const version = useLoad((signal) => readVersion(common.prompt.id, selector, signal), [selector]);
  if (version.value) {
    const shares = buildShares(version.value.version);
    return html`<${MoveDialog} ...${common} shares=${shares} onClose=${onClose} />`;
  }
  return html`<${Dialog} title="Promote" onClose=${onClose}>
    <${Loading} of=${version}>${() => html`
      <p>There is no version <code dir="auto">${selector}</code> of this prompt.</p>`}<//>
  <//>`;
}
