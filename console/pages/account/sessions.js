/** Where one has signed in. */

import { useLoad } from "../../app/load.js";
import { get, path, write } from "../../app/session.js";
import { Button, Label, Section } from "../../parts/controls.js";
import { Loading } from "../../parts/loading.js";
import { Time } from "../../parts/time.js";
import { html } from "../../vendor/preact.js";

export function Sessions() {
  const sessions = useLoad(async (signal) => (await get("v1/auth/sessions", {}, signal)).sessions, []);
  const end = async ({ id }) => {
    await write("DELETE", path`v1/auth/sessions/${id}`);
    sessions.reload();
  };
  return html`<${Section} title="Sessions">
    <${Loading} of=${sessions}>${(sessions) => html`<ul class="rows">
      ${sessions.map((one) => html`<li key=${one.id}>
        <span class="grow">began <${Time} at=${one.created_at} />, ends <${Time} at=${one.expires_at} />
          ${one.is_current && html` <${Label}>this one<//>`}</span>
        ${!one.is_current && html`<${Button} kind="quiet" onPress=${() => end(one)}>End<//>`}
      </li>`)}
    </ul>`}<//>
  <//>`;
}
