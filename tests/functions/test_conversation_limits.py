"""The templates of a conversation together are bounded as one template is."""

from __future__ import annotations

import pytest

from shared.domain.content import Content
from shared.problems import LimitReached
from shared.rendering.limits import MAX_TOKENS
from shared.settings import get_settings
from shared.templates import check_template

pytestmark = pytest.mark.usefixtures("registry")

MESSAGES = 20


def build_conversation(engine: str, tokens: int) -> Content:
    """Build a conversation of which all messages together have about so many tokens."""
    reference, size = ("{{.a}}", 3) if engine == "go" else ("{{a}}", 2)
    text = reference * (tokens // size // MESSAGES)
    messages = [{"role": "user", "content": text} for _ in range(MESSAGES)]
    return Content(engine=engine, messages=messages)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", MAX_TOKENS)
def test_messages_together_have_no_more_tokens_than_one_template_may_have(engine: str) -> None:
    settings = get_settings()
    check_template(build_conversation(engine, MAX_TOKENS[engine] // 2), settings)

    with pytest.raises(LimitReached, match="the messages together have more than"):
        check_template(build_conversation(engine, MAX_TOKENS[engine] + 1000), settings)
