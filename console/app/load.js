/** Reading what a page shows. */

import { useCallback, useEffect, useRef, useState } from "../vendor/preact.js";

const FIRST_PAUSE = 1000; // milliseconds until a service that did not answer is asked again
const LONGEST_PAUSE = 15000;

/**
 * Load a value, again whenever the dependencies change.
 *
 * While the service does not answer it is asked again by itself; the last value stays.
 *
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} read
 * @param {unknown[]} dependencies
 * @returns {{value: T | undefined, error: Error | null, reload: () => void, replace: (value: T) => void}}
 */
export function useLoad(read, dependencies) {
  const [state, setState] = useState({ value: undefined, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    setState({ value: undefined, error: null });
  }, dependencies);
  useEffect(() => {
    const controller = new AbortController();
    let timer;
    let pause = FIRST_PAUSE;
    const load = async () => {
      try {
        const value = await latest.current(controller.signal);
        if (!controller.signal.aborted) setState({ value, error: null });
      } catch (error) {
        if (controller.signal.aborted) return;
        setState((state) => ({ ...state, error }));
        if (isTemporary(error)) {
          timer = setTimeout(load, pause);
          pause = Math.min(2 * pause, LONGEST_PAUSE);
        }
      }
    };
    load();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [...dependencies, round]);
  const reload = useCallback(() => setRound((round) => round + 1), []);
  const replace = useCallback((value) => setState({ value, error: null }), []);
  return { ...state, reload, replace };
}

/** Tell whether the same call may succeed a little later. */
export function isTemporary(error) {
  return error.code === "unreachable" || error.status === 429 || error.status >= 500;
}
