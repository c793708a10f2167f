"""A new dialect is its own folders and the one line that registers it.

A copy of the project gets one more dialect of two endpoints; its document, its tables and its tests
then know it, though no other file was touched.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hangs import HANG_SECONDS

ROOT = Path(__file__).parents[2]
FOLDERS = (
    "client",
    "console",
    "functions",
    "shared",
    "infra",
    "tools",
    "tests",
    "docs",
    "requirements",
)
FILES = (
    *("pyproject.toml", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("Makefile", "cdk.json"),
)
RULES = (
    *("every_route", "every_list", "routes", "openapi", "layers", "names", "problems"),
    *("response_types", "documented_tables"),
)
IGNORE = shutil.ignore_patterns("__pycache__", "node_modules", ".*")

DIALECT = {
    "shared/routes/parrot.py": '''
"""Parrot's endpoints."""

from __future__ import annotations

from functools import partial

from shared.domain.access import Permission
from shared.routes.route import NEW_PROMPT, RECORD, Route

_names = partial(Route, dialect="parrot", path="/parrot/names", chapter="Parrot")

ROWS: tuple[Route, ...] = (
    _names(
        name="list_names",
        method="GET",
        permission=Permission.READ,
        actions=("access:Query", "prompts:BatchGetItem"),
    ),
    _names(
        name="create_name",
        method="POST",
        status=201,
        permission=Permission.WRITE,
        body=("NewName",),
        actions=(*NEW_PROMPT, *RECORD),
        problems=(409,),
    ),
)
''',
    "shared/dialects/parrot/__init__.py": '"""Parrot\'s dialect."""\n',
    "shared/dialects/parrot/about.py": '''
"""What Parrot's dialect says of itself."""

from __future__ import annotations

from shared.dialects.dialect import Dialect
from shared.dialects.parrot.requests import has_credential, load_body, parse_credential
from shared.dialects.parrot.responses import dump_problem

DIALECT = Dialect(
    name="parrot",
    title="Parrot",
    prefix="Parrot",
    chapters={"Parrot": "Names, repeated."},
    security={"ParrotKey": {"type": "apiKey", "in": "header", "name": "X-Parrot-Key"}},
    credential="the header `X-Parrot-Key`",
    error_model="Squawk",
    has_credential=has_credential,
    parse_credential=parse_credential,
    load_body=load_body,
    dump_problem=dump_problem,
)
''',
    "shared/dialects/parrot/models.py": '''
"""Parrot's documents."""

from __future__ import annotations

from pydantic import BaseModel
from typing_extensions import TypedDict


class NewName(BaseModel):
    name: str


class Names(TypedDict):
    names: list[str]


class Squawk(TypedDict):
    squawk: str
    request_id: str
''',
    "shared/dialects/parrot/requests.py": '''
"""What Parrot's requests say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from shared import exact_json
from shared.dialects.dialect import Credential
from shared.problems import InvalidRequest, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.request import Request

Model = TypeVar("Model")


def has_credential(headers: Mapping[str, str]) -> bool:
    """Tell whether headers carry Parrot's kind of credential."""
    return "x-parrot-key" in headers


def parse_credential(headers: Mapping[str, str]) -> Credential:
    """Parse the API key.

    Raises:
        Unauthorized: There is none.
    """
    if key := headers.get("x-parrot-key"):
        return Credential(key)
    raise Unauthorized


def load_body(request: Request, model: type[Model]) -> Model:
    """Load a body.

    Raises:
        InvalidRequest: It is none that the model takes.
    """
    from pydantic import ValidationError

    try:
        value = exact_json.decode(request.body)
        return cast("Model", cast("Any", model).model_validate(value))
    except (exact_json.NotJSONError, ValidationError) as error:
        raise InvalidRequest("name is required") from error
''',
    "shared/dialects/parrot/responses.py": '''
"""What Parrot's responses say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.responses import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.dialects.parrot import models
    from shared.problems import Problem


def dump_names(names: Iterable[str]) -> models.Names:
    """Dump names."""
    return {"names": [*names]}


def dump_problem(problem: Problem, request_id: str) -> Response[models.Squawk]:
    """Make the response to a problem."""
    body: models.Squawk = {"squawk": problem.message, "request_id": request_id}
    return Response(status=problem.status, body=body)
''',
    "functions/parrot/__init__.py": '"""Endpoints of Parrot\'s API."""\n',
    "functions/parrot/list_names.py": '''
"""Serve `GET /parrot/names`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.parrot.responses import dump_names
from shared.serve import serve

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.parrot.models import Names
    from shared.responses import Response


def list_names(call: Call) -> Response[Names]:
    """List the names of the team's prompts."""
    prompts = call.open_own_team().list_prompts()
    return call.respond(dump_names(prompt.name for _, prompt in prompts))


lambda_handler = serve(list_names)
''',
    "functions/parrot/create_name.py": '''
"""Serve `POST /parrot/names`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.dialects.parrot.models import NewName
from shared.dialects.parrot.responses import dump_names
from shared.domain import prompts
from shared.serve import serve
from shared.writing import create

if TYPE_CHECKING:
    from shared.call import Call
    from shared.dialects.parrot.models import Names
    from shared.responses import Response


def create_name(call: Call) -> Response[Names]:
    """Create a prompt that has a name and nothing else."""
    name = call.load_body(NewName).name
    team = call.open_own_team()
    return create(
        call,
        team,
        lambda origin: prompts.create(
            team_id=team.id, name=name, slug=prompts.make_slug(name), origin=origin
        ),
        lambda change: dump_names([change.after.name]),
    )


lambda_handler = serve(create_name)
''',
    "tests/routes/parrot.py": '''
"""Good calls of Parrot's routes."""

from tests.routes.sample import Sample

SAMPLES = {
    "list_names": Sample(stranger=None),
    "create_name": Sample(body={"name": "{new}"}, stranger=None),
}
''',
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the dialect in it."""
    folder = tmp_path_factory.mktemp("project")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=IGNORE)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    for path, text in DIALECT.items():
        file = folder / path
        assert not file.exists()
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.lstrip("\n"))
    table = folder / "shared" / "routes" / "table.py"
    text, count = re.subn(r"^(DIALECTS = \(.*)\)$", r'\1, "parrot")', table.read_text(), flags=re.M)
    assert count == 1
    table.write_text(text)
    run(folder, "-m", "infra.openapi")
    run(folder, "-m", "infra.documents")
    return folder


def run(folder: Path, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_document_describes_it(project: Path) -> None:
    document = json.loads((project / "shared/documents/openapi.json").read_text())

    operations = document["paths"]["/parrot/names"]
    assert operations["get"]["security"] == [{"ParrotKey": []}]
    assert operations["get"]["summary"] == "List the names of the team's prompts"
    assert document["components"]["schemas"]["ParrotSquawk"]["required"] == ["squawk", "request_id"]
    assert {"name": "Parrot", "description": "Names, repeated."} in document["tags"]


def test_the_tables_in_the_docs_list_it(project: Path) -> None:
    texts = [file.read_text() for file in (*project.glob("*.md"), *project.glob("docs/*.md"))]

    assert any("`GET /parrot/names`" in text for text in texts)


def test_every_rule_for_routes_holds_for_it(project: Path) -> None:
    """As well as for the others: some of these tests look at all routes at once."""
    contracts = [f"tests/contract/test_{name}.py" for name in RULES]

    # What is slow fills lists and pages, which no dialect does by itself.
    options = ("-q", "-p", "no:cacheprovider", "-m", "not slow")
    output = run(project, "-m", "pytest", *options, *contracts)

    assert " passed" in output
