/** Two versions of a prompt, beside each other. */

import { useShortcuts } from "../app/shortcuts.js";
import { changeQuery, page } from "../app/router.js";
import { may } from "../app/session.js";
import { Button, Empty, Label, Section, Status } from "../parts/controls.js";
import { getView } from "../parts/difference.js";
import { Loading } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Time } from "../parts/time.js";
import { VersionChoice, findVersion, useVersions } from "../parts/version_choice.js";
import { SettingsDifference, TextsDifference, VariablesDifference } from "../parts/version_difference.js";
import { html } from "../vendor/preact.js";

/** @param {{id: string, query: {from?: string, to?: string, view?: string}}} props */
export function Page({ id, query }) {
  return html`<${PromptFrame} id=${id} tab="/compare">${(prompt) =>
    html`<${Versions} prompt=${prompt} query=${query} />`}<//>`;
}

function Versions({ prompt, query }) {
  const loaded = useVersions(prompt.id);
  return html`<${Loading} of=${loaded}>${(versions) => {
    if (versions.length < 2) return html`<${Nothing} prompt=${prompt} versions=${versions} />`;
    const [before, after] = choose(versions, query);
    return html`<${Comparison} prompt=${prompt} versions=${versions} before=${before} after=${after}
      view=${getView(query)} />`;
  }}<//>`;
}

function Nothing({ prompt, versions }) {
  return html`<${Empty} title=${versions.length ? "There is one version, and nothing to compare it with." : "There is no version yet."}>
    <p>Each text that you save is a version. Here you see what two of them have different.</p>
    ${may(prompt.team_id, "write") && html`<a class="button" href=${page`/prompts/${prompt.id}/edit`}>Write ${versions.length ? "the next" : "the first"}</a>`}
  <//>`;
}

function Comparison({ prompt, versions, before, after, view }) {
  const swap = () => changeQuery({ from: after.version, to: before.version });
  useShortcuts({ x: ["Swap the versions", swap] });
  const names = [`Version ${before.version}`, `Version ${after.version}`];
  const mayWrite = may(prompt.team_id, "write");
  const key = `${before.version}:${after.version}`; // what is folded is folded anew
  return html`
    <div class="compare-choices">
      <div>
        <${VersionChoice} label="From" versions=${versions} value=${before.version}
          onChange=${(from) => changeQuery({ from, to: after.version })} />
        <${Description} version=${before} />
      </div>
      <${Button} onPress=${swap} title="Swap the versions" shortcut="x">
        <span aria-hidden="true">⇄</span><span class="hidden">Swap the versions</span>
      <//>
      <div>
        <${VersionChoice} label="To" versions=${versions} value=${after.version}
          onChange=${(to) => changeQuery({ from: before.version, to })} />
        <${Description} version=${after} />
      </div>
    </div>
    ${mayWrite && html`<div class="actions compare-actions">
      ${["draft", "stable"].includes(after.status) && html`<a class="button primary"
        href=${`${page`/prompts/${prompt.id}/release`}?promote=${after.version}`}>Promote version ${after.version}</a>`}
      <a class="button" href=${`${page`/prompts/${prompt.id}/edit`}?from=${after.version}`}>Edit version ${after.version}</a>
      <a class="button" href=${`${page`/prompts/${prompt.id}/try`}?version=${after.version}`}>Try version ${after.version}</a>
    </div>`}
    ${before === after && html`<p class="notice">This is the same version twice. Choose another one.</p>`}
    ${[before, after].some(({ omissions }) => omissions) && html`<p class="notice">One of the versions is too large
      to be read as messages; its text is compared as a whole.</p>`}
    <${TextsDifference} key=${key} before=${before} after=${after} view=${view} names=${names} />
    <${Section} title="Settings" key=${`settings ${key}`}>
      <${SettingsDifference} before=${before} after=${after} view=${view} names=${names} />
    <//>
    <${Section} title="Variables">
      <${VariablesDifference} promptId=${prompt.id} from=${before.version} to=${after.version} />
    <//>`;
}

function Description({ version: { status, tags, author, message, created_at } }) {
  return html`<p class="hint"><${Status} status=${status} />
    ${tags.map((tag) => html` <${Label} key=${tag}>${tag}<//>`)}
    ${" "}<bdi>${author.name}</bdi>, <${Time} at=${created_at} />${message && html`: <bdi>${message}</bdi>`}</p>`;
}

/** The versions that the address names; without it, from live to the newest, or the two newest. */
function choose(versions, { from, to }) {
  const after = findVersion(versions, to || "latest") ?? versions[0];
  const live = findVersion(versions, "live");
  const previous = versions[versions.indexOf(after) + 1] ?? versions.find((version) => version !== after);
  return [findVersion(versions, from) ?? (live && live !== after ? live : previous), after];
}
