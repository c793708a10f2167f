"""The APIs of other products when they do not answer as they should."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from cuebook.errors import ConfigurationError
from cuebook.importers import apis
from cuebook.importers.apis import Api
from cuebook.importers.catalog import SOURCES
from cuebook.importers.items import Failure, UnreadableError
from tests.python_client.service import drip, respond, run_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.python_client.service import Handler


@contextmanager
def serve(answer: Callable[[Handler], None]) -> Iterator[str]:
    """Answer all requests; gives the address."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of connections that the client has given up."""

    class OneAnswer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with run_server(Server(("127.0.0.1", 0), OneAnswer)) as url:
        yield url


def say(document: Any) -> Callable[[Handler], None]:
    return lambda handler: respond(handler, json.dumps(document).encode())


def drip_header(handler: Handler) -> None:
    """Answer with a byte of a header now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    for _ in range(100):
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("answer", [drip_header, lambda handler: drip(handler, b"")])
def test_a_response_has_a_total_time(
    answer: Callable[[Handler], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apis, "SECONDS", 0.5)
    with serve(answer) as url, Api("Maxim", url) as api:
        begin = time.monotonic()
        with pytest.raises(UnreadableError) as caught:
            api.get("/v1/prompts")
        assert time.monotonic() - begin < 2.0
    assert str(caught.value) == (
        "Maxim: GET 127.0.0.1/v1/prompts: the whole response was not there within 0.5 seconds"
    )


def test_a_response_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apis, "LARGEST_BODY", 1000)
    with (
        serve(lambda handler: respond(handler, b" " * 1001)) as url,
        Api("Maxim", url) as api,
        pytest.raises(UnreadableError, match=r"^Maxim: GET 127.0.0.1/a: .* than 1,000 bytes"),
    ):
        api.get("/a", limit=1)


@pytest.mark.parametrize("url", ["", "ftp://a", "http://", "http://[", "http://a:b", "http://a:0"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ConfigurationError, match="is no address of an API"):
        Api("Maxim", url)


ENVIRONMENT = {
    "langfuse": {
        "LANGFUSE_HOST": "{url}",
        "LANGFUSE_PUBLIC_KEY": "pk",
        "LANGFUSE_SECRET_KEY": "sk",
    },
    "px0": {"PX0_URL": "{url}", "PX0_API_KEY": "k", "PX0_TEAM_ID": "t"},
    "langwatch": {"LANGWATCH_ENDPOINT": "{url}", "LANGWATCH_API_KEY": "k"},
    "maxim": {"MAXIM_BASE_URL": "{url}", "MAXIM_API_KEY": "k", "MAXIM_WORKSPACE_ID": "w"},
}
PRODUCTS = {"langfuse": "Langfuse", "px0": "px0", "langwatch": "LangWatch", "maxim": "Maxim"}
SHAPES: list[Any] = [
    *(None, 7, "text", [], {}, [7], [[]], {"error": "no"}),
    *({"data": None}, {"data": 7}, {"data": [7]}, {"prompts": [7]}, {"prompts": {}}),
    {"data": [{"id": 7}], "prompts": [{"id": 7}]},
    {"data": [{"id": "x"}], "prompts": [{"id": "x"}], "versions": [{"version": "one"}]},
    [{"id": "x", "name": ["y"]}],
    {"data": [{"name": "x", "versions": 7}]},
    {"data": [{"name": "x", "versions": [1]}]},
]


@pytest.mark.parametrize("source", ENVIRONMENT)
@pytest.mark.parametrize("shape", SHAPES, ids=json.dumps)
def test_a_response_of_another_shape_is_named(source: str, shape: Any) -> None:
    """Each problem is one line with the product and the path; without one nothing is there."""
    fetch = SOURCES[source].fetch
    assert fetch is not None
    with serve(say(shape)) as url:
        environment = {name: text.format(url=url) for name, text in ENVIRONMENT[source].items()}
        try:
            items = [*fetch(environment)]
        except UnreadableError as error:
            problems = [str(error)]
        else:
            assert all(isinstance(item, Failure) for item in items), items
            problems = [
                f"{item.origin}: {item.reason}" for item in items if isinstance(item, Failure)
            ]
    for problem in problems:
        assert re.match(rf"{PRODUCTS[source]}: GET 127\.0\.0\.1/\S+prompts\S*: \w", problem)
        assert len(problem.splitlines()) == 1


def test_one_prompt_that_cannot_be_fetched_does_not_stop_the_others() -> None:
    def answer(handler: Handler) -> None:
        if handler.path.startswith("/v1/teams/"):
            rows = [{"id": name, "name": name, "slug": name} for name in ("bad", "good")]
            say({"prompts": rows})(handler)
        elif "/bad/" in handler.path:
            respond(handler, b"", 404)
        else:
            say({"versions": [{"version": 1, "template": "x", "status": "live"}]})(handler)

    fetch = SOURCES["px0"].fetch
    assert fetch is not None
    with serve(answer) as url:
        environment = {name: text.format(url=url) for name, text in ENVIRONMENT["px0"].items()}
        bad, good = fetch(environment)
    assert bad == Failure(
        "px0: GET 127.0.0.1/v1/teams/t/prompts",
        "bad: px0: GET 127.0.0.1/v1/prompts/bad/versions: the status is 404",
    )
    assert not isinstance(good, Failure)
    assert good.name == "good"
