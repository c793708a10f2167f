/** The teams, and for admins of the organisation its people. */

import { useLoad } from "../app/load.js";
import { say, sayError } from "../app/messages.js";
import { navigate, page } from "../app/router.js";
import { get, getAllNumbered, path, reloadTeams, session, write } from "../app/session.js";
import { useStore } from "../app/store.js";
import { Confirm } from "../parts/confirm.js";
import { Button, Choice, Empty, Field, Form, Label, Section } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { Table } from "../parts/table.js";
import { Time } from "../parts/time.js";
import { html, useState } from "../vendor/preact.js";

const ORGANISATION_ROLES = [["member", "member"], ["admin", "admin of the organization"]];

export function Page() {
  const { person, teams } = useStore(session);
  const isAdmin = person?.is_admin ?? false;
  const organisation = useLoad(
    async (signal) => (isAdmin ? (await get("v1/me/orgs", {}, signal)).organizations[0] : null),
    [isAdmin],
  );
  return html`
    <header class="page-header"><h1>Teams</h1></header>
    <${Section} title="Your teams">
      ${teams.length === 0
        ? html`<${Empty} title="You are in no team.">
            <p>${isAdmin ? "Create one below." : "Ask an admin of your organization to add you to one."}</p>
          <//>`
        : html`<ul class="rows">
            ${teams.map((team) => html`<li key=${team.id}>
              <a href=${page`/teams/${team.id}`} dir="auto">${team.name}</a>
              <span class="hint">you may ${describePermissions(team.permissions)}</span>
            </li>`)}
          </ul>`}
    <//>
    ${isAdmin && html`<${Loading} of=${organisation}>${(organisation) => html`
      <${OtherTeams} organisation=${organisation} own=${teams} />
      <${People} organisation=${organisation} me=${person} />
    `}<//>`}
  `;
}

function describePermissions(permissions) {
  if (permissions.includes("manage")) return "read, write and manage";
  return permissions.includes("write") ? "read and write" : "read";
}

/** The teams that an admin of the organisation is not in, and a new one. */
function OtherTeams({ organisation, own }) {
  const [name, setName] = useState("");
  const url = path`v1/orgs/${organisation.id}/teams`;
  const all = useLoad(async (signal) => (await get(url, {}, signal)).teams, [own]);
  const create = async () => {
    const { value } = await write("POST", url, { name });
    await reloadTeams();
    setName("");
    navigate(`/teams/${value.team.id}`);
  };
  return html`<${Section} title="Other teams of the organization">
    <${Loading} of=${all}>${(teams) => {
      const others = teams.filter((team) => !own.some(({ id }) => id === team.id));
      return others.length > 0 && html`<ul class="rows">
        ${others.map((team) => html`<li key=${team.id}>
          <a href=${page`/teams/${team.id}`} dir="auto">${team.name}</a>
          <span class="hint">you are not in it</span>
        </li>`)}
      </ul>`;
    }}<//>
    <${Form} class="inline" onSubmit=${create}>
      <${Field} label="New team" value=${name} onInput=${setName} required maxlength="255" />
      <button class="button">Create the team</button>
    <//>
  <//>`;
}

/** The people of the organisation: invite, make admin, remove. */
function People({ organisation, me }) {
  const url = path`v1/orgs/${organisation.id}/people`;
  const people = useLoad((signal) => getAllNumbered(url, "people", signal), []);
  const [email, setEmail] = useState("");
  const [removed, setRemoved] = useState(null);
  const change = async (method, url, body) => {
    await write(method, url, body);
    people.reload();
  };
  const invite = async () => {
    await change("POST", url, { email });
    say(`${email} is invited, and gets an e-mail with a first password.`);
    setEmail("");
  };
  const changeRole = async (person, role) => {
    try {
      await change("PUT", `${member(person)}/role`, { role });
    } catch (error) {
      sayError(error);
      people.reload(); // the list shows what has been chosen
    }
  };
  const member = (person) => path`v1/orgs/${organisation.id}/members/${person.id}`;
  return html`<${Section} title="People">
    <${Loading} of=${people}>${(people) => html`<${Table} rows=${people} getKey=${({ id }) => id} columns=${[
      ["E-mail", ({ id, email }) => html`${email} ${id === me.id && html`<${Label}>you<//>`}`],
      ["Role", (person) => html`<${Choice} label=${`Role of ${person.email}`} isLabelHidden
        options=${ORGANISATION_ROLES} value=${person.is_admin ? "admin" : "member"} disabled=${person.id === me.id}
        onChange=${(role) => changeRole(person, role)} />`],
      ["Since", ({ created_at }) => html`<${Time} at=${created_at} />`],
      ["Actions", (person) => person.id !== me.id && html`<${Button} kind="quiet"
        onPress=${() => setRemoved(person)} aria-label=${`Remove ${person.email}`}>Remove<//>`, { isTitleHidden: true }],
    ]} />`}<//>
    <${Form} class="inline" onSubmit=${invite}>
      <${Field} label="Invite by e-mail" type="email" value=${email} onInput=${setEmail} required />
      <button class="button">Invite</button>
    <//>
    ${removed && html`<${Confirm} title="Remove from the organization" action="Remove"
      onConfirm=${() => change("DELETE", member(removed))} onClose=${() => setRemoved(null)}>
      <p>${removed.email} leaves all teams and can no longer sign in. What they have written stays.</p>
    <//>`}
  <//>`;
}
