/** Differences between texts, side by side or inline, and the way from one to the next. */

import { changeQuery } from "../app/router.js";
import { useShortcuts } from "../app/shortcuts.js";
import { html, useRef, useState } from "../vendor/preact.js";
import { Button, Choice } from "./controls.js";

const CONTEXT = 3; // lines that are the same and shown around a difference
const LEAST_FOLDED = 4;
const MOST_CHANGED = 400; // lines of one difference that are shown at once
const VIEWS = [["side", "Side by side"], ["inline", "Inline"]];
const INVISIBLE = { " ": "·", "\t": "⇥", "\r": "␍", "\u00a0": "⍽", "\u200b": "␣", "\ufeff": "␣" };

/**
 * The view that the address asks for: `side` or `inline`, or another one of the page.
 *
 * @param {Record<string, string>} query
 */
export function getView({ view }) {
  return view ?? (matchMedia("(max-width: 40rem)").matches ? "inline" : "side");
}

/**
 * What is about all differences in `children`: how many there are, how they are shown, and the way
 * from one to the next, also with the keys n and N.
 *
 * @param {{rows: import("../app/differences.js").Row[], view: string, views?: string[][],
 *   children: unknown}} props `rows` are those of all texts in `children`.
 */
export function Differences({ rows, view, views = VIEWS, children }) {
  const content = useRef(null);
  const go = (step) => goTo(content.current, step);
  useShortcuts({ n: ["Next difference", () => go(1)], N: ["Previous difference", () => go(-1)] });
  const summary = describeChanges(rows);
  return html`<div class="differences">
    <div class="difference-bar">
      <p role="status">${summary || "There is no difference."}</p>
      <div class="actions">
        ${summary && html`
          <${Button} onPress=${() => go(-1)} shortcut="N">Previous<span class="hidden"> difference</span><//>
          <${Button} onPress=${() => go(1)} shortcut="n">Next<span class="hidden"> difference</span><//>`}
        <${Choice} label="View" isLabelHidden value=${view} options=${views}
          onChange=${(view) => changeQuery({ view })} />
      </div>
    </div>
    <div ref=${content}>${children}</div>
  </div>`;
}

/** The ways in which differences can be shown, with more of a page's own. */
export function listViews(...more) {
  return [...VIEWS, ...more];
}

/** What has changed, in words: "2 lines changed, 1 added"; "" where nothing has. */
export function describeChanges(rows) {
  const counts = { changed: 0, added: 0, removed: 0 };
  for (const { kind } of rows) if (kind !== "same") counts[kind]++;
  const [first, ...others] = Object.entries(counts).filter(([, count]) => count > 0);
  if (!first) return "";
  const lines = first[1] === 1 ? "1 line" : `${first[1]} lines`;
  return [`${lines} ${first[0]}`, ...others.map(([kind, count]) => `${count} ${kind}`)].join(", ");
}

/**
 * The differences between two texts.
 *
 * @param {{rows: import("../app/differences.js").Row[], view: string, label: string, before?: string,
 *   after?: string}} props `label` says what the texts are, `before` and `after` which ones.
 */
export function TextDifference({ rows, view, label, before = "Before", after = "After" }) {
  const isInline = view === "inline";
  return html`<div class="difference-scroll" role="region" aria-label=${label} tabindex="0">
    <table class="text-difference ${isInline ? "inline" : "side"}">
      <caption class="hidden">${label}</caption>
      ${isInline
        ? html`<colgroup><col class="line" /><col class="line" /><col class="sign" /><col /></colgroup>
            <thead><tr><th scope="col" colspan="4">− ${before}, + ${after}</th></tr></thead>`
        : html`<colgroup><col class="line" /><col class="sign" /><col /><col class="line" /><col class="sign" /><col /></colgroup>
            <thead><tr><th scope="col" colspan="3">${before}</th><th scope="col" colspan="3">${after}</th></tr></thead>`}
      ${splitStretches(rows).map((stretch) => html`
        <${Stretch} key=${getKey(stretch[0])} rows=${stretch} isInline=${isInline}
          isFirst=${stretch[0] === rows[0]} isLast=${stretch.at(-1) === rows.at(-1)} />`)}
    </table>
  </div>`;
}

/** Lines that follow each other and are all the same, or all different. */
function Stretch({ rows, isInline, isFirst, isLast }) {
  const [isOpen, setOpen] = useState(false);
  const isSame = rows[0].kind === "same";
  const head = isSame ? (isFirst ? 0 : CONTEXT) : MOST_CHANGED;
  const tail = isSame && !isLast ? CONTEXT : 0;
  const hidden = rows.length - head - tail;
  const isFolded = !isOpen && hidden >= LEAST_FOLDED;
  const show = (row) => html`<${isInline ? InlineRow : SideRow} key=${getKey(row)} row=${row} />`;
  return html`<tbody data-difference=${isSame ? undefined : ""} tabindex=${isSame ? undefined : "-1"}>
    ${(isFolded ? rows.slice(0, head) : rows).map(show)}
    ${isFolded && html`<tr class="fold"><td colspan=${isInline ? 4 : 6}>
      <button type="button" class="link" onClick=${() => setOpen(true)}>Show ${hidden} lines</button>
    </td></tr>`}
    ${isFolded && rows.slice(rows.length - tail).map(show)}
  </tbody>`;
}

function SideRow({ row: { kind, before, after } }) {
  return html`<tr class=${kind}>
    ${before ? html`<${Cells} side=${before} kind=${kind} isBefore />` : html`<td colspan="3" class="none" />`}
    ${after ? html`<${Cells} side=${after} kind=${kind} />` : html`<td colspan="3" class="none" />`}
  </tr>`;
}

function Cells({ side: { line, parts }, kind, isBefore }) {
  return html`
    <td class="line">${line}</td>
    <td class="sign ${getSide(kind, isBefore)}">${getSign(kind, isBefore)}</td>
    <td class="words ${getSide(kind, isBefore)}" dir="auto"><${Parts} parts=${parts} isBefore=${isBefore} /></td>`;
}

function InlineRow({ row: { kind, before, after } }) {
  const show = (side, isBefore, lineBefore, lineAfter) => html`<tr class=${kind}>
    <td class="line">${lineBefore}</td><td class="line">${lineAfter}</td>
    <td class="sign ${getSide(kind, isBefore)}">${getSign(kind, isBefore)}</td>
    <td class="words ${getSide(kind, isBefore)}" dir="auto"><${Parts} parts=${side.parts} isBefore=${isBefore} /></td>
  </tr>`;
  if (kind === "same") return show(after, false, before.line, after.line);
  return html`${before && show(before, true, before.line, null)}${after && show(after, false, null, after.line)}`;
}

function Parts({ parts, isBefore }) {
  return parts.map(({ text, isChanged }, index) => {
    if (!isChanged) return text;
    const shown = /^\s*$/.test(text) ? text.replace(/[^]/gu, (sign) => INVISIBLE[sign] ?? sign) : text;
    return isBefore ? html`<del key=${index}>${shown}</del>` : html`<ins key=${index}>${shown}</ins>`;
  });
}

function getSide(kind, isBefore) {
  if (kind === "same") return "";
  return isBefore ? "before" : "after";
}

function getSign(kind, isBefore) {
  if (kind === "same") return "";
  return isBefore ? "−" : "+";
}

function getKey({ before, after }) {
  return `${before?.line ?? ""}:${after?.line ?? ""}`;
}

function splitStretches(rows) {
  const stretches = [];
  for (const row of rows) {
    const last = stretches.at(-1);
    if (last && (last[0].kind === "same") === (row.kind === "same")) last.push(row);
    else stretches.push([row]);
  }
  return stretches;
}

/** Go to the next difference after the one that has the focus, or to the previous one. */
function goTo(content, step) {
  const all = [...content.querySelectorAll("[data-difference]")];
  if (all.length === 0) return;
  const current = all.indexOf(document.activeElement.closest("[data-difference]"));
  const start = current === -1 && step < 0 ? 0 : current;
  const target = all[(start + step + all.length) % all.length];
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: target.offsetHeight < innerHeight / 2 ? "center" : "start" });
}
