/** All prompts of the teams of whoever has signed in. */

import { useLoad } from "../app/load.js";
import { page } from "../app/router.js";
import { get, session } from "../app/session.js";
import { Section } from "../parts/controls.js";
import { Loading } from "../parts/loading.js";
import { html } from "../vendor/preact.js";

export function Page() {
  const [team] = session.get().teams;
  const prompts = useLoad((signal) => get(`v1/teams/${team.id}/prompts`, {}, signal), []);
  return html`<${Section} title="Prompts">
    <${Loading} of=${prompts}>${({ prompts }) => html`<ul>
      ${prompts.map(({ id, name }) => html`<li key=${id}><a href=${page`/prompts/${id}`}>${name}</a></li>`)}
    </ul>`}<//>
  <//>`;
}
