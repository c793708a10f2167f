/**
 * The pages by address. Each has a module and a style sheet, which are loaded when it is first
 * shown. The module exports `Page`, which gets the segments of the address and its `query`.
 */

export const PAGES = [
  { pattern: "/", title: "Prompts", style: "prompts", load: () => import("../pages/prompts.js") },
  { pattern: "/new", title: "New prompt", style: "editor", load: () => import("../pages/new_prompt.js") },
  { pattern: "/prompts/{id}", title: "Prompt", style: "prompt", load: () => import("../pages/prompt.js") },
  { pattern: "/prompts/{id}/history", title: "History", style: "prompt", load: () => import("../pages/history.js") },
  { pattern: "/prompts/{id}/edit", title: "Edit", style: "editor", load: () => import("../pages/edit.js") },
  { pattern: "/prompts/{id}/compare", title: "Compare", style: "compare", load: () => import("../pages/compare.js") },
  { pattern: "/prompts/{id}/try", title: "Try", style: "try", load: () => import("../pages/try.js") },
  { pattern: "/prompts/{id}/release", title: "Release", style: "release", load: () => import("../pages/release.js") },
  { pattern: "/prompts/{id}/payloads", title: "Payloads", style: "manage", load: () => import("../pages/payloads.js") },
  { pattern: "/prompts/{id}/usage", title: "Use", style: "usage", load: () => import("../pages/usage.js") },
  { pattern: "/teams", title: "Teams", style: "manage", load: () => import("../pages/teams.js") },
  { pattern: "/teams/{id}", title: "Team", style: "manage", load: () => import("../pages/team.js") },
  { pattern: "/account", title: "Account", style: "manage", load: () => import("../pages/account.js") },
];
