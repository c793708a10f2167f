// What an application does with Tela's SDK, which has no methods for versions but for any path.
//
//   tela_writer.mjs ARGUMENTS-AS-JSON

import { createTelaClient } from "@meistrari/tela-sdk-js";

const { promptId, viewerKey } = JSON.parse(process.argv[2]);
const { API_KEY, BASE_URL } = process.env;
const tela = createTelaClient({ apiKey: API_KEY, baseURL: BASE_URL });
const MISSING = "00000000-0000-4000-8000-000000000000";

const version = {
  promptId,
  title: "first",
  content: "Summarise {{document}}.",
  markdownContent: "# Summarise\n\n{{document}}",
  configuration: {
    model: "gpt-4o",
    type: "chat",
    temperature: 0.3,
    structuredOutput: {
      enabled: true,
      schema: {
        type: "object",
        properties: { keyInsights: { type: "string" }, título: { type: "string" } },
        required: ["keyInsights"],
      },
    },
  },
  variables: [
    {
      name: "document",
      type: "file",
      required: true,
      description: "what to summarise",
      processingOptions: { allowMultimodal: true },
    },
  ],
  messages: [
    { role: "system", content: "Be brief.", index: 0 },
    { role: "user", content: null, index: 1 },
  ],
  draft: true,
};

const path = (id) => `/prompt-version/${id}`;
const list = () => tela.get("/prompt-version", { query: { promptId } });

// What a call that fails throws. The SDK tries some again by itself: how often is counted.
async function thrown(call) {
  let attempts = 0;
  const { fetch } = globalThis;
  globalThis.fetch = (...args) => ((attempts += 1), fetch(...args));
  try {
    const client = createTelaClient({ apiKey: API_KEY, baseURL: BASE_URL });
    return { answered: await call(client) };
  } catch (error) {
    const { message, statusCode } = error;
    return { name: error.constructor.name, statusCode, message, attempts };
  } finally {
    globalThis.fetch = fetch;
  }
}

const draft = await tela.post("/prompt-version", { body: version });
const edited = await tela.patch(path(draft.id), {
  body: { content: "Sum up {{document}}.", markdownContent: null },
});
const promoted = await tela.patch(path(draft.id), { body: { promoted: true, draft: false } });
const second = await tela.post("/prompt-version", {
  body: { ...version, title: "second", draft: false, promoted: true, messages: version.messages[0] },
});
const third = await tela.post("/prompt-version", { body: { ...version, title: "third" } });

const found = {
  version,
  draft,
  edited,
  promoted,
  second,
  read: await tela.get(path(draft.id)),
  listed: await list(),
  served: await tela.get(`/prompt/${promptId}/promoted-version`),
  deleted: await tela.delete(path(third.id)),
  remaining: await list(),
  canvases: await tela.get("/prompt", { query: { includeLastVersion: true } }),
  projects: await tela.get("/project"),
  failures: {
    conflict: await thrown((client) =>
      client.patch(path(second.id), { body: { content: "changed after all" } }),
    ),
    invalid: await thrown((client) =>
      client.post("/prompt-version", { body: { ...version, variables: undefined } }),
    ),
    missing: await thrown((client) => client.get(path(MISSING))),
    forbidden: await thrown(() =>
      createTelaClient({ apiKey: viewerKey, baseURL: BASE_URL }).post("/prompt-version", {
        body: version,
      }),
    ),
    unauthorized: await thrown(() =>
      createTelaClient({ apiKey: "ak_wrong", baseURL: BASE_URL }).get(path(draft.id)),
    ),
  },
};
console.log(JSON.stringify(found));
