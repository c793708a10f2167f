/** A question before something that cannot be taken back. */

import { html, useState } from "../vendor/preact.js";
import { Button, Field, Form } from "./controls.js";
import { Dialog } from "./dialog.js";

/**
 * @param {{title: string, action: string, onConfirm: () => Promise<void>, onClose: () => void,
 *   typed?: string, children?: unknown}} props `action` is the text of the button. With `typed`,
 *   this text has to be typed first. The dialogue closes once the action has succeeded.
 */
export function Confirm({ title, action, onConfirm, onClose, typed, children }) {
  const [text, setText] = useState("");
  const submit = async () => {
    await onConfirm();
    onClose();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <${Form} onSubmit=${submit}>
      ${children}
      ${typed && html`<${Field} label=${`Type ${typed} to confirm`} value=${text} onInput=${setText}
        autocomplete="off" />`}
      <div class="actions end">
        <${Button} onPress=${onClose}>Cancel<//>
        <button class="button danger" disabled=${typed && text !== typed}>${action}</button>
      </div>
    <//>
  <//>`;
}
