"""Writing a prompt: drafts, checks, conflicts, and that nothing typed is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.client import PASSWORD
from tests.console.browser import check_accessibility, open_console
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.client import Client, Registry
    from tests.console.browser import Watch

TEXT = "Hello {{.name}}, welcome to {{.product}}!"
CHAT: list[dict[str, Any]] = [
    {"role": "system", "content": "Answer {{.name}} briefly."},
    {"type": "placeholder", "name": "history"},
    {"role": "user", "content": "Hi", "name": "ada"},
    {"role": "user", "content": [{"type": "text", "text": "What is {{.thing}}?"}]},
]
END = "Control+End"


@pytest.fixture
def prompt(registry: Registry) -> dict[str, Any]:
    """A prompt with a live version."""
    return create_live_prompt(registry.editor, "Welcome", TEXT)


def open_editor(page: Page, prompt: dict[str, Any], query: str = "") -> None:
    """Go to the page on which a prompt is edited."""
    open_console(page, f"/prompts/{prompt['id']}/edit{query}")


def get_editor(page: Page, name: str = "Text") -> Locator:
    """Get an editor by its label, when it can be typed in."""
    return page.get_by_role("textbox", name=name, exact=True).and_(
        page.locator("[contenteditable]")
    )


def type_at_end(page: Page, text: str, name: str = "Text") -> None:
    """Type at the end of an editor."""
    get_editor(page, name).focus()
    page.keyboard.press(END)
    page.keyboard.insert_text(text)


def write(page: Page, text: str, name: str = "Text") -> None:
    """Replace what an editor has by a text."""
    get_editor(page, name).focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def save(page: Page) -> None:
    """Save with the keyboard, and wait until it is done."""
    page.keyboard.press("Control+s")
    expect(get_state(page, "Saved")).to_be_visible()


def get_state(page: Page, text: str) -> Locator:
    """Get the line that tells whether a draft is saved, if it says this."""
    return page.get_by_role("status").filter(has_text=re.compile(f"^{text}"))


def read(client: Client, prompt: dict[str, Any], number: int) -> dict[str, Any]:
    """Read a version."""
    response = client("GET", f"/v1/prompts/{prompt['id']}/versions/{number}")
    version: dict[str, Any] = response.json["version"]
    return version


def wait_for_copies(page: Page, count: int) -> None:
    """Wait until the browser has so many copies of texts that are not saved."""
    for _ in range(100):
        if page.evaluate("localStorage.length") == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate("Object.keys(localStorage)"))


def test_a_draft_is_written_with_the_keyboard_alone(
    page: Page, registry: Registry, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    open_editor(page, prompt)
    sign_in(page, "editor")
    expect(get_editor(page)).to_be_focused()
    page.keyboard.press(END)
    page.keyboard.type(" Your guide is {{.guide}}.")
    expect(get_state(page, "Not saved")).to_be_visible()
    save(page)
    page.keyboard.press("Tab")  # leaves the editor
    page.keyboard.type("A guide")
    save(page)

    version = read(registry.viewer, prompt, 2)
    assert version["template"] == f"{TEXT} Your guide is {{{{.guide}}}}."
    assert (version["message"], version["status"]) == ("A guide", "draft")
    assert registry.viewer.list_statuses(prompt["id"]) == {1: "live", 2: "draft"}
    steps = page.get_by_role("navigation", name="Next steps")
    address = f"#/prompts/{prompt['id']}"
    for name, target in (
        ("Compare with live", f"{address}/compare?from=live&to=2"),
        ("Try", f"{address}/try?version=2"),
        ("Promote", f"{address}/release?promote=2"),
    ):
        expect(steps.get_by_role("link", name=name)).to_have_attribute("href", target)
    variables = page.get_by_role("complementary").get_by_role("listitem")
    expect(variables).to_have_text(["guide new", "name", "product"])
    check_accessibility(page)


def test_errors_are_shown_as_one_types(
    page: Page,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
    take_screenshots: Callable[[Page, str], None],
) -> None:
    watch.expect("400")
    open_editor(page, prompt)
    sign_in(page, "editor")
    type_at_end(page, "\nאבג 😀 {{if}}")
    problem = page.get_by_role("button", name="line 2 missing value for if")
    expect(problem).to_be_visible()
    expect(page.locator(".cm-lintRange-error")).to_have_count(1)
    take_screenshots(page, "editor")
    check_accessibility(page)

    page.keyboard.press("Control+s")
    expect(page.get_by_role("alert")).to_contain_text("Not saved. Invalid template")
    expect(page.get_by_role("alert")).to_contain_text("Request")
    problem.press("Enter")
    page.keyboard.type(" .name}}{{end")

    expect(problem).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "{{if .name}}{{end}}" in get_editor(page).inner_text()


def test_hostile_text_is_neither_run_nor_changed(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    text = f'{HOSTILE}\r\n\ufeff\t<img src=x onerror="alert(1)"> {{{{.b}}}} \u2028 &amp; \n\n'
    prompt = registry.editor.create_prompt(HOSTILE, description=HOSTILE)
    tools = [{"type": "function", "function": {"name": "f", "description": HOSTILE}}]
    registry.editor.create_version(
        prompt["id"],
        text,
        message=HOSTILE,
        model=HOSTILE,
        tools=tools,
        model_params={HOSTILE: "<b>"},
    )
    open_editor(page, prompt)
    sign_in(page, "editor")
    before = read(registry.viewer, prompt, 1)

    page.get_by_role("heading", name="Model").click()
    expect(page.get_by_label("Model", exact=True)).to_have_value(HOSTILE)
    expect(page.get_by_label("What this version is for")).to_have_value(HOSTILE)
    type_at_end(page, "end")
    save(page)

    assert read(registry.viewer, prompt, 1) == before | {"template": f"{text}end"}


def test_a_text_becomes_a_conversation_and_messages_are_ordered(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
) -> None:
    open_editor(page, prompt)
    sign_in(page, "editor")
    page.get_by_label("Chat messages").check(force=True)
    page.get_by_role("button", name="Add a message", exact=True).click()
    expect(page.get_by_label("Role of message 2")).to_be_focused()
    page.get_by_label("Role of message 2").select_option("system")
    page.keyboard.press("Tab")
    type_at_end(page, "Be brief.", "Message 2")
    page.get_by_role("button", name="Move message 2 up").press("Enter")
    expect(page.get_by_role("button", name="Move message 1 down")).to_be_focused()
    page.get_by_role("button", name="Add a placeholder").click()
    page.get_by_label("Variable of message 3").fill("past")
    page.get_by_role("button", name="Add a message as JSON").click()
    page.get_by_role("button", name="Remove message 4").click()
    expect(page.get_by_role("button", name="Add a message", exact=True)).to_be_focused()
    save(page)
    take_screenshots(page, "editor-messages")
    check_accessibility(page)

    assert read(registry.viewer, prompt, 2)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": TEXT},
        {"type": "placeholder", "name": "past"},
    ]

    page.get_by_label("Plain text").check(force=True)
    expect(get_editor(page)).to_contain_text("Be brief.")
    save(page)
    version = read(registry.viewer, prompt, 2)
    assert (version["messages"], version["template"]) == (None, f"Be brief.\n\n{TEXT}")


def test_what_the_editor_has_no_field_for_stays(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = registry.editor.create_prompt()
    inputs = [{"name": "thing", "type": "str", "required": True}]
    params = {"temperature": 0.5, "stop": ["\n"], "top_p": "low"}
    registry.editor.create_version(
        prompt["id"], "", messages=CHAT, inputs=inputs, model_params=params, engine="go"
    )
    before = read(registry.viewer, prompt, 1)
    open_editor(page, prompt)
    sign_in(page, "editor")

    type_at_end(page, " Please.", "Message 1")
    page.get_by_role("heading", name="Model").click()
    expect(page.get_by_label("Temperature")).to_have_value("0.5")
    page.get_by_label("Temperature").fill("0.25")
    save(page)

    after = read(registry.viewer, prompt, 1)
    messages = [CHAT[0] | {"content": f"{CHAT[0]['content']} Please."}, *CHAT[1:]]
    assert after == before | {
        "messages": messages,
        "template": after["template"],
        "model_params": params | {"temperature": 0.25},
    }


def test_model_output_and_tools_are_set(
    page: Page, registry: Registry, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    open_editor(page, prompt)
    sign_in(page, "editor")
    page.get_by_role("heading", name="Model").click()
    page.get_by_label("Model", exact=True).fill("openai/gpt-4o")
    page.get_by_label("Most tokens").fill("300")
    page.get_by_role("heading", name="Output").click()
    page.get_by_role("button", name="JSON of a schema").click()
    page.get_by_role("heading", name="Tools").click()
    page.get_by_role("button", name="Begin with an example").click()
    text = get_editor(page, "Output, as JSON").inner_text()
    write(page, f"{text} nonsense", "Output, as JSON")
    expect(page.get_by_role("button", name="response format, line")).to_be_visible()
    check_accessibility(page)
    write(page, text.replace('"string"', '"strong"'), "Output, as JSON")
    expect(page.get_by_role("button", name="response format")).to_contain_text("answer.type")
    write(page, text, "Output, as JSON")
    expect(page.get_by_text("None.")).to_be_visible()
    save(page)

    version = read(registry.viewer, prompt, 2)
    assert (version["model"], version["model_params"]) == ("openai/gpt-4o", {"max_tokens": 300})
    assert version["response_format"]["json_schema"]["name"] == "answer"
    assert version["tools"][0]["function"]["name"] == "find_order"


def test_two_people_edit_one_draft_and_merge(
    page: Page,
    new_page: Callable[[], Page],
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    take_screenshots: Callable[[Page, str], None],
    watch: Watch,
) -> None:
    watch.expect("412")
    registry.editor.create_version(prompt["id"], "One\nTwo\nThree")
    first = new_page()
    for each, email in ((first, "ada@example.com"), (page, "grace@example.com")):
        open_editor(each, prompt)
        sign_in(each, "editor", email)
        expect(get_editor(each)).to_be_visible()
    write(first, "One of Ada\nTwo\nThree")
    write(page, "One of Grace\nTwo\nThree of Grace")
    save(first)

    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog", name="Somebody else has saved meanwhile")
    expect(get_editor(page, "Text, theirs")).to_contain_text("One of Ada")
    take_screenshots(page, "editor-conflict")
    check_accessibility(page)
    dialog.get_by_role("button", name="Take this of theirs").first.click()
    dialog.get_by_role("button", name="Save the merged text").click()
    expect(get_state(page, "Saved")).to_be_visible()

    assert read(registry.viewer, prompt, 2)["template"] == "One of Ada\nTwo\nThree of Grace"


@pytest.mark.parametrize(
    ("choice", "text"), [("Keep mine", "Mine"), ("Take theirs", "Of the other")]
)
def test_a_version_of_somebody_else_stays(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
    choice: str,
    text: str,
) -> None:
    watch.expect("412")
    open_editor(page, prompt)
    sign_in(page, "editor")
    write(page, "Mine")
    registry.editor.create_version(prompt["id"], "Of the other")

    page.keyboard.press("Control+s")
    page.get_by_role("dialog").get_by_role("button", name=choice).click()
    expect(get_editor(page)).to_have_text(text)

    if choice == "Keep mine":
        expect(get_state(page, "Saved")).to_be_visible()
        assert read(registry.viewer, prompt, 3)["template"] == "Mine"
    else:
        page.get_by_role("button", name="Undo").click()
        expect(get_editor(page)).to_have_text("Mine")
    assert read(registry.viewer, prompt, 2)["template"] == "Of the other"


def test_a_change_of_the_status_is_no_conflict(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
) -> None:
    watch.expect("412")
    registry.editor.create_version(prompt["id"], "Draft")
    open_editor(page, prompt)
    sign_in(page, "editor")
    type_at_end(page, " and more")
    registry.editor.promote(prompt["id"], 2)
    save(page)

    assert registry.viewer.list_statuses(prompt["id"]) == {1: "live", 2: "stable", 3: "draft"}
    assert read(registry.viewer, prompt, 3)["template"] == "Draft and more"


@pytest.mark.parametrize("choice", ["Restore it", "Discard it"])
def test_text_that_is_not_saved_is_offered_after_a_crash(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    choice: str,
) -> None:
    open_editor(page, prompt)
    person = sign_in(page, "editor")
    type_at_end(page, " Not saved.")
    wait_for_copies(page, 1)
    context = page.context
    page.close()
    page = context.new_page()
    open_editor(page, prompt)
    page.get_by_label("E-mail").fill("editor@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="You have text that is not saved")
    expect(dialog).to_contain_text(f"{TEXT} Not saved.")
    check_accessibility(page)
    dialog.get_by_role("button", name=choice).click()
    if choice == "Restore it":
        expect(get_editor(page)).to_have_text(f"{TEXT} Not saved.")
        save(page)
        assert read(person, prompt, 2)["template"] == f"{TEXT} Not saved."
    else:
        expect(get_editor(page)).to_have_text(TEXT)
    wait_for_copies(page, 0)


def test_text_for_a_draft_that_went_live_meanwhile_is_offered_too(
    page: Page, registry: Registry, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    registry.editor.create_version(prompt["id"], TEXT)
    open_editor(page, prompt, "?from=2")
    sign_in(page, "editor", "grace@example.com")
    type_at_end(page, " Lost?")
    wait_for_copies(page, 1)
    registry.editor.promote(prompt["id"], 2, times=2)
    page.reload()
    page.get_by_label("E-mail").fill("grace@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="You have text that is not saved")
    expect(dialog).to_contain_text("Lost?")
    dialog.get_by_role("button", name="Restore it").click()
    expect(get_editor(page)).to_contain_text("Lost?")


def test_a_session_that_ends_in_the_middle_loses_nothing(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
) -> None:
    watch.expect("401")
    open_editor(page, prompt)
    person = sign_in(page, "editor")
    expect(get_editor(page)).to_be_focused()
    for session in person("GET", "/v1/auth/sessions").json["sessions"]:
        person("DELETE", f"/v1/auth/sessions/{session['id']}")
    registry.forget()

    page.keyboard.press(END)
    page.keyboard.insert_text(" And more.")
    page.keyboard.press("Control+s")
    page.get_by_role("dialog").get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(get_state(page, "Saved")).to_be_visible()
    expect(get_editor(page)).to_be_focused()
    assert read(registry.viewer, prompt, 2)["template"] == f"{TEXT} And more."


def test_a_save_waits_for_a_service_that_does_not_answer(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
) -> None:
    watch.expect("ERR_FAILED|Failed to load")
    open_editor(page, prompt)
    sign_in(page, "editor")
    expect(get_editor(page)).to_be_focused()
    page.route("**/v1/**", lambda route: route.abort())
    type_at_end(page, " One.")
    page.keyboard.press("Control+s")
    expect(get_state(page, "Not saved: the service does not answer")).to_be_visible()
    type_at_end(page, " Two.")
    page.unroute("**/v1/**")

    expect(get_state(page, "Saved")).to_be_visible()
    assert read(registry.viewer, prompt, 2)["template"] == f"{TEXT} One. Two."
    assert registry.viewer.list_statuses(prompt["id"]) == {1: "live", 2: "draft"}


def test_a_lost_response_makes_no_second_version(
    page: Page,
    registry: Registry,
    prompt: dict[str, Any],
    sign_in: Callable[..., Client],
    watch: Watch,
) -> None:
    watch.expect("ERR_FAILED|Failed to load")
    open_editor(page, prompt)
    sign_in(page, "editor")
    type_at_end(page, " One.")

    def lose_response(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/versions", lose_response)
    page.keyboard.press("Control+s")
    expect(get_state(page, "Not saved: the service does not answer")).to_be_visible()
    page.unroute("**/versions")
    expect(get_state(page, "Saved")).to_be_visible()

    assert registry.viewer.list_statuses(prompt["id"]) == {1: "live", 2: "draft"}


def test_200_kilobytes_are_edited_smoothly(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = registry.editor.create_prompt()
    text = "".join(f"Line {n} about {{{{.name}}}} 😀 {'word ' * 12}\n" for n in range(2300))
    assert len(text) > 200_000
    registry.editor.create_version(prompt["id"], text)
    open_editor(page, prompt)
    sign_in(page, "editor")
    expect(get_editor(page)).to_be_focused()
    type_at_end(page, "end")
    save(page)

    assert read(registry.viewer, prompt, 1)["template"] == f"{text}end"
    lines = get_editor(page).locator(".cm-line").count()
    assert lines < 200  # only those on the screen are in the page


def test_the_preview_has_the_values_of_a_payload(
    page: Page, registry: Registry, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    values = {"name": "Ada", "product": "<b>"}
    url = f"/v1/prompts/{prompt['id']}/payloads"
    registry.editor("POST", url, {"name": "Of Ada", "variables": values})
    open_editor(page, prompt)
    sign_in(page, "editor")
    page.get_by_label("Values of the preview").select_option("Of Ada")
    expect(page.get_by_role("region", name="Rendering")).to_have_text("Hello Ada, welcome to <b>!")

    type_at_end(page, " {{.missing}}")

    expect(page.get_by_text("No value for missing.")).to_be_visible()


def test_who_may_only_read_gets_no_editor(
    page: Page, prompt: dict[str, Any], sign_in: Callable[..., Client]
) -> None:
    open_editor(page, prompt)
    sign_in(page, "viewer")

    expect(
        page.get_by_text("You can read the prompts of this team, but not write.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_a_draft_can_begin_as_an_older_version(
    page: Page, registry: Registry, sign_in: Callable[..., Client]
) -> None:
    prompt = create_live_prompt(registry.editor, "Two", "First", "Second")
    open_editor(page, prompt, "?from=1")
    sign_in(page, "editor")
    type_at_end(page, " again")
    save(page)

    assert read(registry.viewer, prompt, 3)["template"] == "First again"
    expect(page).to_have_url(re.compile(r"/edit\?from=3$"))
