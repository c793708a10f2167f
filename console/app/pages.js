/**
 * The pages by address. Each has a module and a style sheet, which are loaded when it is first
 * shown. The module exports `Page`, which gets the segments of the address and its `query`.
 */

export const PAGES = [
  { pattern: "/", style: "prompts", load: () => import("../pages/prompts.js") },
  { pattern: "/new", style: "editor", load: () => import("../pages/new_prompt.js") },
  { pattern: "/prompts/{id}", style: "prompt", load: () => import("../pages/prompt.js") },
  { pattern: "/prompts/{id}/history", style: "prompt", load: () => import("../pages/history.js") },
  { pattern: "/prompts/{id}/edit", style: "editor", load: () => import("../pages/edit.js") },
  { pattern: "/prompts/{id}/compare", style: "compare", load: () => import("../pages/compare.js") },
  { pattern: "/prompts/{id}/try", style: "try", load: () => import("../pages/try.js") },
  { pattern: "/prompts/{id}/release", style: "release", load: () => import("../pages/release.js") },
  { pattern: "/prompts/{id}/payloads", style: "manage", load: () => import("../pages/payloads.js") },
  { pattern: "/prompts/{id}/usage", style: "usage", load: () => import("../pages/usage.js") },
  { pattern: "/teams", style: "manage", load: () => import("../pages/teams.js") },
  { pattern: "/teams/{id}", style: "manage", load: () => import("../pages/team.js") },
  { pattern: "/account", style: "manage", load: () => import("../pages/account.js") },
];
