/** Which share of the callers gets which version. */

import {
  MOST_SHARES,
  addShare,
  describeShare,
  formatWeight,
  removeShare,
  setWeight,
} from "../app/releases.js";
import { html } from "../vendor/preact.js";
import { Button, Choice, useId } from "./controls.js";

/**
 * The versions of a split with their weights; the first one has what the others leave.
 *
 * @param {{shares: object[], options: [value: string, text: string][], onChange: (shares: object[]) => void}}
 *   props `options` are the versions to choose from.
 */
export function SplitEditor({ shares, options, onChange }) {
  const unused = options.filter(([number]) => !shares.some(({ version }) => version === Number(number)));
  const setVersion = (index, number) =>
    onChange(shares.map((share, at) => (at === index ? { ...share, version: Number(number) } : share)));
  return html`<fieldset class="split bare">
    <legend class="hidden">Shares of the callers</legend>
    ${shares.map(({ version, weight }, index) => html`<div class="share" key=${index}>
      <${Choice} label=${index ? `Version ${index + 1} of the split` : "Version of all others"} isLabelHidden
        value=${String(version)} onChange=${(number) => setVersion(index, number)}
        options=${options.filter((option) => Number(option[0]) === version || unused.includes(option))} />
      ${index
        ? html`<${Weight} version=${version} weight=${weight}
            onInput=${(weight) => onChange(setWeight(shares, index, weight))} />
          <${Button} kind="quiet" aria-label=${`Take version ${version} out`}
            onPress=${() => onChange(removeShare(shares, index))}>✕<//>`
        : html`<p class="rest">${formatWeight(weight)}, what the others leave</p>`}
      <p class="expected" aria-live="polite">${describeShare({ version, weight })}</p>
    </div>`)}
    ${shares.length < MOST_SHARES && unused.length > 0 && html`<div>
      <${Button} onPress=${() => onChange(addShare(shares, Number(unused[0][0])))}>Add a version<//>
    </div>`}
  </fieldset>`;
}

function Weight({ version, weight, onInput }) {
  const id = useId();
  const percent = weight / 100;
  return html`<div class="weight">
    <input type="range" min="0" max="100" step="1" value=${percent} aria-label=${`Share of version ${version}`}
      aria-valuetext=${`${formatWeight(weight)}: ${describeShare({ version, weight })}`}
      onInput=${(event) => onInput(event.currentTarget.valueAsNumber * 100)} />
    <label for=${id} class="hidden">Share of version ${version} in per cent</label>
    <input id=${id} type="number" min="0.01" max="99.99" step="0.01" value=${percent}
      onChange=${(event) => onInput(event.currentTarget.valueAsNumber * 100)} />
    <span aria-hidden="true">%</span>
  </div>`;
}
