/** A table; on a narrow screen each row is a card in which every cell has the name of its column. */

import { html } from "../vendor/preact.js";

/**
 * @param {{rows: object[], getKey: (row: object) => string,
 *   columns: [title: string, getCell: (row: object) => unknown, options?: {isTitleHidden?: boolean}][]}} props
 */
export function Table({ rows, getKey, columns }) {
  return html`<table class="stacked">
    <thead><tr>${columns.map(([title, , { isTitleHidden } = {}]) => html`<th scope="col" key=${title}>
      <span class=${isTitleHidden ? "hidden" : ""}>${title}</span></th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${getKey(row)}>
      ${columns.map(([title, getCell, { isTitleHidden } = {}]) => html`<td key=${title}
        data-title=${isTitleHidden ? undefined : title}><div>${getCell(row)}</div></td>`)}
    </tr>`)}</tbody>
  </table>`;
}
