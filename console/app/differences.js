/** Differences between texts, between lists and between settings. Nothing here touches the page. */

import { isEqual, isObject } from "./json.js";

const STEPS = 1e7; // under 100 ms: what one search for equal items may cost, but for short ones
const LEAST_REACH = 64;
const LARGEST_REACH = 1000;
const MOST_PAIRS = 2500; // of changed lines that are compared by how similar they are
const LEAST_SHARED = 0.2; // of the shorter line; below, nothing in it is worth pointing out as the same

// Words of a text. `Intl.Segmenter` knows more scripts, but takes minutes for 200 KB.
const WORDS = new RegExp(
  [
    "\\s+",
    // Scripts without spaces between words: each sign.
    `[${["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"]
      .map((script) => `\\p{Script=${script}}`).join("")}]\\p{M}*`,
    "[\\p{L}\\p{N}_][\\p{L}\\p{N}\\p{M}_\\u200C\\u200D]*",
    "\\p{Regional_Indicator}{2}", // the flag of a country
    // Any other sign, with all that belongs to an emoji: skin, hair, the others of a family.
    ".[\\p{M}\\p{Emoji_Modifier}\\u{E0020}-\\u{E007F}]*" +
      "(?:\\u200D\\p{Extended_Pictographic}[\\p{M}\\p{Emoji_Modifier}]*)*",
  ].join("|"),
  "gsu",
);

/**
 * @typedef {{text: string, isChanged: boolean}} Part
 * @typedef {{line: number, parts: Part[]}} Line Lines are counted from 1.
 * @typedef {{kind: "same" | "changed" | "added" | "removed", before: Line | null, after: Line | null}} Row
 */

/**
 * Compare two texts by line, and by word within the lines that have changed.
 *
 * The lines of `before`, or of `after`, joined with line breaks, are the whole text again.
 *
 * @param {string | null} before Null where there is no such text, not even an empty one.
 * @param {string | null} after
 * @returns {Row[]}
 */
export function compareTexts(before, after) {
  let lineBefore = 0;
  let lineAfter = 0;
  return align(before?.split("\n") ?? [], after?.split("\n") ?? []).map(([left, right]) => {
    const [partsBefore, partsAfter] = compareLines(left, right);
    return {
      kind: getKind(left, right),
      before: partsBefore && { line: ++lineBefore, parts: partsBefore },
      after: partsAfter && { line: ++lineAfter, parts: partsAfter },
    };
  });
}

/**
 * Compare two texts by word.
 *
 * @param {string} before
 * @param {string} after
 * @returns {[Part[], Part[]]} The parts of each; joined, they are the text again.
 */
function compareWords(before, after) {
  const left = splitWords(before);
  const right = splitWords(after);
  const pairs = dropStrays(left, right, match(left, right));
  const shared = pairs.reduce((sum, [index]) => sum + left[index].length, 0);
  const isAlike = shared >= LEAST_SHARED * Math.min(before.length, after.length);
  const kept = isAlike ? pairs : [];
  return [
    joinParts(left, new Set(kept.map(([index]) => index))),
    joinParts(right, new Set(kept.map(([, index]) => index))),
  ];
}

/**
 * Compare two settings, such as the parameters of a model, by field.
 *
 * @param {unknown} before
 * @param {unknown} after
 * @returns {{path: string, before: unknown, after: unknown}[]} The fields that differ, as in
 *   `model_params.temperature`; `undefined` where one of the two has no such field.
 */
export function compareSettings(before, after, path = "") {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      compareSettings(getOwn(before, name), getOwn(after, name), path ? `${path}.${name}` : name));
  }
  return isEqual(before, after) ? [] : [{ path, before, after }];
}

/**
 * Put two lists side by side: what is the same, or most similar, stands in one row.
 *
 * @template T
 * @param {T[]} before
 * @param {T[]} after
 * @param {(item: T) => string} toText What two items are compared by.
 * @returns {[T | null, T | null][]} In each row an item of each list, or null where it has none.
 */
export function align(before, after, toText = String) {
  const left = before.map(toText);
  const right = after.map(toText);
  const rows = [];
  let x = 0;
  let y = 0;
  for (const [nextX, nextY] of [...match(left, right), [before.length, after.length]]) {
    for (const [i, j] of pairSimilar(left.slice(x, nextX), right.slice(y, nextY))) {
      rows.push([i === null ? null : before[x + i], j === null ? null : after[y + j]]);
    }
    if (nextX < before.length && nextY < after.length) rows.push([before[nextX], after[nextY]]);
    x = nextX + 1;
    y = nextY + 1;
  }
  return rows;
}

function getKind(left, right) {
  if (left === null) return "added";
  if (right === null) return "removed";
  return left === right ? "same" : "changed";
}

function compareLines(left, right) {
  if (left !== null && right !== null && left !== right) return compareWords(left, right);
  const isChanged = left !== right;
  return [left, right].map((text) => text === null ? null : [{ text, isChanged }]);
}

/** Split a text into words, spaces and signs; emoji and letters with their marks stay whole. */
function splitWords(text) {
  return text.match(WORDS) ?? [];
}

/** Drop spaces and punctuation that are the same but stand alone between words that are not. */
function dropStrays(left, right, pairs) {
  const all = [[-1, -1], ...pairs, [left.length, right.length]];
  const isNext = (index) => [0, 1].every((side) => all[index + 1][side] - all[index][side] === 1);
  return pairs.filter((pair, index) => /[^\s\p{P}]/u.test(left[pair[0]]) || isNext(index) || isNext(index + 1));
}

function joinParts(words, same) {
  const parts = [];
  for (const [index, text] of words.entries()) {
    const isChanged = !same.has(index);
    const last = parts.at(-1);
    if (last?.isChanged === isChanged) last.text += text;
    else parts.push({ text, isChanged });
  }
  return parts.length ? parts : [{ text: "", isChanged: true }];
}

/** Pair the items of two lists that have nothing equal, in order, the most similar ones together. */
function pairSimilar(left, right) {
  const size = left.length * right.length;
  if (size <= 1 || size > MOST_PAIRS) return pairInOrder(left.length, right.length);
  const columns = right.length + 1;
  const scores = new Float64Array((left.length + 1) * columns); // of the pairs from (i, j) on
  const bags = right.map(countWords);
  const similarities = left.map((text) => {
    const bag = countWords(text);
    return bags.map((other) => 0.01 + measureSimilarity(bag, other));
  });
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      scores[i * columns + j] = Math.max(
        scores[(i + 1) * columns + j + 1] + similarities[i][j],
        scores[(i + 1) * columns + j],
        scores[i * columns + j + 1],
      );
    }
  }
  const rows = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const score = scores[i * columns + j];
    if (score === scores[(i + 1) * columns + j + 1] + similarities[i][j]) rows.push([i++, j++]);
    else if (score === scores[(i + 1) * columns + j]) rows.push([i++, null]);
    else rows.push([null, j++]);
  }
  while (i < left.length) rows.push([i++, null]);
  while (j < right.length) rows.push([null, j++]);
  return rows;
}

function pairInOrder(left, right) {
  return Array.from({ length: Math.max(left, right) }, (_, index) => [
    index < left ? index : null,
    index < right ? index : null,
  ]);
}

function countWords(text) {
  const counts = new Map();
  for (const word of splitWords(text)) {
    if (word.trim()) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** The share of words that two texts have in common, from 0 to 1. */
function measureSimilarity(left, right) {
  let shared = 0;
  let all = 0;
  for (const [word, count] of left) {
    shared += Math.min(count, right.get(word) ?? 0);
    all += count;
  }
  for (const count of right.values()) all += count;
  return all ? (2 * shared) / all : 0;
}

/**
 * Find what two lists have in common, in order: the indexes of equal items.
 *
 * The result is the longest possible in lists of usual size. In large ones the items that both
 * have once are matched first, and between them the search looks a limited way ahead.
 */
function match(left, right) {
  const numbers = new Map();
  const toNumber = (item) => numbers.get(item) ?? numbers.set(item, numbers.size).size - 1;
  const a = Int32Array.from(left, toNumber);
  const b = Int32Array.from(right, toNumber);
  const size = a.length + b.length;
  const reach = Math.max(LEAST_REACH, Math.min(LARGEST_REACH, Math.floor(STEPS / size)));
  const anchors = size > LARGEST_REACH ? matchUnique(a, b, numbers.size) : [];
  const pairs = [];
  let start = [0, 0];
  for (const anchor of [...anchors, [a.length, b.length]]) {
    while (start[0] < anchor[0] && start[1] < anchor[1]) {
      start = matchRange(a, b, start, anchor, reach, pairs);
    }
    if (anchor[0] < a.length) pairs.push(anchor);
    start = [anchor[0] + 1, anchor[1] + 1];
  }
  return pairs;
}

/** Match the numbers that both lists have exactly once: the longest run that has one order in both. */
function matchUnique(a, b, size) {
  const where = new Int32Array(size).fill(-1); // the index in b, -2 where there are several
  for (const [index, number] of b.entries()) where[number] = where[number] === -1 ? index : -2;
  const counts = new Int32Array(size);
  for (const number of a) counts[number]++;
  const ends = []; // by length of a run: its last pair, the smallest possible
  for (const [index, number] of a.entries()) {
    if (counts[number] !== 1 || where[number] < 0) continue;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle].pair[1] < where[number]) low = middle + 1;
      else high = middle;
    }
    ends[low] = { pair: [index, where[number]], previous: ends[low - 1] };
  }
  const pairs = [];
  for (let end = ends.at(-1); end; end = end.previous) pairs.push(end.pair);
  return pairs.reverse();
}

/**
 * Match from one point towards another with the algorithm of Myers ("An O(ND) Difference
 * Algorithm"), at most `reach` insertions and deletions far.
 *
 * @returns {[number, number]} The point up to which `pairs` has the matches now.
 */
function matchRange(a, b, [startX, startY], [endX, endY], reach, pairs) {
  const width = endX - startX;
  const height = endY - startY;
  const limit = Math.min(reach, width + height);
  const middle = limit + 1;
  const farthest = new Int32Array(2 * limit + 3); // x by diagonal, which is x - y
  const history = [];
  let target = null;
  for (let edits = 0; edits <= limit && target === null; edits++) {
    history.push(farthest.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isDown(farthest, middle, diagonal, edits)
        ? farthest[middle + diagonal + 1]
        : farthest[middle + diagonal - 1] + 1;
      while (x < width && x - diagonal < height && a[startX + x] === b[startY + x - diagonal]) x++;
      farthest[middle + diagonal] = x;
      if (diagonal === width - height && x >= width) {
        target = diagonal;
        break;
      }
    }
  }
  target ??= findFarthest(farthest, middle, limit, width, height);
  let x = farthest[middle + target];
  const end = [startX + x, startY + x - target];
  const matches = [];
  for (let edits = history.length - 1, diagonal = target; edits >= 0; edits--) {
    const isInsertion = isDown(history[edits], edits + 1, diagonal, edits);
    const previous = isInsertion ? diagonal + 1 : diagonal - 1;
    const previousX = history[edits][edits + 1 + previous];
    const firstX = isInsertion ? previousX : previousX + 1;
    while (x > firstX) matches.push([startX + --x, startY + x - diagonal]);
    x = previousX;
    diagonal = previous;
  }
  while (matches.length) pairs.push(matches.pop());
  return end;
}

function isDown(farthest, middle, diagonal, edits) {
  return (
    diagonal === -edits ||
    (diagonal !== edits && farthest[middle + diagonal - 1] < farthest[middle + diagonal + 1])
  );
}

/** The diagonal on which most of both lists has been passed. */
function findFarthest(farthest, middle, limit, width, height) {
  let best = null;
  let most = -1;
  for (let diagonal = -limit; diagonal <= limit; diagonal += 2) {
    const x = farthest[middle + diagonal];
    const y = x - diagonal;
    if (x <= width && y <= height && x + y > most) {
      most = x + y;
      best = diagonal;
    }
  }
  return best;
}

function getOwn(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
