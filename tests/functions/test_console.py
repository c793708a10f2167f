"""The console as browsers get it: its page, what the page may do, and its assets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from shared.documents.console import FOLDER, MEDIA_TYPES, PAGE, read_console

if TYPE_CHECKING:
    from tests.client import Registry, Response

FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
ASSETS = [name for name in FILES if name != PAGE]
URLS = re.compile(r'(?:src|href)="(?!data:)([^"]+)"')


def get(registry: Registry, path: str) -> Response:
    return registry.nobody("GET", path)


def build_url(path: str) -> str:
    return f"/console/assets/{read_console().hash}/{path}"


def test_the_page_may_load_scripts_and_styles_of_its_own_origin_only(registry: Registry) -> None:
    response = get(registry, "/console")

    assert response.status == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert dict(
        directive.split(maxsplit=1)
        for directive in response.headers["Content-Security-Policy"].split("; ")
    ) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_is_asked_for_again_each_time(registry: Registry) -> None:
    first = get(registry, "/console")
    condition = {"if-none-match": first.headers["ETag"]}
    second = registry.nobody("GET", "/console", headers=condition)

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert (second.status, second.text) == (304, "")
    assert "Content-Security-Policy" in second.headers


@pytest.mark.parametrize("base", ["https://host", "https://host/prod"])
def test_the_page_finds_its_assets_below_any_stage(registry: Registry, base: str) -> None:
    urls = URLS.findall(get(registry, "/console").text)

    assert urls
    for url in urls:
        path = urljoin(f"{base}/console", url).removeprefix(base)
        assert get(registry, path).status == 200


def test_a_slash_behind_the_page_is_redirected(registry: Registry) -> None:
    response = get(registry, "/console/")

    assert response.status == 308
    for base in ("https://host", "https://host/prod"):
        assert urljoin(f"{base}/console/", response.headers["Location"]) == f"{base}/console"


@pytest.mark.parametrize("name", ASSETS)
def test_every_file_is_served_with_its_type_for_ever(registry: Registry, name: str) -> None:
    response = get(registry, build_url(name))

    assert response.status == 200
    assert response.text == (FOLDER / name).read_text(encoding="utf-8")
    assert response.headers["Content-Type"] == MEDIA_TYPES[name[name.rindex(".") :]]
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "app/none.js",
        "app",
        "app/",
        PAGE,
        "../shared/routes/table.py",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "app/../app/main.js",
        "app\\main.js",
        "app/main.js%00",
        "APP/MAIN.JS",
        "%ff",
    ],
)
def test_no_other_path_reads_a_file(registry: Registry, path: str) -> None:
    response = get(registry, build_url(path))

    assert response.status == 404
    assert "Cache-Control" not in response.headers


def test_the_assets_of_another_release_are_not_those_of_this_one(registry: Registry) -> None:
    response = get(registry, "/console/assets/0123456789abcdef/app/main.js")

    assert response.status == 404
    assert response.json["code"] == "not_found"
    assert response.error == "the console has no such file, or not any more; load its page again"
