// What an application in TypeScript writes, with the types that are generated from our document.
import type { components, paths } from "./openapi";

type Schemas = components["schemas"];

export const version: Schemas["CreateVersionRequest"] = {
  template: "Hello {{.name}}!",
  engine: "go",
  model: "openai/gpt-4o",
  model_params: { temperature: 0.2, stop: ["\n"], response_format: { type: "json_object" } },
};

export const payload: Schemas["CreatePromptPayloadRequest"] = {
  variables: { name: "Ada", orders: [1, 2], vip: true, address: { city: "London" } },
};

export const rendering: Schemas["RenderRequest"] = { variables: { name: "Ada" } };

export function readTemperature(read: Schemas["PromptVersion"]): unknown {
  return read.model_params?.["temperature"];
}

type Body<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Read } } } };
}
  ? Read
  : never;

export function readNames(prompts: Body<"/v1/teams/{team_id}/prompts">): string[] {
  return prompts.prompts.map((prompt) => prompt.name);
}

// @ts-expect-error: a template is a text
export const withNumber: Schemas["CreateVersionRequest"] = { template: 1, engine: "go" };

// @ts-expect-error: parameters are an object
export const withText: Schemas["CreateVersionRequest"] = { template: "", model_params: "hot" };
