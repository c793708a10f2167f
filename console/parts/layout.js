/** What surrounds every page: the bar at the top, messages, the list of shortcuts. */

import { dismiss, messages } from "../app/messages.js";
import { page } from "../app/router.js";
import { endSession, may, session } from "../app/session.js";
import { shortcuts, useShortcuts } from "../app/shortcuts.js";
import { useStore } from "../app/store.js";
import { Fragment, html, useEffect, useRef, useState } from "../vendor/preact.js";
import { Button } from "./controls.js";
import { Dialog } from "./dialog.js";
import { ProblemDetails } from "./problem_details.js";

/** The bar and the page below it. */
export function Layout({ children }) {
  const { person, teams } = useStore(session);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcuts({ "?": ["Show the shortcuts", () => setHelpOpen(true)] });
  const managed = teams.filter((team) => may(team.id, "see_people"));
  return html`
    <a class="skip" href="#content" onClick=${focusContent}>Skip to the content</a>
    <header class="bar">
      <a class="brand" href=${page`/`}>Cuebook</a>
      <nav aria-label="Console">
        <a href=${page`/`}>Prompts</a>
        ${managed.length > 0 && html`<a href=${page`/teams`}>Teams</a>`}
        ${person && html`<a href=${page`/account`}>Account</a>`}
      </nav>
      <span class="who">${person?.email ?? "API key"}</span>
      <${Button} kind="quiet" title="Shortcuts" aria-label="Shortcuts" onPress=${() => setHelpOpen(true)}>?<//>
      <${Button} kind="quiet" onPress=${endSession}>Sign out<//>
    </header>
    <main id="content" tabindex="-1">${children}</main>
    ${isHelpOpen && html`<${Shortcuts} onClose=${() => setHelpOpen(false)} />`}
  `;
}

/** The messages, above everything. */
export function Messages() {
  const shown = useStore(messages);
  const element = useRef(null);
  useEffect(() => {
    // What is shown last is above everything, dialogues too.
    element.current.hidePopover();
    element.current.showPopover();
  }, [shown]);
  return html`<div ref=${element} popover="manual" class="messages" role="status" aria-live="polite">
    ${shown.map((message) => html`<${Message} key=${message.id} message=${message} />`)}
  </div>`;
}

function Message({ message: { id, text, undo, error } }) {
  const goBack = async () => {
    dismiss(id);
    await undo();
  };
  return html`<div class="message ${error ? "failed" : ""}">
    <div class="text"><p>${text}</p>${error && html`<${ProblemDetails} error=${error} />`}</div>
    ${undo && html`<${Button} onPress=${goBack}>Undo<//>`}
    <button type="button" class="button quiet" aria-label="Dismiss" onClick=${() => dismiss(id)}>✕</button>
  </div>`;
}

function Shortcuts({ onClose }) {
  const shown = useStore(shortcuts);
  return html`<${Dialog} title="Keyboard" onClose=${onClose}>
    <dl class="shortcuts">
      ${shown.map(({ key, label }) => html`<${Fragment} key=${key}>
        <dt><kbd>${key.replace("mod+", "Ctrl ")}</kbd></dt><dd>${label}</dd>
      <//>`)}
    </dl>
  <//>`;
}

function focusContent(event) {
  event.preventDefault(); // the fragment is the address of the page
  document.getElementById("content").focus();
}
