/** One team: its members, its API keys, what it protects, its audit log. */

import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { navigate, page } from "../app/router.js";
import { get, may, path, reloadTeams, session, write } from "../app/session.js";
import { useStore } from "../app/store.js";
import { Confirm } from "../parts/confirm.js";
import { Button, Empty, Field, Form, Section } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { html, useState } from "../vendor/preact.js";
import { Audit } from "./team/audit.js";
import { Keys } from "./team/keys.js";
import { Members } from "./team/members.js";
import { Protection } from "./team/protection.js";

const TABS = [
  ["members", "Members", "see_people", Members],
  ["keys", "API keys", "manage", Keys],
  ["protection", "Protection", "see_people", Protection],
  ["audit", "Audit", "manage", Audit],
  ["settings", "Settings", "manage", Settings],
];

export function Page({ id, query }) {
  const { person } = useStore(session);
  // An admin of the organisation manages teams without being in them.
  const loaded = useLoad(async (signal) => await findTeam(id, person, signal), [id, person]);
  return html`<${Loading} of=${loaded}>${(team) => {
    if (!team) return html`<${Empty} title="There is no such team, or you are not in it."><a href="#/teams">Your teams</a><//>`;
    const isAdmin = person?.is_admin ?? false;
    const tabs = TABS.filter(([, , permission]) => isAdmin || may(id, permission));
    const [current, , , Tab] = tabs.find(([name]) => name === query.tab) ?? tabs[0] ?? [];
    return html`
      <header class="page-header"><h1 dir="auto">${team.name}</h1></header>
      <nav class="tabs" aria-label="Team">
        ${tabs.map(([name, text]) => html`<a key=${name} href=${`${page`/teams/${id}`}?tab=${name}`}
          aria-current=${name === current ? "page" : undefined}>${text}</a>`)}
      </nav>
      ${Tab && html`<${Tab} team=${team} mayManage=${isAdmin || may(id, "manage")} reload=${loaded.reload} />`}`;
  }}<//>`;
}

async function findTeam(id, person, signal) {
  const own = session.get().teams.find((team) => team.id === id);
  if (own || !person?.is_admin) return own ?? null;
  const { organizations } = await get("v1/me/orgs", {}, signal);
  const { teams } = await get(path`v1/orgs/${organizations[0].id}/teams`, {}, signal);
  return teams.find((team) => team.id === id) ?? null;
}

function Settings({ team, reload }) {
  const [name, setName] = useState(team.name);
  const [isDeleting, setDeleting] = useState(false);
  const rename = async () => {
    await write("PUT", path`v1/teams/${team.id}`, { name });
    await reloadTeams();
    reload();
    say("The team is renamed.");
  };
  const remove = async () => {
    await write("DELETE", path`v1/teams/${team.id}`, undefined, { query: { name: team.name } });
    await reloadTeams();
    navigate("/teams");
  };
  return html`
    <${Section} title="Name">
      <${Form} class="inline" onSubmit=${rename}>
        <${Field} label="Name of the team" value=${name} onInput=${setName} required maxlength="255" />
        <button class="button">Rename</button>
      <//>
    <//>
    ${session.get().person && html`<${Section} title="Delete">
      <p>Applications stop to get its prompts at once. An operator can bring a team back.</p>
      <p class="actions"><${Button} kind="danger" onPress=${() => setDeleting(true)}>Delete the team<//></p>
    <//>`}
    ${isDeleting && html`<${Confirm} title="Delete the team" action="Delete" typed=${team.name}
      onConfirm=${remove} onClose=${() => setDeleting(false)}>
      <p>All its prompts, and the API keys that have no other team, stop to work.</p>
    <//>`}
  `;
}
