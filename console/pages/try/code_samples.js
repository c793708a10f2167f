/** The call of what is on the page, to copy. */

import { SAMPLES } from "../../app/code_samples.js";
import { Choice, CopyButton, Section } from "../../parts/controls.js";
import { html, useState } from "../../vendor/preact.js";

/** @param {{slug: string, version: number | null, variables: object}} props `version` is null for the live one. */
export function CodeSamples({ slug, version, variables }) {
  const [language, setLanguage] = useState("curl");
  const text = SAMPLES[language]({ slug, version, variables });
  return html`<${Section} title="The same from a program" actions=${html`
      <${Choice} label="Language" isLabelHidden value=${language} onChange=${setLanguage}
        options=${Object.keys(SAMPLES).map((name) => [name, name])} />
      <${CopyButton} text=${text} />`}>
    <pre class="code" tabindex="0" role="region" aria-label="Code">${text}</pre>
    <p class="hint">The API key is read from <code>CUEBOOK_API_KEY</code>.</p>
  <//>`;
}
