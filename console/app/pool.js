/** Many calls, a few at a time. */

/**
 * Run an action for each item, at most `size` of them at once.
 *
 * @template T
 * @param {T[]} items
 * @param {number} size
 * @param {(item: T) => Promise<void>} run Must not fail.
 */
export async function runInPool(items, size, run) {
  const queue = items.values(); // shared, so that each item is taken once
  const work = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: size }, work));
}
