// What LangWatch's TypeScript SDK compiles of prompts, and what Maxim's reads of them.
//
//   compile_texts.mjs HANDLES-AND-VALUES-AND-IDS-AS-JSON

import maximJs from "@maximai/maxim-js";
import { LangWatch } from "langwatch";

const { Maxim, QueryBuilder } = maximJs;
const { handles, values, ids } = JSON.parse(process.argv[2]);
const { API_KEY, BASE_URL } = process.env;

const langwatch = new LangWatch({ apiKey: API_KEY, endpoint: BASE_URL });
const compiled = {};
for (const handle of handles) {
  const prompt = await langwatch.prompts.get(handle);
  try {
    compiled[handle] = prompt.compile(values).messages[0].content;
  } catch (error) {
    compiled[handle] = error.name;
  }
}

const maxim = new Maxim({ apiKey: API_KEY, baseUrl: BASE_URL, promptManagement: true });
const read = {};
for (const [handle, id] of Object.entries(ids)) {
  const rule = new QueryBuilder().and().deploymentVar("any", "thing", false).build();
  read[handle] = (await maxim.getPrompt(id, rule))?.messages[0].content ?? null;
}
await maxim.cleanup();
console.log(`\n${JSON.stringify({ compiled, read })}`);
process.exit();
