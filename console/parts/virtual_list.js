/** A list of which only the rows on the screen are in the page, so that thousands stay smooth. */

import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

const BEYOND = 8; // rows above and below the visible ones, for quick scrolling

/**
 * @param {{items: object[], rowHeight: number, label: string, getKey: (item: object) => string,
 *   children: (item: object, index: number) => unknown}} props `rowHeight` is in pixels, and every
 *   row has it. The page scrolls, not the list.
 */
export function VirtualList({ items, rowHeight, label, getKey, children }) {
  const list = useRef(null);
  const [range, setRange] = useState([0, 40]);
  const measure = () => {
    const { top } = list.current.getBoundingClientRect();
    const first = Math.max(0, Math.floor(-top / rowHeight) - BEYOND);
    const last = Math.ceil((window.innerHeight - top) / rowHeight) + BEYOND;
    setRange(([from, to]) => (from === first && to === last ? [from, to] : [first, last]));
  };
  useLayoutEffect(measure, [items.length, rowHeight]);
  useEffect(() => {
    window.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      window.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
    };
  }, [rowHeight]);
  const [first, last] = range;
  return html`<ul ref=${list} class="virtual-list" aria-label=${label}
    style=${{ height: `${items.length * rowHeight}px` }}>
    ${items.slice(first, last).map((item, index) => html`
      <li key=${getKey(item)} aria-setsize=${items.length} aria-posinset=${first + index + 1}
        style=${{ top: `${(first + index) * rowHeight}px`, height: `${rowHeight}px` }}>
        ${children(item, first + index)}
      </li>`)}
  </ul>`;
}
