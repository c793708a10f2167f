// What Langfuse's SDKs for Node.js compile of prompts.
//
// langfuse_texts.mjs PACKAGE HANDLES-AND-VALUES-AS-JSON
import { createRequire } from "node:module";

const [, , packageName, asked] = process.argv;
const require = createRequire(new URL("../", import.meta.url));
const { LangfuseClient, Langfuse } = require(packageName);
const { handles, values } = JSON.parse(asked);
const settings = {
  publicKey: "pk-lf-1",
  secretKey: process.env.API_KEY,
  baseUrl: process.env.BASE_URL,
};
const get = LangfuseClient
  ? (handle) => new LangfuseClient(settings).prompt.get(handle)
  : (handle) => new Langfuse(settings).getPrompt(handle);
const texts = {};
for (const handle of handles) {
  const compiled = (await get(handle)).compile(values);
  texts[handle] = typeof compiled === "string" ? compiled : compiled[0].content;
}
process.stdout.write(`\n${JSON.stringify(texts)}\n`);
