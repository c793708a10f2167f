/** Calls of the HTTPS API. Nothing else in the console sends a request. */

import { parseJson } from "./json.js";

/** The URL of the API, which serves the console too; it may have the stage in its path. */
export const BASE = new URL(".", document.baseURI);

/**
 * A call that has failed.
 *
 * `code` is that of the service's problem, or `unreachable` where no response came.
 */
export class ApiError extends Error {
  constructor({ status = 0, code = "unreachable", message, details = [], requestId = "" }) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}

/**
 * @typedef {object} Options
 * @property {object} [query] Query parameters; those that are undefined, null or "" are left out.
 * @property {unknown} [body] The value to send as JSON.
 * @property {string} [ifMatch] The ETag of what has been read, so that no change of others is lost.
 * @property {string} [attempt] The same for each repetition of one write, so that it is done once.
 * @property {string} [credential] The API key or session.
 * @property {AbortSignal} [signal] Ends the call.
 */

/**
 * Send a request.
 *
 * @param {string} method
 * @param {string} path Without a leading slash; build it with `path`.
 * @param {Options} options
 * @returns {Promise<{value: any, etag: string, status: number}>}
 * @throws {ApiError}
 */
export async function send(method, path, options = {}) {
  const { body, ifMatch, attempt, credential, signal } = options;
  const headers = { Accept: "application/json" };
  if (credential) headers.Authorization = `Bearer ${credential}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (ifMatch) headers["If-Match"] = ifMatch;
  if (attempt) headers["Idempotency-Key"] = attempt;
  let response;
  let text;
  try {
    response = await fetch(buildUrl(path, options.query), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
      cache: "no-store", // prompts and keys stay out of the browser's files
      credentials: "omit",
      redirect: "error",
    });
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError({ message: "The service does not answer. Check your connection." });
  }
  const value = parseBody(text);
  if (!response.ok) throw buildError(response, value);
  return { value, etag: response.headers.get("ETag") ?? "", status: response.status };
}

/**
 * Build a path of the API, with its variable segments encoded.
 *
 * path`v1/prompts/${id}/versions` is `v1/prompts/a%2Fb/versions` for the id `a/b`.
 */
export function path(strings, ...values) {
  return String.raw({ raw: strings }, ...values.map((value) => encodeURIComponent(value)));
}

/** Build the URL of a request. */
export function buildUrl(path, query = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

function parseBody(text) {
  if (!text) return null;
  try {
    return parseJson(text);
  } catch {
    return null; // a page of a proxy, say
  }
}

function buildError(response, value) {
  const requestId = value?.request_id ?? response.headers.get("X-Request-Id") ?? "";
  return new ApiError({
    status: response.status,
    code: value?.code ?? `http_${response.status}`,
    message: toSentence(value?.message ?? value?.error ?? `The service answers ${response.status}`),
    details: value?.details ?? [],
    requestId,
  });
}

function toSentence(text) {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
