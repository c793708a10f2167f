/** The console: the page of the current address, for whoever has signed in. */

import { Layout, Messages } from "../parts/layout.js";
import { Empty } from "../parts/controls.js";
import { Problem } from "../parts/loading.js";
import { SignIn } from "../pages/sign_in.js";
import { html, render, useEffect, useRef, useState } from "../vendor/preact.js";
import { PAGES } from "./pages.js";
import { address, findPage } from "./router.js";
import { session } from "./session.js";
import { useStore } from "./store.js";

function Console() {
  const current = useStore(session);
  return html`
    ${current ? html`<${Layout}><${CurrentPage} /><//>` : html`<${SignIn} />`}
    ${current?.isExpired && html`<${SignIn} isRenewal />`}
    <${Messages} />
  `;
}

function CurrentPage() {
  const { pathname, query } = useStore(address);
  const target = findPage(PAGES, pathname);
  const { Page, error } = usePage(target?.page);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!Page) return;
    document.title = `${target.page.title} · Cuebook`;
    // Who hears the page is told of a new one, unless it has put the focus somewhere itself.
    const content = document.getElementById("content");
    if (!isFirst.current && !content.contains(document.activeElement)) content.focus({ preventScroll: true });
    isFirst.current = false;
  }, [Page, pathname]);
  if (!target) return html`<${Empty} title="There is no such page."><a href="#/">All prompts</a><//>`;
  if (error) return html`<${Problem} error=${error} onRetry=${() => location.reload()} />`;
  if (!Page) return html`<p class="loading" role="status">Loading …</p>`;
  return html`<${Page} key=${pathname} query=${query} ...${target.segments} />`;
}

/** Load the module and the style sheet of a page when it is first shown. */
function usePage(page) {
  const [loaded, setLoaded] = useState({});
  useEffect(() => {
    let isCurrent = true;
    const set = (value) => isCurrent && setLoaded({ page, ...value });
    if (page) {
      Promise.all([page.load(), loadStyle(page.style)]).then(
        ([{ Page }]) => set({ Page }),
        (error) => set({ error }),
      );
    }
    return () => { isCurrent = false; };
  }, [page]);
  return loaded.page === page ? loaded : {};
}

function loadStyle(name) {
  const href = new URL(`../styles/${name}.css`, import.meta.url).href;
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return null;
  return new Promise((resolve, reject) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.onload = resolve;
    link.onerror = () => reject(new Error("The page could not be loaded. Load it again."));
    document.head.append(link);
  });
}

render(html`<${Console} />`, document.getElementById("console"));
