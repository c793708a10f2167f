/** All prompts of the teams of the session, which are kept as long as it lasts. */

import { useLoad } from "./load.js";
import { getAll, path, session } from "./session.js";
import { createStore, useStore } from "./store.js";

const PAGE = 500; // prompts that are read at once
const EMPTY = { prompts: [], isComplete: false };

/** `isComplete` once all prompts have been read; after that the list is replaced as a whole. */
const list = createStore(EMPTY);
let running = null;

session.subscribe(() => {
  if (session.get()) return;
  running = null; // what it still reads is not for whoever signs in next
  list.set(EMPTY);
});

/**
 * Use the list: what has been read before at once, and what has changed since a little later.
 *
 * @returns {{prompts: object[], isComplete: boolean, error: Error | null, reload: () => void}}
 */
export function usePromptList() {
  const { error, reload } = useLoad(readList, []);
  return { ...useStore(list), error, reload };
}

function readList() {
  if (!running) {
    const own = readTeams(() => running === own).finally(() => {
      if (running === own) running = null;
    });
    running = own;
  }
  return running;
}

async function readTeams(isCurrent) {
  const { isComplete } = list.get();
  let prompts = [];
  for (const { id } of session.get().teams) {
    const before = prompts;
    const show = (rows) => {
      prompts = before.concat(rows);
      if (!isComplete && isCurrent()) list.set({ prompts, isComplete });
    };
    try {
      await getAll(path`v1/teams/${id}/prompts`, "prompts", { include: "pointers", limit: PAGE }, show);
    } catch (error) {
      if (error.status !== 403 && error.status !== 404) throw error;
      prompts = before; // one is in this team no more
    }
  }
  if (isCurrent()) list.set({ prompts, isComplete: true });
}
