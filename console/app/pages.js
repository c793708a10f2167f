/** The pages by address. Each is a module of its own, which is loaded when it is first shown. */

export const PAGES = [
  { pattern: "/", load: () => import("../pages/prompts.js") },
];
