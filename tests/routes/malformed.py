"""What callers may send that no route takes."""

from __future__ import annotations

# Bodies that are no JSON object, by what is wrong with them.
MALFORMED_BODIES: dict[str, str | bytes] = {
    "empty": b"",
    "blank": "  \n",
    "cut off": '{"a": 1',
    "trailing text": '{"template": "x"} x',
    "two values": "{}{}",
    "byte order mark": b'\xef\xbb\xbf{"template": "x"}',
    "byte order mark in the text": '\ufeff{"template": "x"}',
    "utf-16": '{"template": "x"}'.encode("utf-16"),
    "not utf-8": b'{"template": "a\xffb"}',
    "list": '[{"template": "x"}]',
    "text": '"template"',
    "number": "7",
    "true": "true",
    "NaN": '{"a": NaN}',
    "Infinity": '{"a": [-Infinity]}',
    "single quotes": "{'template': 'x'}",
    "no quotes": "{template: 1}",
    "comment": '{"template": "x"} // why',
    "trailing comma": '{"template": "x",}',
    "control character": '{"template": "a\nb"}',
    "bad escape": r'{"template": "\x41"}',
    "deep lists": "[" * 100_000,
    "deep lists that end": "[" * 100_000 + "]" * 100_000,
    "deep objects": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "deep inside a field": '{"variables": ' + "[" * 201 + "]" * 201 + "}",
    "form": "template=x",
}
# Parts of a path or a query that are no id, no name, no number and no cursor; percent-encoded.
MALFORMED_TEXTS = (
    "x",
    "-1",
    "0",
    "9" * 30,
    "a" * 3000,
    "..",
    "%00",
    "%2F",
    "%FF%FE",
    "%F0%9F%98%80",
)
NO_LIMITS = ("0", "-1", "x", "1.5", "1e2", "+5", "%D9%A5", "%00", "9" * 5000)
