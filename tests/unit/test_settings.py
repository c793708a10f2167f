"""The environment as a typed contract."""

from dataclasses import MISSING, FrozenInstanceError, fields
from typing import get_type_hints

import pytest

from shared import settings
from shared.settings import MissingSettingError, Settings

TYPES = get_type_hints(Settings)
NEEDED = [field.name for field in fields(Settings) if field.default is MISSING]
NUMBERS = [field.name for field in fields(Settings) if TYPES[field.name] in (int, float)]
WHOLE = [field.name for field in fields(Settings) if TYPES[field.name] is int]
FULL = {name.upper(): f"the {name}" for name in NEEDED}


def test_what_is_given_is_read_and_the_rest_has_defaults() -> None:
    read = Settings.load(FULL | {"INLINE_BYTES": "7", "KEY_CACHE_SECONDS": "0.5", "OTHER": "x"})

    assert [getattr(read, name) for name in NEEDED] == [f"the {name}" for name in NEEDED]
    assert (read.inline_bytes, read.key_cache_seconds) == (7, 0.5)
    assert read.body_bytes == 4 * 1024 * 1024


@pytest.mark.parametrize("name", NEEDED)
def test_each_name_that_is_missing_is_told(name: str) -> None:
    given = {key: value for key, value in FULL.items() if key != name.upper()}

    with pytest.raises(
        MissingSettingError, match=f"^environment variables are missing, set them: {name.upper()}$"
    ):
        Settings.load(given)


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(MissingSettingError) as caught:
        Settings.load({})

    assert [name for name in NEEDED if name.upper() not in str(caught.value)] == []


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["", "many", "1,5", "0x10", "1 2"])
def test_each_number_must_be_one(name: str, text: str) -> None:
    with pytest.raises(
        MissingSettingError, match=f"^the environment variable {name.upper()} must be a number$"
    ):
        Settings.load(FULL | {name.upper(): text})


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_has_no_fraction(name: str) -> None:
    with pytest.raises(MissingSettingError, match=name.upper()):
        Settings.load(FULL | {name.upper(): "1.5"})


def test_names_are_in_upper_case() -> None:
    with pytest.raises(MissingSettingError):
        Settings.load({name.lower(): value for name, value in FULL.items()})


def test_settings_do_not_change_once_they_are_read() -> None:
    read = Settings.load(FULL)

    with pytest.raises(FrozenInstanceError):
        read.inline_bytes = 1  # type: ignore[misc]  # that it cannot is what is tested


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in FULL.items():
        monkeypatch.setenv(name, value)
    settings.get_settings.cache_clear()

    first = settings.get_settings()
    monkeypatch.setenv("INLINE_BYTES", "1")

    assert settings.get_settings() is first
    settings.get_settings.cache_clear()


def test_lambda_is_known_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    assert not settings.is_in_lambda()

    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "cuebook-get_prompt")

    assert settings.is_in_lambda()
