"""Paths with a segment that may contain any number of slashes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.access import Permission
from shared.problems import MethodNotAllowed
from shared.request import Request
from shared.routes.route import Parameter, Route

NAME = Parameter("name", "A name.")


def build_route(path: str, **fields: Any) -> Route:
    return Route(
        name="x",
        dialect="registry",
        method="GET",
        path=path,
        greedy="name",
        permission=Permission.READ,
        chapter="X",
        **fields,
    )


WHOLE = build_route("/v/{name}", segments=(NAME,))
BEFORE = build_route("/v/{name}/w/{n}", segments=(NAME, Parameter("n", "A number.")))


def split(route: Route, rest: str) -> dict[str, str]:
    event = {"resource": "/v/{p1+}", "pathParameters": {"p1": rest}}
    return Request(route, event).path_parameters


def test_all_paths_share_a_resource() -> None:
    assert WHOLE.resources == BEFORE.resources == ("/v/{p1+}",)


@given(st.text(min_size=1))
def test_a_name_is_whatever_is_there_encoded_or_not(name: str) -> None:
    name = name.encode(errors="replace").decode()
    for rest in (quote(name, safe=""), quote(name, safe="/")):
        assert split(WHOLE, rest) == {"name": name}
        assert split(BEFORE, f"{rest}/w/1") == {"name": name, "n": "1"}


def test_a_name_may_look_like_a_path() -> None:
    assert split(BEFORE, "a%2Fw%2F1/w/2") == {"name": "a/w/1", "n": "2"}
    assert split(BEFORE, "a/w/1/w/2") == {"name": "a/w/1", "n": "2"}
    assert split(WHOLE, "a%252Fb") == {"name": "a%2Fb"}


@pytest.mark.parametrize("rest", ["a", "a/w", "a/v/1", "w/1", "a%2Fw%2F1", "a/W/1"])
def test_another_path_is_that_of_another_method(rest: str) -> None:
    with pytest.raises(MethodNotAllowed):
        split(BEFORE, rest)


def test_the_segment_is_one_of_the_path() -> None:
    with pytest.raises(ValueError, match="greedy"):
        build_route("/v/{id}", segments=(Parameter("id", "An id."),))
