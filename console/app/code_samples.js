/** The call that renders a version, in the languages of programs. The key is never in it. */

import { buildUrl, path } from "./api.js";

/**
 * @typedef {object} Rendered
 * @property {string} slug
 * @property {number | null} version Null for the live one.
 * @property {object} variables
 */

/** The ways to call, by the name that people know. */
export const SAMPLES = { curl: writeCurl, Python: writePython, TypeScript: writeTypeScript };

function writeCurl(rendered) {
  return [
    `curl -X POST ${quoteForShell(getUrl(rendered))} \\`,
    `  -H "Authorization: Bearer $CUEBOOK_API_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d ${quoteForShell(JSON.stringify({ variables: rendered.variables }))}`,
  ].join("\n");
}

function writePython({ slug, version, variables }) {
  const selection = version === null ? "" : `, version=${version}`;
  return `import os

from cuebook import Cuebook

cues = Cuebook(${quote(buildUrl("").href.replace(/\/$/, ""))}, api_key=os.environ["CUEBOOK_API_KEY"])
print(cues.render(${quote(slug)}, ${writePythonValue(variables)}${selection}))`;
}

function writeTypeScript(rendered) {
  return `const response = await fetch(${quote(getUrl(rendered))}, {
  method: "POST",
  headers: {
    Authorization: \`Bearer \${process.env.CUEBOOK_API_KEY}\`,
    "Content-Type": "application/json",
  },
  body: JSON.stringify(${indent(JSON.stringify({ variables: rendered.variables }, null, 2))}),
});
if (!response.ok) throw new Error(await response.text());
const { rendered } = (await response.json()) as { rendered: string };
console.log(rendered);`;
}

function getUrl({ slug, version }) {
  const target = version === null
    ? path`v1/prompts/${slug}/render`
    : path`v1/prompts/${slug}/versions/${version}/render`;
  return buildUrl(target).href;
}

function writePythonValue(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(writePythonValue).join(", ")}]`;
  if (typeof value !== "object") return typeof value === "string" ? quote(value) : String(value);
  const entries = Object.entries(value).map(([name, item]) => `${quote(name)}: ${writePythonValue(item)}`);
  return `{${entries.join(", ")}}`;
}

/** Quote a text for Python and TypeScript: what JSON escapes, both read the same. */
function quote(text) {
  return JSON.stringify(text);
}

function quoteForShell(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function indent(text) {
  return text.replaceAll("\n", "\n  ");
}
