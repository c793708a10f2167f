/** What surrounds every page of one prompt: its name, and the way to its other pages. */

import { useLoad } from "../app/load.js";
import { navigate, page } from "../app/router.js";
import { get, may, path } from "../app/session.js";
import { useShortcuts } from "../app/shortcuts.js";
import { html } from "../vendor/preact.js";
import { Label } from "./controls.js";
import { Loading } from "./loading.js";

const TABS = [
  ["", "Text"],
  ["/try", "Try"],
  ["/compare", "Compare"],
  ["/release", "Release"],
  ["/history", "History"],
  ["/payloads", "Payloads"],
  ["/usage", "Use"],
];

/**
 * The frame of a page of one prompt.
 *
 * @param {{id: string, tab: string, actions?: (prompt: object, reload: () => void) => unknown,
 *   children: (prompt: object, reload: () => void) => unknown}} props `tab` is the end of the
 *   page's address, as in `/release`; `reload` reads the prompt again.
 */
export function PromptFrame({ id, tab, actions, children }) {
  const loaded = useLoad(async (signal) => (await get(path`v1/prompts/${id}`, {}, signal)).prompt, [id]);
  const mayWrite = loaded.value && may(loaded.value.team_id, "write");
  useShortcuts(mayWrite ? {
    e: ["Edit the newest text", () => navigate(`/prompts/${encodeURIComponent(id)}/edit`)],
    p: ["Promote", () => navigate(`/prompts/${encodeURIComponent(id)}/release?promote=latest`)],
  } : {});
  return html`<${Loading} of=${loaded}>${(prompt) => html`
    <header class="page-header">
      <div>
        <h1 dir="auto">${prompt.name}</h1>
        <p class="hint"><code>${prompt.slug}</code>
          ${prompt.status === "archived" && html` <${Label}>archived<//>`}
          ${prompt.keywords.map((word) => html` <${Label} key=${word}>${word}<//>`)}
        </p>
        ${prompt.description && html`<p dir="auto">${prompt.description}</p>`}
      </div>
      <div class="actions">
        ${actions?.(prompt, loaded.reload)}
        ${tab !== "/edit" && may(prompt.team_id, "write") && html`
          <a class="button" href=${page`/prompts/${id}/edit`} aria-keyshortcuts="e">Edit<kbd aria-hidden="true">e</kbd></a>`}
      </div>
    </header>
    <nav class="tabs" aria-label="Prompt">
      ${TABS.map(([end, text]) => html`
        <a href=${`${page`/prompts/${id}`}${end}`} key=${end} aria-current=${end === tab ? "page" : undefined}>${text}</a>`)}
    </nav>
    ${children(prompt, loaded.reload)}
  `}<//>`;
}
