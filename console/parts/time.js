/** Times, in the zone of the reader; the exact one is shown on hover. */

import { html } from "../vendor/preact.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** A time as text: "5 minutes ago", "yesterday", "3 Nov 2026". */
export function formatTime(at, now = new Date()) {
  const time = new Date(at);
  const seconds = (time - now) / 1000;
  const age = Math.abs(seconds);
  if (age < MINUTE) return "just now";
  if (age < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  if (age < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
  if (age < 7 * DAY) return relative.format(Math.round(seconds / DAY), "day");
  return date.format(time);
}

/** A day of UTC as text: "today", "3 days ago". */
function formatDay(day, now = new Date()) {
  const days = Math.floor(now / (DAY * 1000)) - Math.floor(new Date(day) / (DAY * 1000));
  return days <= 7 ? relative.format(-days, "day") : date.format(new Date(day));
}

/** A day of UTC, which is all that is known of when something was used. */
export function Day({ day }) {
  return html`<time datetime=${day.slice(0, 10)} title=${`${day.slice(0, 10)}, UTC`}>${formatDay(day)}</time>`;
}

/** A time. */
export function Time({ at }) {
  if (!at) return null;
  return html`<time datetime=${at} title=${exact.format(new Date(at))}>${formatTime(at)}</time>`;
}
