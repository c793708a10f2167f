/** Keys that do what a button of the page does. */

import { useEffect, useRef } from "../vendor/preact.js";
import { createStore } from "./store.js";

/** The shortcuts of the page, for the list of them: `{keys, label, run}`. */
export const shortcuts = createStore([]);

/**
 * Offer shortcuts as long as the component is shown.
 *
 * @param {Record<string, [label: string, run: () => void]>} keys By key: `/`, `?`, `Escape`, or
 *   `mod+s` for Ctrl and the key, on a Mac Command.
 */
export function useShortcuts(keys) {
  const current = useRef(keys);
  current.current = keys;
  const names = Object.keys(keys).join(" ");
  useEffect(() => {
    const own = Object.entries(current.current).map(([key, [label]]) => ({
      key,
      label,
      run: () => current.current[key][1](),
    }));
    shortcuts.set([...shortcuts.get(), ...own]);
    return () => shortcuts.set(shortcuts.get().filter((shortcut) => !own.includes(shortcut)));
  }, [names]);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey) return;
  const hasModifier = event.ctrlKey || event.metaKey;
  const key = hasModifier ? `mod+${event.key.toLowerCase()}` : event.key;
  if (!hasModifier && (isTyping(event) || document.querySelector("dialog[open]"))) return;
  // What was offered last is nearest to what is looked at.
  const shortcut = shortcuts.get().findLast((shortcut) => shortcut.key === key);
  if (!shortcut) return;
  event.preventDefault();
  shortcut.run();
});

function isTyping(event) {
  const [target] = event.composedPath();
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
