/** Saving a draft, and what can come in between: a rival, a service that does not answer, a crash. */

import { useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { dumpDraft } from "./drafts.js";
import { isTemporary } from "./load.js";
import { keepCopy, removeCopy } from "./local_copies.js";
import { findRival, isUnsaved, saveDraft } from "./saving.js";

const FIRST_PAUSE = 2000; // milliseconds until a save that had no response is tried again
const LONGEST_PAUSE = 15000;
const COPY_PAUSE = 300; // milliseconds without a key until a copy is kept
const TRIES = 5; // of a save that only changes of a status were in the way of

/** The name of the copy of a draft that is not saved. */
export function nameCopy(id, { number }) {
  return `${nameCopies(id)}${number ?? "new"}`;
}

/** What the names of all copies of a prompt begin with. */
export function nameCopies(id) {
  return `edit.${id}.`;
}

/**
 * Save a draft, on demand, and keep copies of it in this browser until then.
 *
 * @param {string} id The id of the prompt.
 * @param {import("./saving.js").Target} first
 * @param {import("./drafts.js").Draft} draft
 * @param {() => Promise<string>} recognise Finds the language where none is chosen.
 * @returns {{target: object, setTarget: (target: object) => void, state: object, isChanged: boolean,
 *   conflict: object | null, setConflict: (conflict: object | null) => void, save: () => Promise<void>,
 *   saveTo: (target: object, draft: object) => Promise<void>}}
 *   `state` has the `kind` (`idle`, `saving`, `saved`, `waiting` or `refused`) with `at` or `error`;
 *   `conflict` has the `rival` version, the `draft` that it was in the way of, what both began with
 *   as `base`, and the `target` to save to instead.
 */
export function useSaving(id, first, draft, recognise) {
  const [target, setTarget] = useState(first);
  const [state, setState] = useState({ kind: "idle" });
  const [conflict, setConflict] = useState(null);
  const attempt = useRef({});
  const isRunning = useRef(false);
  const pause = useRef(FIRST_PAUSE);
  const isChanged = useMemo(() => isUnsaved(target, dumpDraft(draft)), [target, draft]);
  const current = useRef({});
  current.current = { draft, target, isChanged };

  const saveTo = async (target, draft) => {
    const { fields, problems } = dumpDraft(draft);
    if (problems.length > 0) throw new Error(`Mend this first: ${problems[0].path}. ${problems[0].message}`);
    fields.engine ??= await recognise();
    for (let tries = 1; ; tries += 1) {
      const key = JSON.stringify([target.number, target.etag, fields]);
      if (attempt.current.key !== key) attempt.current = { key, name: crypto.randomUUID() };
      try {
        return { target: await saveDraft(id, target, fields, attempt.current.name), rival: null };
      } catch (error) {
        if (!isOutdated(error) || tries === TRIES) throw error;
        const next = await findRival(id, target, fields);
        if (next.rival) return next;
        target = next.target;
      }
    }
  };

  const run = async (target, draft) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setState({ kind: "saving" });
    try {
      const result = await saveTo(target, draft);
      if (result.rival) {
        setConflict({ ...result, base: target, draft: current.current.draft }); // typed since, too
        setState({ kind: "idle" });
        return;
      }
      removeCopy(nameCopy(id, target));
      setTarget(result.target);
      setState({ kind: "saved", at: new Date().toISOString() });
      pause.current = FIRST_PAUSE;
    } catch (error) {
      setState({ kind: isTemporary(error) ? "waiting" : "refused", error });
    } finally {
      isRunning.current = false;
    }
  };
  const save = async () => {
    const { draft, target, isChanged } = current.current;
    if (isChanged) await run(target, draft);
  };

  useEffect(() => {
    if (state.kind !== "waiting") return undefined;
    const timer = setTimeout(save, pause.current);
    pause.current = Math.min(2 * pause.current, LONGEST_PAUSE);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () => {
    const { draft, target, isChanged } = current.current;
    if (isChanged) keepCopy(nameCopy(id, target), { draft, target });
    else removeCopy(nameCopy(id, target));
  };
  const isFirst = useRef(true);
  useEffect(() => {
    setState((state) => (state.kind === "refused" ? { kind: "idle" } : state));
    if (isFirst.current) {
      isFirst.current = false; // a copy of an earlier visit is not replaced before something is typed
      return undefined;
    }
    const timer = setTimeout(copy, COPY_PAUSE);
    return () => clearTimeout(timer);
  }, [draft, target]);
  useEffect(() => {
    const keep = () => current.current.isChanged && copy();
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, []);

  return { target, setTarget, state, isChanged, conflict, setConflict, save, saveTo: run };
}

function isOutdated({ status, code }) {
  return status === 412 || code === "not_draft" || code === "version_not_found";
}
