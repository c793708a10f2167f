// What Langfuse's SDKs for Node.js write, read, label, list and delete.
//
// langfuse_user.mjs PACKAGE NAME
import { createRequire } from "node:module";

const [, , packageName, name] = process.argv;
const require = createRequire(new URL("../", import.meta.url));
const { LangfuseClient, Langfuse } = require(packageName);
const settings = {
  publicKey: "pk-lf-1",
  secretKey: process.env.API_KEY,
  baseUrl: process.env.BASE_URL,
};
const isNew = packageName.startsWith("@");
const client = isNew ? new LangfuseClient(settings) : new Langfuse(settings);
const create = (body) => (isNew ? client.prompt.create(body) : client.createPrompt(body));
const get = (target, { version, ...options } = {}) =>
  isNew
    ? client.prompt.get(target, { cacheTtlSeconds: 0, maxRetries: 0, version, ...options })
    : client.getPrompt(target, version, { cacheTtlSeconds: 0, maxRetries: 0, ...options });
const chat = [
  { role: "system", content: "You are {{who}}" },
  { type: "placeholder", name: "history" },
];
const seen = {};

const made = [
  await create({
    name,
    type: "text",
    prompt: "Hello {{name}}, {{ city }}!",
    labels: ["production"],
    tags: ["a", "b"],
    config: { model: "gpt-4o", temperature: 0.5 },
    commitMessage: "first",
  }),
  await create({ name, prompt: "Bye {{name}}!", labels: ["staging"] }),
];
seen.created = made.map((prompt) => prompt.version);
await create({ name: `${name} chat`, type: "chat", prompt: chat, labels: ["production"] });

const values = { name: "Ada", city: "{{name}}" };
const dump = (prompt) => ({
  version: prompt.version,
  labels: [...prompt.labels].sort(),
  tags: prompt.tags,
  config: prompt.config,
  compiled: prompt.compile(values),
});
seen.production = dump(await get(name));
seen.by_version = dump(await get(name, { version: 2 }));
seen.by_label = (await get(name, { label: "staging" })).version;
seen.latest = (await get(name, { label: "latest" })).version;
const talk = await get(`${name} chat`, { type: "chat" });
seen.chat = talk.compile({ who: "Ada" }, { history: [{ role: "user", content: "Why?" }] });
seen.unknown = await get("no such prompt").then(String, (error) => "refused");
const fallback = await get("no such prompt", { fallback: "Hi {{name}}" });
seen.fallback = [fallback.compile({ name: "Ada" }), fallback.isFallback];

const change = { name, version: 2, newLabels: ["production", "b"] };
await (isNew ? client.prompt.update(change) : client.updatePrompt(change));
seen.moved = (await get(name)).version;
await create({
  name: `${name} whole`,
  prompt: `<@@@langfusePrompt:name=${name}|label=production@@@>`,
  labels: ["production"],
});
seen.composed = (await get(`${name} whole`)).compile({ name: "Ada" });
if (isNew) {
  const list = (await client.api.prompts.list({ name })).data;
  seen.list = list.map((entry) => [entry.name, entry.versions, [...entry.labels].sort()]);
  await client.prompt.delete(`${name} whole`);
  await client.prompt.delete(name);
  seen.after = await get(name, { label: "latest" }).then(String, () => "refused");
} else {
  client.trace({ name: "trace" });
  await client.flushAsync();
}
console.log(`\n${JSON.stringify(seen)}`);
