/** The address of a page is in the fragment of the URL: `#/prompts/{id}/edit/3?from=live`. */

import { createStore } from "./store.js";

const address = createStore(readAddress());

window.addEventListener("hashchange", () => address.set(readAddress()));

export { address };

/** Go to a page: `navigate("/prompts")`. */
export function navigate(target, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", `#${target}`);
    address.set(readAddress());
  } else {
    location.hash = target;
  }
}

/** Change the query of the address, in place; what is undefined or "" goes. */
export function changeQuery(changes) {
  const { pathname, query } = address.get();
  const entries = Object.entries({ ...query, ...changes }).filter(([, value]) => value);
  navigate(`${pathname}?${new URLSearchParams(entries)}`, { replace: true });
}

/**
 * Build the address of a page for a link, with its variable segments encoded.
 *
 * page`/prompts/${id}` is `#/prompts/…`.
 */
export function page(strings, ...values) {
  return `#${String.raw({ raw: strings }, ...values.map((value) => encodeURIComponent(value)))}`;
}

/**
 * Find the page of an address.
 *
 * @param {{pattern: string}[]} pages Patterns such as `/prompts/{id}`.
 * @param {string} pathname
 * @returns {{page: object, segments: Record<string, string>} | null}
 */
export function findPage(pages, pathname) {
  const parts = pathname.split("/");
  for (const page of pages) {
    const segments = match(page.pattern.split("/"), parts);
    if (segments) return { page, segments };
  }
  return null;
}

function match(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const segments = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith("{")) segments[part.slice(1, -1)] = decode(parts[index]);
    else if (part !== parts[index]) return null;
  }
  return segments;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // typed by hand
  }
}

function readAddress() {
  // Typed by hand, it may be no address at all.
  const url = URL.parse(location.hash.slice(1) || "/", location.origin) ?? new URL("/", location.origin);
  return { pathname: url.pathname, query: Object.fromEntries(url.searchParams) };
}
