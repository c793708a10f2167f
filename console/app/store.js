/** Values that several pages share: whoever uses one is drawn again when it changes. */

import { useEffect, useState } from "../vendor/preact.js";

/**
 * Create a store of one value.
 *
 * @template T
 * @param {T} value The first value.
 * @returns {{get: () => T, set: (value: T) => void, subscribe: (listener: () => void) => () => void}}
 */
export function createStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Use a store's value in a component. */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    const update = () => setValue(store.get());
    update(); // it may have changed between the first drawing and now
    return store.subscribe(update);
  }, [store]);
  return value;
}
