// The versions of a prompt as Tela's SDK lists them.
//
//   tela_lister.mjs PROMPT-ID

import { createTelaClient } from "@meistrari/tela-sdk-js";

const { API_KEY, BASE_URL } = process.env;
const tela = createTelaClient({ apiKey: API_KEY, baseURL: BASE_URL });
const query = { promptId: process.argv[2] };
console.log(JSON.stringify(await tela.get("/prompt-version", { query })));
