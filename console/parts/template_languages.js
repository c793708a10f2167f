/** The colours of template languages: where a variable or a tag is, not whether it is right. */

/** A reference to another prompt, in all languages. */
const REFERENCE = /@@@langfusePrompt:.*?@@@/;
const WORDS = new Set(
  `if else elseif elif elsif end endif unless endunless case when endcase for in endfor range with
  endwith block endblock define template break continue set endset assign capture endcapture macro
  endmacro include import from extends raw endraw comment endcomment filter endfilter and or not is
  true false nil none null True False None contains cycle increment decrement tablerow liquid echo`
    .split(/\s+/),
);
const OUTPUT = { open: "{{", close: "}}" };
const TAG = { open: "{%", close: "%}" };

/**
 * What is marked up by language: `regions` have expressions inside, `wholes` are a token each.
 *
 * @type {Record<string, {regions?: {open: string, close: string}[], wholes?: [RegExp, string][],
 *   comments?: {open: string, close: string}[]}>}
 */
const MARKUP = {
  go: {
    regions: [OUTPUT],
    comments: [{ open: "{{/*", close: "*/}}" }, { open: "{{- /*", close: "*/ -}}" }],
  },
  jinja: { regions: [OUTPUT, TAG], comments: [{ open: "{#", close: "#}" }] },
  liquid: { regions: [OUTPUT, TAG], comments: [{ open: "{% comment %}", close: "{% endcomment %}" }] },
  simple: { wholes: [[/\{\{[^{}]+\}\}/, "variableName"]] },
  tela: { wholes: [[/\{[^{}]+\}/, "variableName"]] },
};

/**
 * Build the parser of a template language for `StreamLanguage.define`.
 *
 * @param {string} engine A language that is not in the list is plain text.
 */
export function buildParser(engine) {
  const { regions = [], comments = [], wholes = [] } = MARKUP[engine] ?? {};
  const tokens = [[REFERENCE, "link"], ...wholes];
  return {
    name: engine,
    startState: () => ({ close: "", isComment: false }),
    token(stream, state) {
      if (state.isComment) return readComment(stream, state);
      if (state.close) return readExpression(stream, state);
      for (const [pattern, name] of tokens) if (stream.match(pattern)) return name;
      for (const { open, close } of comments) {
        if (stream.match(open)) {
          Object.assign(state, { close, isComment: true });
          return "comment";
        }
      }
      for (const { open, close } of regions) {
        if (stream.match(open)) {
          stream.match(/[-~+]/);
          state.close = close;
          return "bracket";
        }
      }
      stream.next();
      stream.eatWhile(/[^{@]/);
      return null;
    },
  };
}

function readComment(stream, state) {
  if (stream.match(state.close)) Object.assign(state, { close: "", isComment: false });
  else stream.next();
  return "comment";
}

function readExpression(stream, state) {
  if (stream.match(new RegExp(`[-~+]?${state.close.replace(/[}%]/g, "\\$&")}`))) {
    state.close = "";
    return "bracket";
  }
  if (stream.eatSpace()) return null;
  if (stream.match(/"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?/)) return "string";
  if (stream.match(/\d+(?:\.\d+)?/)) return "number";
  const word = stream.match(/[.$]?[\p{L}_][\p{L}\p{N}_]*/u);
  if (word) return WORDS.has(word[0]) ? "keyword" : "variableName";
  stream.next();
  return "operator";
}
