/** The service's check of a text that is being written. */

import { useEffect, useMemo, useState } from "../vendor/preact.js";
import { dumpDraft } from "./drafts.js";
import { isTemporary } from "./load.js";
import { call } from "./session.js";

const PAUSE = 300; // milliseconds without a key until a text is checked
const LONGEST_PAUSE = 15000;
const FIELD = /^(?:template|messages\[\d+\]|response_format|tools|model_params)/;
const NOTHING = { variables: [], errors: [], warnings: [], rendering: null, missing_variables: [] };

/**
 * Check a draft whenever it has changed.
 *
 * @param {import("./drafts.js").Draft} draft
 * @param {{prompt_id?: string, team_id?: string, payload_id?: string}} place
 * @returns {{result: object, findings: object[], byField: Record<string, object[]>, error: Error | null,
 *   isCurrent: boolean}} `result` is the response; `findings` are what is wrong, each with `path`,
 *   `line`, `column` and `message`; `byField` has them by the field of the draft; `error` is why
 *   there was no check.
 */
export function useCheck(draft, place) {
  const { message, ...checkable } = draft;
  const request = useMemo(() => {
    const { fields: { message, ...fields }, problems } = dumpDraft(draft);
    return { body: { ...fields, ...place }, problems };
  }, [...Object.values(checkable), place.payload_id, place.prompt_id, place.team_id]);
  const [state, setState] = useState({ result: NOTHING, error: null, request: null });
  useEffect(() => {
    if (request.problems.length > 0) return undefined;
    const controller = new AbortController();
    let timer;
    const check = async (pause) => {
      try {
        const result = await readCheck(request.body, controller.signal);
        setState((before) => ({ result: keepVariables(result, before.result), error: null, request }));
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((state) => ({ ...state, error }));
        if (isTemporary(error)) timer = setTimeout(check, pause, Math.min(2 * pause, LONGEST_PAUSE));
      }
    };
    timer = setTimeout(check, PAUSE, 1000);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [request]);
  return useMemo(() => {
    const findings = request.problems.length > 0 ? request.problems : state.result.errors;
    const byField = Object.groupBy(findings, ({ path }) => path.match(FIELD)?.[0] ?? "");
    return { ...state, findings, byField, isCurrent: state.request === request };
  }, [state, request]);
}

/** A text with errors has no variables that could be listed: it keeps those that it had before. */
function keepVariables(result, before) {
  if (result.errors.length === 0 || result.variables.length > 0) return result;
  return { ...result, variables: before.variables };
}

/** Find the language of a text of a draft for which none is chosen. */
export async function recogniseEngine(draft, place) {
  const { fields: { message, ...fields } } = dumpDraft(draft);
  return (await readCheck({ ...fields, ...place })).engine;
}

/** A request that is refused says what is wrong just as a check does. */
async function readCheck(body, signal) {
  try {
    return (await call("POST", "v1/check", { body, signal })).value;
  } catch (error) {
    if (error.status !== 400 && error.status !== 422) throw error;
    const details = error.details.filter(({ path, message }) => path && message);
    const errors = details.length > 0 ? details : [{ path: "", message: error.message }];
    return { ...NOTHING, errors: errors.map((each) => ({ line: null, column: null, ...each })) };
  }
}
