/** The members of a team and their roles. */

import { useLoad } from "../../app/load.js";
import { say, sayError } from "../../app/messages.js";
import { get, getAllNumbered, path, reloadTeams, session, write } from "../../app/session.js";
import { Button, Choice, Field, Form, Label, Section } from "../../parts/controls.js";
import { Loading } from "../../parts/loading.js";
import { Table } from "../../parts/table.js";
import { Time } from "../../parts/time.js";
import { html, useState } from "../../vendor/preact.js";

const ROLES = [
  ["viewer", "viewer: reads and tries"],
  ["editor", "editor: writes and releases"],
  ["admin", "admin: also manages people and keys"],
];

/** @param {{team: object, mayManage: boolean}} props */
export function Members({ team, mayManage }) {
  const url = path`v1/teams/${team.id}/members`;
  const members = useLoad((signal) => getAllNumbered(url, "members", signal), [url]);
  const me = session.get().person?.id;
  const change = async (method, url, body) => {
    await write(method, url, body);
    members.reload();
    await reloadTeams(); // it may have been one's own role
  };
  const changeRole = async (member, role) => {
    try {
      await change("PUT", `${url}/${member.user_id}/role`, { role });
      say(`The role of ${member.email} is ${role}.`);
    } catch (error) {
      sayError(error);
      members.reload(); // the list shows what has been chosen
    }
  };
  const remove = async (member) => {
    await change("DELETE", `${url}/${member.user_id}`);
    say(`${member.email} is no longer in the team.`, {
      undo: () => change("POST", url, { user_id: member.user_id, role: member.role }),
    });
  };
  return html`<${Section} title="Members">
    <${Loading} of=${members}>${(members) => html`<${Table} rows=${members} getKey=${({ user_id }) => user_id} columns=${[
      ["E-mail", ({ user_id, email }) => html`${email} ${user_id === me && html`<${Label}>you<//>`}`],
      ["Role", (member) => mayManage
        ? html`<${Choice} label=${`Role of ${member.email}`} isLabelHidden options=${ROLES} value=${member.role}
            onChange=${(role) => changeRole(member, role)} />`
        : member.role],
      ["Since", ({ created_at }) => html`<${Time} at=${created_at} />`],
      mayManage && ["Actions", (member) => html`<${Button} kind="quiet" onPress=${() => remove(member)}
        aria-label=${`Remove ${member.email}`}>Remove<//>`, { isTitleHidden: true }],
    ].filter(Boolean)} />`}<//>
    ${mayManage && session.get().person && html`<${NewMember} team=${team} onAdd=${members.reload} />`}
  <//>`;
}

/** Somebody of the organisation, or by e-mail somebody new. */
function NewMember({ team, onAdd }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("editor");
  const add = async () => {
    const address = email.trim().toLowerCase();
    const { organizations } = await get("v1/me/orgs");
    const url = path`v1/orgs/${organizations[0].id}/people`;
    const people = await getAllNumbered(url, "people");
    const person = people.find((person) => person.email.toLowerCase() === address);
    if (person) {
      await write("POST", path`v1/teams/${team.id}/members`, { user_id: person.id, role });
      say(`${address} is in the team.`);
    } else {
      await write("POST", url, { email: address, team_id: team.id, role });
      say(`${address} is invited, and gets an e-mail with a first password.`);
    }
    setEmail("");
    onAdd();
  };
  return html`<${Form} class="inline" onSubmit=${add}>
    <${Field} label="Add by e-mail" type="email" value=${email} onInput=${setEmail} required />
    <${Choice} label="Role" options=${ROLES} value=${role} onChange=${setRole} />
    <button class="button">Add</button>
  <//>`;
}
