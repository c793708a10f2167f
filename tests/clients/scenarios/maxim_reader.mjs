// What an application reads with maxim-js.
//
//   maxim_reader.mjs ARGUMENTS-AS-JSON

import maximJs from "@maximai/maxim-js";

const { Maxim, QueryBuilder } = maximJs;
const { chosen, queries, rich, deleted, folder, missing } = JSON.parse(process.argv[2]);
const { API_KEY, BASE_URL } = process.env;

function rule({ variables = {}, version, folder }) {
  const builder = new QueryBuilder().and();
  for (const [name, value] of Object.entries(variables)) builder.deploymentVar(name, value);
  if (version) builder.promptVersionNumber(version);
  if (folder) builder.folder(folder);
  return builder.build();
}

function reader(apiKey, raiseExceptions = false) {
  return new Maxim({ apiKey, baseUrl: BASE_URL, promptManagement: true, raiseExceptions });
}

async function thrown(call) {
  try {
    return { answered: (await call()) ?? null };
  } catch (error) {
    return { thrown: error?.message ?? error };
  }
}

const shown = (prompt) =>
  prompt && {
    id: prompt.promptId,
    version: prompt.version,
    model: prompt.model,
    provider: prompt.provider,
    parameters: prompt.modelParameters,
    messages: prompt.messages,
  };
const maxim = reader(API_KEY);
const get = async (id, query) => shown(await maxim.getPrompt(id, rule(query))) ?? null;
const strict = reader(API_KEY, true);

const found = {
  chosen: [],
  byNumber: await get(chosen, { version: 1 }),
  rich: await get(rich, { variables: { Suite: "JavaScript" } }),
  deleted: await get(deleted, { variables: { Suite: "JavaScript" } }),
  inFolder: (await maxim.getPrompts(rule({ variables: { Suite: "JavaScript" }, folder }))).map(shown),
  folder: await maxim.getFolderById(folder),
  missing: await thrown(() => strict.getPrompt(missing, rule({ variables: { a: "b" } }))),
  run: await thrown(async () => (await strict.getPrompt(chosen, rule({ version: 1 }))).run("Hi")),
};
for (const query of queries) found.chosen.push(await get(chosen, query));
await Promise.all([maxim.cleanup(), strict.cleanup()]);
console.log(`\n${JSON.stringify(found)}`);
process.exit();
