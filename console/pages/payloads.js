/** The payloads of a prompt: sample variables to try it with. */

import { formatJson, parseObject } from "../app/json.js";
import { useLoad } from "../app/load.js";
import { say } from "../app/messages.js";
import { page } from "../app/router.js";
import { call, getAll, may, path, write } from "../app/session.js";
import { Button, Empty, Field, Form, Section } from "../parts/controls.js";
import { Dialog } from "../parts/dialog.js";
import { Loading } from "../parts/loading.js";
import { PromptFrame } from "../parts/prompt_frame.js";
import { Time } from "../parts/time.js";
import { html, useState } from "../vendor/preact.js";

export function Page({ id }) {
  return html`<${PromptFrame} id=${id} tab="/payloads">
    ${(prompt) => html`<${Payloads} id=${id} mayWrite=${may(prompt.team_id, "write")} />`}
  <//>`;
}

function Payloads({ id, mayWrite }) {
  const url = path`v1/prompts/${id}/payloads`;
  const payloads = useLoad((signal) => getAll(url, "payloads", {}, undefined, signal), [url]);
  const [dialog, setDialog] = useState(null);
  const open = async (payload) => {
    const target = payload && path`v1/prompts/${id}/payloads/${payload.id}`;
    const { value, etag } = target ? await call("GET", target) : { value: null, etag: "" };
    const save = async (body) => {
      await (target ? write("PUT", target, body, { ifMatch: etag }) : write("POST", url, body));
      setDialog(null);
      payloads.reload();
    };
    setDialog(html`<${Editor} payload=${value?.payload} onSave=${save} onClose=${() => setDialog(null)} />`);
  };
  const remove = async ({ id: payloadId }) => {
    const target = path`v1/prompts/${id}/payloads/${payloadId}`;
    const { value, etag } = await call("GET", target);
    const { name, variables } = value.payload; // as it is now, for those who take it back
    await write("DELETE", target, undefined, { ifMatch: etag });
    payloads.reload();
    const undo = async () => {
      await write("POST", url, { name, variables });
      payloads.reload();
    };
    say(`The payload “${name}” is deleted.`, { undo });
  };
  const actions = mayWrite && html`<${Button} kind="primary" onPress=${() => open(null)}>New payload<//>`;
  return html`<${Section} title="Payloads" actions=${actions}>
    <${Loading} of=${payloads}>${(payloads) => payloads.length === 0
      ? html`<${Empty} title="No payload yet.">
          <p>A payload is a set of sample variables. With some, you see at once what a change of the text does.</p>
        <//>`
      : html`<ul class="rows">${payloads.map((payload) => html`<li key=${payload.id}>
          <div class="grow">
            <h3 dir="auto">${payload.name || "without a name"}</h3>
            <p class="hint">changed <${Time} at=${payload.updated_at} /></p>
            <pre class="sample" tabindex="0" aria-label="Variables" dir="auto">${formatJson(payload.variables)}</pre>
          </div>
          <div class="actions">
            <a class="button quiet" href=${`${page`/prompts/${id}/try`}?payload=${payload.id}`}>Try</a>
            ${mayWrite && html`
              <${Button} kind="quiet" onPress=${() => open(payload)} aria-label=${`Edit ${payload.name}`}>Edit<//>
              <${Button} kind="quiet" onPress=${() => remove(payload)} aria-label=${`Delete ${payload.name}`}>Delete<//>`}
          </div>
        </li>`)}</ul>`}<//>
    ${dialog}
  <//>`;
}

function Editor({ payload, onSave, onClose }) {
  const [name, setName] = useState(payload?.name ?? "");
  const [text, setText] = useState(formatJson(payload?.variables ?? {}));
  const [error, setError] = useState("");
  const submit = async () => {
    const { value, error } = parseObject(text);
    setError(error);
    if (!error) await onSave({ name: name || null, variables: value });
  };
  return html`<${Dialog} title=${payload ? "Payload" : "New payload"} onClose=${onClose}>
    <${Form} onSubmit=${submit}>
      <${Field} label="Name" value=${name} onInput=${setName} placeholder="a customer without a name" />
      <${Field} label="Variables" value=${text} onInput=${setText} rows="12" error=${error} spellcheck=${false}
        class="code" hint="A JSON object." />
      <div class="actions end">
        <${Button} onPress=${onClose}>Cancel<//>
        <button class="button primary">Save</button>
      </div>
    <//>
  <//>`;
}
