/** What a move changes for callers: the difference between two versions. */

import { page } from "../app/router.js";
import { compareMessages } from "../app/version_texts.js";
import { html, useMemo } from "../vendor/preact.js";
import { TextDifference, describeChanges, getView } from "./difference.js";
import { SettingsDifference } from "./version_difference.js";

/**
 * The texts and settings of two versions, side by side where there is room.
 *
 * @param {{before?: object, after?: object}} props Without `before` all of `after` is new.
 */
export function MoveDifference({ before, after }) {
  if (!after || before?.version === after.version) return null;
  return html`<${Difference} before=${before ?? null} after=${after} />`;
}

function Difference({ before, after }) {
  const texts = useMemo(() => compareMessages(before, after), [before, after]);
  const view = before ? getView({}) : "inline";
  const names = [before ? `Version ${before.version}` : "Nothing", `Version ${after.version}`];
  const summary = describeChanges(texts.flatMap(({ rows }) => rows)) || "the text is the same";
  const query = `?from=${before?.version}&to=${after.version}`;
  return html`<section class="move-difference">
    <h3>${before ? `From version ${before.version} to version ${after.version}: ${summary}` : names[1]}</h3>
    ${texts.map((text, index) => html`<${TextDifference} key=${index} rows=${text.rows} view=${view}
      before=${names[0]} after=${names[1]} label=${text.title} />`)}
    ${before && html`
      <${SettingsDifference} before=${before} after=${after} view=${view} names=${names} />
      <p><a href=${`${page`/prompts/${after.prompt_id}/compare`}${query}`}>Compare them on a page</a></p>`}
  </section>`;
}
