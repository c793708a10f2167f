/** Which prompts of a list are shown, and in which order. */

/**
 * @typedef {object} Filter All are texts; one that is empty or missing lets every prompt through.
 * @property {string} [q] Words, each of which the name, slug, description or a keyword contains.
 * @property {"live" | "drafts" | "archived"} [status] Without it, all that are not archived.
 * @property {string} [tag]
 * @property {string} [team] The id of a team.
 * @property {string} [by] The id of who changed the prompt last.
 * @property {"name"} [sort] Without it, what was changed last comes first.
 */

const texts = new WeakMap(); // what is searched of a prompt

/**
 * Filter prompts and sort them.
 *
 * @param {object[]} prompts With their pointers.
 * @param {Filter} filter
 */
export function filterPrompts(prompts, { q = "", status, tag, team, by, sort }) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  return prompts
    .filter(
      (prompt) =>
        hasStatus(prompt, status) &&
        (!tag || prompt.pointers.some(({ pointer }) => pointer === tag)) &&
        (!team || prompt.team_id === team) &&
        (!by || prompt.changed_by?.id === by) &&
        hasWords(prompt, words),
    )
    .sort(sort === "name" ? compareNames : compareChanges);
}

/** List the tags of prompts in alphabetical order. */
export function listTags(prompts) {
  const names = new Set(prompts.flatMap(({ pointers }) => pointers.map(({ pointer }) => pointer)));
  names.delete("live");
  return [...names].sort();
}

/** Find where a pointer of a prompt is. */
export function findPointer(prompt, name) {
  return prompt.pointers.find(({ pointer }) => pointer === name);
}

function hasStatus(prompt, status) {
  if (status === "archived") return prompt.status === "archived";
  if (prompt.status === "archived") return false;
  if (status === "live") return Boolean(findPointer(prompt, "live"));
  if (status === "drafts") return prompt.last_version > 0 && prompt.newest_stable === null;
  return true;
}

function hasWords(prompt, words) {
  if (words.length === 0) return true;
  if (!texts.has(prompt)) {
    const { name, slug, description, keywords } = prompt;
    texts.set(prompt, fold([name, slug, description, ...keywords].join("\n")));
  }
  const text = texts.get(prompt);
  return words.every((word) => text.includes(word));
}

function fold(text) {
  return text.normalize("NFC").toLowerCase();
}

const { compare: compareTexts } = new Intl.Collator("en", { numeric: true });

function compareNames(one, other) {
  return compareTexts(one.name, other.name);
}

function compareChanges(one, other) {
  const [at, otherAt] = [getChangeTime(one), getChangeTime(other)];
  return at < otherAt ? 1 : at > otherAt ? -1 : compareNames(one, other);
}

/** Get when a prompt was changed last; keys of some pointers know only of its own fields. */
export function getChangeTime({ changed_at, updated_at }) {
  return changed_at ?? updated_at;
}
