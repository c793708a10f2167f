/** The rendering of a version, kept up to date while its values are typed. */

import { useRef } from "../vendor/preact.js";
import { useLoad } from "./load.js";
import { call, path } from "./session.js";

const PAUSE = 300; // milliseconds without a key before the service is asked

/**
 * Render a version.
 *
 * @param {string} promptId
 * @param {number} version
 * @param {object} body Of the call: `variables` or `payload_id`.
 * @param {AbortSignal} [signal]
 */
export async function renderVersion(promptId, version, body, signal) {
  const target = path`v1/prompts/${promptId}/versions/${version}/render`;
  return (await call("POST", target, { body, signal })).value;
}

/**
 * Keep the rendering of a version up to date; the last one stays until the next is there.
 *
 * @param {string} promptId
 * @param {number | undefined} version Without one nothing is rendered.
 * @param {object} variables
 * @returns {{rendering: object | null, error: Error | null, isCurrent: boolean, reload: () => void}}
 */
export function useRendering(promptId, version, variables) {
  const last = useRef({ version, rendering: null });
  const { value, error, reload } = useLoad(async (signal) => {
    if (version === undefined) return null;
    await wait(last.current.rendering ? PAUSE : 0, signal);
    return { version, rendering: await renderVersion(promptId, version, { variables }, signal) };
  }, [promptId, version, JSON.stringify(variables)]);
  if (last.current.version !== version) last.current = { version, rendering: null };
  // The value may still be that of the version before.
  const isOwn = value?.version === version;
  if (value && isOwn) last.current = value;
  return { rendering: last.current.rendering, error, isCurrent: isOwn || value === null || error !== null, reload };
}

function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
