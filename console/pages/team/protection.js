/** Which pointers a team protects, and how they move. */

import { useLoad } from "../../app/load.js";
import { say } from "../../app/messages.js";
import { call, path, write } from "../../app/session.js";
import { Empty, Field, Form, Section, Tick } from "../../parts/controls.js";
import { Loading } from "../../parts/loading.js";
import { html, useState } from "../../vendor/preact.js";

const RULES = [
  ["required_review", "A move by anybody else becomes a request, which somebody approves who may make it."],
  ["require_payloads", "All payloads of the prompt must render with the version first."],
  ["editors_roll_back", "Editors may roll back at once to what was live before."],
];

/** @param {{team: object, mayManage: boolean}} props */
export function Protection({ team, mayManage }) {
  const url = path`v1/teams/${team.id}/protected`;
  const protection = useLoad((signal) => call("GET", url, { signal }), [url]);
  return html`<${Section} title="Protected pointers">
    <p class="hint">Only admins of the team, and API keys that list a pointer, move it. Editors ask for a release.</p>
    <${Loading} of=${protection}>${({ value, etag }) => mayManage
      ? html`<${Rules} key=${etag} url=${url} rules=${value} etag=${etag} onSave=${protection.reload} />`
      : html`<${Summary} rules=${value} />`}<//>
  <//>`;
}

function Summary({ rules }) {
  if (rules.pointers.length === 0) return html`<${Empty} title="Nothing is protected." />`;
  return html`
    <p>Protected: ${rules.pointers.join(", ")}</p>
    <ul>${RULES.filter(([name]) => rules[name]).map(([name, text]) => html`<li key=${name}>${text}</li>`)}</ul>`;
}

function Rules({ url, rules, etag, onSave }) {
  const [pointers, setPointers] = useState(rules.pointers.join(", "));
  const [flags, setFlags] = useState(rules);
  const save = async () => {
    const names = pointers.split(/[,\s]+/).filter(Boolean);
    const body = { pointers: names };
    for (const [name] of RULES) body[name] = flags[name];
    await write("PUT", url, body, { ifMatch: etag });
    say("The rules are saved.");
    onSave();
  };
  return html`<${Form} onSubmit=${save}>
    <${Field} label="Pointers" value=${pointers} onInput=${setPointers} placeholder="live, production"
      hint="live and tags, separated by commas; none for no protection" />
    ${RULES.map(([name, text]) => html`<${Tick} key=${name} label=${text} checked=${flags[name]}
      onChange=${(checked) => setFlags({ ...flags, [name]: checked })} />`)}
    <div class="actions"><button class="button primary">Save the rules</button></div>
  <//>`;
}
