/** The console: the page of the current address, for whoever has signed in. */

import { Layout, Messages } from "../parts/layout.js";
import { Empty } from "../parts/controls.js";
import { SignIn } from "../pages/sign_in.js";
import { html, render, useEffect, useState } from "../vendor/preact.js";
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
  const Page = useModule(target?.page.load);
  if (!target) return html`<${Empty} title="There is no such page."><a href="#/">All prompts</a><//>`;
  if (!Page) return html`<p class="loading" role="status">Loading …</p>`;
  return html`<${Page} key=${pathname} query=${query} ...${target.segments} />`;
}

/** Load the module of a page when it is first shown. */
function useModule(load) {
  const [loaded, setLoaded] = useState({ load: null, Page: null });
  useEffect(() => {
    let isCurrent = true;
    load?.().then(({ Page }) => isCurrent && setLoaded({ load, Page }));
    return () => { isCurrent = false; };
  }, [load]);
  return loaded.load === load ? loaded.Page : null;
}

render(html`<${Console} />`, document.getElementById("console"));
