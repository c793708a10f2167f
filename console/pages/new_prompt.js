/** The page on which a prompt is created, with its first text. */

import { dumpDraft, makeSlug, readDraft, renewKeys } from "../app/drafts.js";
import { findCopy, keepCopy, removeCopy } from "../app/local_copies.js";
import { say, sayError } from "../app/messages.js";
import { navigate } from "../app/router.js";
import { may, path, session, write } from "../app/session.js";
import { recogniseEngine, useCheck } from "../app/use_check.js";
import { nameCopy } from "../app/use_saving.js";
import { Choice, Empty, Field, Form, Section } from "../parts/controls.js";
import { Preview, Problems, Variables } from "../parts/draft_beside.js";
import { Texts, useControls } from "../parts/draft_fields.js";
import { html, useEffect, useRef, useState } from "../vendor/preact.js";

const COPY = "new";
const EXAMPLE = `You answer questions of our customers, in two or three friendly sentences.

The customer's name is {{ name }}. The question:

{{ question }}
`;

export function Page({ query }) {
  const teams = session.get().teams.filter(({ id }) => may(id, "write"));
  if (teams.length === 0) {
    return html`<${Empty} title="You cannot create prompts.">
      <p>Ask an admin of your team for the role of an editor.</p><//>`;
  }
  const first = teams.find(({ id }) => id === query.team) ?? teams[0];
  return html`<${NewPrompt} teams=${teams} first=${first.id} />`;
}

function NewPrompt({ teams, first }) {
  const [form, setForm] = useState(() => readForm(first));
  const { name, slug, description, teamId, draft } = form;
  const change = (fields) => setForm((form) => ({ ...form, ...fields }));
  const check = useCheck(draft, { team_id: teamId });
  const { getControl, go } = useControls();
  const attempts = useRef({});
  const isTouched = useRef(false);
  useEffect(() => {
    if (isTouched.current) keepCopy(COPY, form);
    isTouched.current = true;
  }, [form]);

  const create = async () => {
    const { fields, problems } = dumpDraft(draft);
    if (problems.length > 0 || check.findings.length > 0) {
      throw new Error("Mend the problems of the text first. They are listed beside it.");
    }
    const body = { name: name.trim(), slug: slug.trim(), description };
    const attempt = getAttempt(attempts.current, JSON.stringify([teamId, body]));
    const { value: { prompt } } = await write("POST", path`v1/teams/${teamId}/prompts`, body, { attempt });
    const address = `/prompts/${encodeURIComponent(prompt.id)}/edit`;
    try {
      fields.engine ??= await recogniseEngine(draft, { team_id: teamId });
      await write("POST", path`v1/prompts/${prompt.id}/versions`, fields, {
        attempt: getAttempt(attempts.current, JSON.stringify([prompt.id, fields])),
      });
      say(`${prompt.name} has its first version, a draft.`);
    } catch (error) {
      // The prompt is there: its editor offers the text.
      const target = { number: null, newest: null, etag: "", version: {} };
      keepCopy(nameCopy(prompt.id, target), { draft, target });
      sayError(error);
    }
    removeCopy(COPY);
    navigate(address, { replace: true });
  };

  return html`<${Form} onSubmit=${create}>
    <header class="page-header"><h1>New prompt</h1>
      <div class="actions"><button class="button primary">Create the prompt</button></div></header>
    <div class="editor">
      <div class="writing">
        <${Section} title="What it is">
          <div class="columns">
            <${Field} label="Name" value=${name} onInput=${(name) => change({ name })} required autofocus
              maxlength="255" placeholder="Answers of the support" />
            <${Field} label="Slug" value=${slug} onInput=${(slug) => change({ slug })} maxlength="255"
              placeholder=${makeSlug(name)}
              hint=${html`Applications ask for <code dir="auto">${makeSlug(slug || name) || "…"}</code>`} />
            ${teams.length > 1 && html`<${Choice} label="Team" value=${teamId}
              onChange=${(teamId) => change({ teamId })}
              options=${teams.map(({ id, name }) => [id, name])} />`}
          </div>
          <${Field} label="Description" value=${description}
            onInput=${(description) => change({ description })}
            placeholder="What it is for, so that others find it" />
        <//>
        <${Texts} draft=${draft} onChange=${(draft) => change({ draft })} check=${check}
          getControl=${getControl} isNew />
      </div>
      <aside class="beside" aria-label="About the text">
        <${Section} title="How it works">
          <p class="hint">What stands in <code>${"{{ }}"}</code> is a variable: applications send its value
            with each call. The first version is a draft: nobody gets it before you promote it.</p>
        <//>
        <${Problems} check=${check} onGo=${go} />
        <${Variables} names=${check.result.variables} liveNames=${null} />
        <${Preview} check=${check} payloads=${[]} payloadId="" onChoose=${() => {}}>
          With sample values, which you can store as payloads of the prompt, its rendering is shown here.
        <//>
      </aside>
    </div>
  <//>`;
}

/** Begin with the form of an earlier visit that was not finished, or with an example. */
function readForm(teamId) {
  const copy = findCopy(COPY)?.value;
  if (copy) {
    const isOwn = may(copy.teamId, "write");
    return { ...copy, teamId: isOwn ? copy.teamId : teamId, draft: renewKeys(copy.draft) };
  }
  return { name: "", slug: "", description: "", teamId, draft: readDraft({ template: EXAMPLE }) };
}

/** Name an attempt: the same name for the same request, so that repeating it does it once. */
function getAttempt(attempts, key) {
  return (attempts[key] ??= crypto.randomUUID());
}
