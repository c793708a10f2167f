/** How a prompt is used, made ready to be shown. */

const DAY = 24 * 60 * 60 * 1000;

/**
 * Sum the uses of each day, for a chart without gaps.
 *
 * @param {{day: string, version: number, renders: number, gets: number, errors: number}[]} uses
 * @param {number} count How many days, the last of which is today, in UTC.
 * @returns {{day: string, total: number, errors: number, byVersion: Map<number, number>}[]}
 */
export function sumDays(uses, count, now = new Date()) {
  const days = [];
  for (let age = count - 1; age >= 0; age -= 1) {
    const day = new Date(now - age * DAY).toISOString().slice(0, 10);
    const own = uses.filter((use) => use.day === day);
    const byVersion = new Map(own.map((use) => [use.version, countCalls(use)]));
    days.push({ day, total: sum(own.map(countCalls)), errors: sum(own.map(({ errors }) => errors)), byVersion });
  }
  return days;
}

/** Count the calls of a version or a day, those that failed too. */
export function countCalls({ renders, gets, errors }) {
  return renders + gets + errors;
}

/** The share of calls that failed, as text. */
export function formatErrorShare(use) {
  const calls = countCalls(use);
  if (calls === 0 || use.errors === 0) return "none";
  const percent = (100 * use.errors) / calls;
  return percent < 0.1 ? "below 0.1 %" : `${percent.toFixed(1)} %`;
}

/** The name of a caller, also of one who is gone. */
export function nameCaller({ name, kind }) {
  return name ?? (kind === "person" ? "somebody who has left" : "a key that is revoked");
}

/** The names of callers, with commas between them. */
export function listNames(callers) {
  return callers.map(nameCaller).join(", ");
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
