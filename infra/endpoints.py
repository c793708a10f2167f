"""Keeps the README's table of endpoints what the route table says.

python -m infra.endpoints          writes it
python -m infra.endpoints --check  fails where it is not current
"""

import ast
import re
import sys
from pathlib import Path

from shared.routes import ROUTES, Route

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TITLES = {"registry": "Cuebook and px0", "langwatch": "LangWatch"}
TABLE = re.compile(r"(?<=<!-- endpoints -->\n).*?(?=<!-- /endpoints -->)", re.DOTALL)


def table() -> str:
    """A chapter for each dialect, in the order of the route table."""
    return "\n".join(
        f"### {TITLES.get(dialect, dialect.capitalize())}\n\n{_rows(dialect)}"
        for dialect in dict.fromkeys(route.dialect for route in ROUTES)
    )


def _rows(dialect: str) -> str:
    rows = ["| call | what it does | who may |", "|---|---|---|"]
    rows += [
        f"| `{route.method} {route.path}` | {summary(route)} | {route.allow} |"
        for route in ROUTES
        if route.dialect == dialect
    ]
    return "\n".join(rows) + "\n"


def summary(route: Route) -> str:
    """The endpoint's docstring, read without importing the endpoint."""
    source = (ROOT / route.module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == route.name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise ValueError(f"{route.module} does not define {route.name}")


def main() -> int:
    before = README.read_text(encoding="utf-8")
    after = TABLE.sub(lambda _: table(), before)
    if "--check" in sys.argv:
        if before != after:
            sys.stderr.write("the README's table of endpoints is not current: make documents\n")
        return int(before != after)
    README.write_text(after, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
