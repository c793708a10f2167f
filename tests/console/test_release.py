"""A person promotes, splits, reviews and rolls back, and sees what replaces what."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.console.browser import check_accessibility, count_actions, open_console
from tests.console.worlds import HOSTILE, create_live_prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page, Route

    from tests.client import Client, Registry
    from tests.console.browser import Watch

    SignIn = Callable[..., Client]

ORDER = "Hello {{.name}},\n\nthank you for your order {{.order}}.\nIt will arrive on {{.day}}.\n"
ORDERS = [(ORDER.replace("Hello", "Dear"), "first text"), (ORDER, "less formal")]
LAST_ORDER = ORDER.replace("Hello", "Hi").replace("It will arrive on", "We expect it on")
CALLERS = [
    {"id": "1", "kind": "api_key", "name": "order service", "calls": 1234, "last_day": "2026-11-01"}
]


def create_drafted_prompt(client: Client, *, count: int = 2) -> dict[str, Any]:
    """Create a prompt with versions that have been live, and a draft after them."""
    texts = [f"Hello {{{{.name}}}}, this is text {number}" for number in range(1, count + 1)]
    prompt = create_live_prompt(client, "Greeting", *texts)
    client.create_version(prompt["id"], "Hi {{.name}}", message="shorter greeting")
    return prompt


def open_release(page: Page, prompt: dict[str, Any], query: str = "") -> None:
    """Open the page of a prompt's releases."""
    page.route("**/usage", fulfill_usage)
    open_console(page, f"/prompts/{prompt['id']}/release{query}")
    expect(page.get_by_role("heading", name="Live and tags")).to_be_visible()


def fulfill_usage(route: Route) -> None:
    versions = [{"version": 2, "renders": 1, "gets": 0, "errors": 0, "callers": CALLERS}]
    body = {
        "counted_to": "2026-11-01T00:00:00Z",
        "versions": versions,
        "callers": CALLERS,
        "syncs": [],
    }
    route.fulfill(json=body)


def protect(registry: Registry, **rules: bool) -> None:
    path = f"/v1/teams/{registry.team_id}/protected"
    body = {"pointers": ["live"], "required_review": True, **rules}
    assert registry.admin("PUT", path, body).status == 200


def get_release(registry: Registry, prompt: dict[str, Any]) -> dict[str, Any]:
    """Get where the pointers are, by name."""
    state = registry.admin("GET", f"/v1/prompts/{prompt['id']}/release").json
    return {pointer["pointer"]: pointer for pointer in state["pointers"]}


def list_shares(
    registry: Registry, prompt: dict[str, Any], pointer: str = "live"
) -> dict[int, int]:
    split = get_release(registry, prompt)[pointer]["split"]
    return {share["version"]: share["weight"] for share in split}


def list_events(registry: Registry, prompt: dict[str, Any]) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = registry.admin(
        "GET", f"/v1/prompts/{prompt['id']}/history"
    ).json["events"]
    return events


def get_pointer(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_text(name, exact=True)).first


# -- promote


def test_a_draft_goes_live_with_one_click_and_is_undone(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=latest")
    dialog = page.get_by_role("dialog")

    effects = dialog.get_by_role("region", name="What happens")
    expect(effects).to_contain_text("“shorter greeting”) becomes live.")
    expect(effects).to_contain_text(re.compile(r"ersion 2 \(live, by .* becomes stable again\."))
    expect(effects).to_contain_text("within a minute")
    expect(dialog).to_contain_text("order service: 1,234 calls of version 2")
    with count_actions(page) as actions:
        dialog.get_by_role("button", name="Make version 3 live").click()
        expect(page.get_by_text("Version 3 is live.")).to_be_visible()

    assert (actions.clicks, actions.keys, actions.fields) == (1, 0, 0)
    assert registry.editor.list_statuses(prompt["id"]) == {1: "stable", 2: "stable", 3: "live"}
    expect(dialog).to_be_hidden()
    expect(get_pointer(page, "live")).to_contain_text("Version 3")
    page.get_by_role("button", name="Undo").click()
    expect(get_pointer(page, "live")).to_contain_text("Version 2")
    assert list_events(registry, prompt)[0]["event"] == "version.rolled_back"


def test_a_draft_goes_live_by_keyboard(registry: Registry, page: Page, sign_in: SignIn) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt)

    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Make version 3 live")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Version 3 is live.")).to_be_visible()
    assert list_shares(registry, prompt) == {3: 10_000}


def test_the_first_version_goes_live_and_none_again(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = registry.editor.create_prompt()
    sign_in(page, "editor")
    page.route("**/usage", fulfill_usage)
    open_console(page, f"/prompts/{prompt['id']}/release")
    expect(page.get_by_text("There is no version yet.")).to_be_visible()
    registry.editor.create_version(prompt["id"])
    page.goto("about:blank")
    sign_in_again(page, "editor@example.com")
    open_release(page, prompt)
    expect(page.get_by_text("Nothing is live.")).to_be_visible()

    page.get_by_role("button", name="Promote a version").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing is live now")
    page.get_by_role("button", name="Make version 1 live").click()
    expect(get_pointer(page, "live")).to_contain_text("Version 1")
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Nothing is live.")).to_be_visible()
    assert list_shares(registry, prompt) == {}


def sign_in_again(page: Page, email: str) -> None:
    from tests.client import PASSWORD

    open_console(page)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.mark.parametrize("is_first", [True, False])
def test_who_promotes_later_sees_who_was_faster(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch, *, is_first: bool
) -> None:
    if is_first:  # nothing is live yet
        prompt = registry.editor.create_prompt()
        for _ in range(2):
            registry.editor.create_stable_version(prompt["id"])
        registry.editor.create_version(prompt["id"])
    else:
        prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=3")
    button = page.get_by_role("button", name="Make version 3 live")
    expect(button).to_be_enabled()
    registry.admin.promote(prompt["id"], 1)

    watch.expect("status of 412")
    button.click()
    alert = page.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("admin key was faster: live was moved just now")
    expect(page.get_by_text("Version 3 is stable now, but live has not moved yet.")).to_be_visible()
    expect(page.get_by_role("region", name="What happens")).to_contain_text(
        re.compile("ersion 1 .* becomes stable again")
    )
    assert list_shares(registry, prompt) == {1: 10_000}
    button.click()

    expect(page.get_by_text("Version 3 is live.")).to_be_visible()
    assert list_shares(registry, prompt) == {3: 10_000}


def test_a_draft_that_is_edited_meanwhile_does_not_go_live_unseen(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=3")
    button = page.get_by_role("button", name="Make version 3 live")
    expect(button).to_be_enabled()
    path = f"/v1/prompts/{prompt['id']}/versions/3"
    registry.admin("PUT", path, {"template": "Something else altogether"})

    watch.expect("status of 412")
    button.click()

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody has changed version 3")
    expect(dialog).to_contain_text("Something else altogether")
    assert registry.editor.list_statuses(prompt["id"])[3] == "draft"


def test_a_version_that_is_archived_meanwhile_cannot_go_live(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=1")
    button = page.get_by_role("button", name="Make version 1 live")
    expect(button).to_be_enabled()
    registry.admin("POST", f"/v1/prompts/{prompt['id']}/versions/1/archive")

    watch.expect("status of 422")
    button.click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Version 1 is archived, for good.")
    expect(button).to_be_hidden()


def test_half_a_promotion_goes_on_when_the_service_is_back(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=3")
    button = page.get_by_role("button", name="Make version 3 live")
    page.route("**/splits/live", lambda route: route.abort())

    watch.expect("ERR_FAILED")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The service does not answer.")
    expect(dialog).to_contain_text("Version 3 is stable now, but live has not moved yet.")
    page.unroute("**/splits/live")
    button.click()

    expect(page.get_by_text("Version 3 is live.")).to_be_visible()
    promotions = [
        event["detail"]["status"]
        for event in list_events(registry, prompt)
        if event["event"] == "version.promoted" and event["detail"]["version"] == 3
    ]
    assert promotions == ["live", "stable"]


def test_a_tag_is_set_moved_to_a_draft_and_removed(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt, "?promote=1")

    page.get_by_label("Pointer").select_option("a new tag …")
    page.get_by_label("Name of the tag").fill("staging")
    page.get_by_role("button", name="Set staging to version 1").click()
    expect(get_pointer(page, "staging")).to_contain_text("Version 1")
    page.get_by_role("button", name="Move: staging", exact=True).click()
    expect(page.get_by_role("region", name="What happens")).to_contain_text(
        re.compile(r"ersion 1 \(.* is not handed out by staging any more")
    )
    page.get_by_role("button", name="Move staging to version 3").click()
    expect(get_pointer(page, "staging")).to_contain_text("draft")
    assert list_shares(registry, prompt, "staging") == {3: 10_000}

    page.get_by_role("button", name="Undo").last.click()
    expect(get_pointer(page, "staging")).to_contain_text("Version 1")
    page.get_by_role("button", name="Remove: staging").click()
    page.get_by_role("button", name="Remove the tag staging").click()
    expect(page.get_by_text("The tag staging is removed.")).to_be_visible()
    assert "staging" not in get_release(registry, prompt)
    page.get_by_role("button", name="Undo").last.click()
    expect(get_pointer(page, "staging")).to_contain_text("Version 1")
    assert list_shares(registry, prompt, "staging") == {1: 10_000}


# -- roll back


def test_live_is_rolled_back_with_two_clicks_and_a_reason(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor, count=3)
    sign_in(page, "editor")
    open_release(page, prompt)

    with count_actions(page) as actions:
        page.get_by_role("button", name="Roll back: live").click()
        expect(page.get_by_role("radio", name="Version 2")).to_be_checked()
        page.keyboard.type("it was too short")
        page.get_by_role("button", name="Roll back to version 2").click()
        expect(page.get_by_text("Version 2 is live again.")).to_be_visible()

    assert (actions.clicks, actions.fields) == (2, 1)
    assert list_shares(registry, prompt) == {2: 10_000}
    expect(get_pointer(page, "live")).to_contain_text("it was too short")
    page.get_by_role("button", name="Roll back: live").click()
    expect(page.get_by_role("radio").first).to_be_checked()
    expect(page.get_by_role("group", name="What was live before")).to_contain_text(
        re.compile("Version 3.*by all key.*Version 1")
    )
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    expect(get_pointer(page, "live")).to_contain_text("Version 3")


def test_what_is_archived_is_nothing_to_roll_back_to(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor, count=3)
    registry.editor("POST", f"/v1/prompts/{prompt['id']}/versions/2/archive")
    sign_in(page, "editor")
    open_release(page, prompt)

    page.get_by_role("button", name="Roll back: live").click()

    expect(page.get_by_role("radio", name="Version 2")).to_be_disabled()
    expect(page.get_by_text("It is archived now.")).to_be_visible()
    expect(page.get_by_role("radio", name="Version 1")).to_be_checked()


# -- splits


def test_live_is_split_by_keyboard_and_the_split_ends(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "editor")
    open_release(page, prompt)

    page.get_by_role("button", name="Split: live").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("about 1 in 20 callers gets version 3")
    slider = dialog.get_by_role("slider", name="Share of version 3")
    slider.press("ArrowRight")
    expect(dialog.get_by_label("Share of version 3 in per cent")).to_have_value("6")
    dialog.get_by_label("Share of version 3 in per cent").fill("0.25")
    dialog.get_by_label("Share of version 3 in per cent").blur()
    expect(dialog).to_contain_text("about 1 in 400 callers gets version 3")
    dialog.get_by_role("button", name="Add a version").click()
    expect(dialog).to_contain_text("about 1 in 20 callers gets version 1")
    dialog.get_by_role("button", name="Split live").click()
    expect(get_pointer(page, "live")).to_contain_text("0.25 %")
    assert list_shares(registry, prompt) == {2: 9_475, 3: 25, 1: 500}

    page.get_by_role("button", name="End the split: live").click()
    dialog.get_by_label("Version", exact=True).select_option("3")
    expect(dialog).to_contain_text("The split of live ends.")
    dialog.get_by_role("button", name="Make version 3 live").click()
    expect(page.get_by_text("Version 3 is live.")).to_be_visible()
    assert list_shares(registry, prompt) == {3: 10_000}
    page.get_by_role("button", name="Undo").last.click()
    expect(get_pointer(page, "live")).to_contain_text("0.25 %")
    assert list_shares(registry, prompt) == {2: 9_475, 3: 25, 1: 500}


# -- reviews


def test_a_protected_pointer_is_asked_for_and_somebody_else_approves(
    registry: Registry, new_page: Callable[[], Page], sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry)
    author, admin = new_page(), new_page()
    sign_in(author, "editor", "ed@example.com")
    open_release(author, prompt, "?promote=3")

    dialog = author.get_by_role("dialog")
    expect(dialog).to_contain_text("live is protected, and only admins move it")
    dialog.get_by_label("Message to who approves it").fill("customers like it short")
    dialog.get_by_role("button", name="Ask for the release").click()
    expect(author.get_by_text("The request waits until somebody else approves it")).to_be_visible()
    request = author.get_by_role("article", name="Request of ed@example.com for live")
    expect(request.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(request.get_by_role("button", name="Approve")).to_be_hidden()
    assert list_shares(registry, prompt) == {2: 10_000}

    sign_in(admin, "admin", "boss@example.com")
    open_release(admin, prompt)
    request = admin.get_by_role("article", name="Request of ed@example.com for live")
    expect(request).to_contain_text("customers like it short")
    expect(request).to_contain_text("From version 2 to version 3")
    request.get_by_label("Comment").fill("so do I")
    request.get_by_role("button", name="Approve").click()

    expect(get_pointer(admin, "live")).to_contain_text("Version 3")
    expect(get_pointer(admin, "live")).to_contain_text("customers like it short")
    expect(admin.get_by_text("so do I")).to_be_visible()
    expect(admin.get_by_text("No request waits.")).to_be_visible()
    assert list_shares(registry, prompt) == {3: 10_000}


def test_a_request_is_withdrawn_by_its_author(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry)
    editor = sign_in(page, "editor")
    body = {"pointer": "live", "version": 3}
    assert editor("POST", f"/v1/prompts/{prompt['id']}/releases", body).status == 201
    open_release(page, prompt)

    page.get_by_role("button", name="Withdraw").click()

    expect(page.get_by_text("The request is withdrawn.")).to_be_visible()
    expect(page.get_by_text("withdrawn", exact=True)).to_be_visible()


def test_a_stale_request_says_why_it_cannot_be_approved(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    path = f"/v1/prompts/{prompt['id']}"
    protect(registry)
    registry.people["editor"]("POST", f"{path}/releases", {"pointer": "live", "version": 3})
    registry.editor("PUT", f"{path}/versions/3", {"template": "Changed"})
    sign_in(page, "admin")
    open_release(page, prompt)

    request = page.get_by_role("article")
    expect(request).to_contain_text("all key has changed version 3 since")
    expect(request.get_by_role("button", name="Approve")).to_be_hidden()
    request.get_by_label("Comment").fill("ask again")
    request.get_by_role("button", name="Reject").click()

    expect(page.get_by_text("The request is rejected.")).to_be_visible()
    expect(page.get_by_text("ask again")).to_be_visible()


def test_an_approval_waits_for_a_look_at_what_has_moved_meanwhile(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry)
    body = {"pointer": "live", "version": 3}
    registry.people["editor"]("POST", f"/v1/prompts/{prompt['id']}/releases", body)
    sign_in(page, "admin")
    open_release(page, prompt)
    approve = page.get_by_role("button", name="Approve")
    expect(approve).to_be_visible()
    registry.admin.promote(prompt["id"], 1)

    approve.click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody has moved live")
    expect(page.get_by_role("article")).to_contain_text("From version 1 to version 3")
    approve.click()

    expect(get_pointer(page, "live")).to_contain_text("Version 3")


def test_payloads_that_fail_are_named(
    registry: Registry, page: Page, sign_in: SignIn, watch: Watch
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    path = f"/v1/prompts/{prompt['id']}"
    registry.editor("POST", f"{path}/payloads", {"name": "Only a day", "variables": {"day": 1}})
    protect(registry, require_payloads=True)
    sign_in(page, "admin")
    open_release(page, prompt, "?promote=3")

    watch.expect("status of 422")
    page.get_by_role("button", name="Make version 3 live").click()

    alert = page.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text("Version 3 with the payload Only a day:")
    expect(alert).to_contain_text("name")
    expect(page.get_by_text("Version 3 is stable now, but live has not moved yet.")).to_be_visible()


def test_an_editor_may_roll_protected_live_back_if_the_team_lets_editors(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry, editors_roll_back=False)
    sign_in(page, "editor")
    open_release(page, prompt)

    page.get_by_role("button", name="Roll back: live").click()
    page.get_by_label("Reason").fill("complaints")
    page.get_by_role("button", name="Roll back to version 1").click()

    expect(page.get_by_text("The rollback waits until somebody else approves it")).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text("Roll back to version 1")
    assert list_shares(registry, prompt) == {2: 10_000}


# -- who may what


def test_a_viewer_sees_everything_and_no_buttons(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry)
    body = {"pointer": "live", "version": 3, "message": "please"}
    registry.people["editor"]("POST", f"/v1/prompts/{prompt['id']}/releases", body)
    sign_in(page, "viewer")
    open_release(page, prompt, "?promote=3")

    expect(page.get_by_role("article")).to_contain_text("please")
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_an_api_key_promotes_and_decides(registry: Registry, page: Page) -> None:
    prompt = create_drafted_prompt(registry.editor)
    protect(registry)
    body = {"pointer": "live", "version": 3}
    registry.people["editor"]("POST", f"/v1/prompts/{prompt['id']}/releases", body)
    open_console(page)
    page.get_by_role("button", name="Use an API key").click()
    page.get_by_label("API key").fill(registry.admin.key or "")
    page.get_by_role("button", name="Use this key").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    open_release(page, prompt)

    page.get_by_role("button", name="Approve").click()
    expect(get_pointer(page, "live")).to_contain_text("Version 3")
    page.get_by_role("button", name="Promote version 1", exact=True).click()
    page.get_by_role("button", name="Make version 1 live").click()

    expect(page.get_by_text("Version 1 is live.")).to_be_visible()


# -- archive


def test_a_version_is_archived(registry: Registry, page: Page, sign_in: SignIn) -> None:
    prompt = create_drafted_prompt(registry.editor)
    sign_in(page, "admin")
    open_release(page, prompt)

    page.get_by_role("button", name="Archive version 2").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is live: then nothing is")
    expect(page.get_by_role("dialog")).to_contain_text("order service: 1,234 calls")
    page.get_by_role("dialog").get_by_role("button", name="Archive version 2").click()
    expect(page.get_by_text("Nothing is live.")).to_be_visible()
    assert registry.editor.list_statuses(prompt["id"])[2] == "archived"


# -- hostile texts, barriers


def test_hostile_texts_are_shown_as_they_are(
    registry: Registry, page: Page, sign_in: SignIn
) -> None:
    editor = registry.editor
    prompt = create_live_prompt(editor, HOSTILE, "one", "two")
    path = f"/v1/prompts/{prompt['id']}"
    editor.create_version(prompt["id"], HOSTILE, engine="text", message=HOSTILE)
    body = {"target_version": 1, "rollback_reason": HOSTILE}
    assert editor("POST", f"{path}/rollback", body).status == 200
    protect(registry)
    body = {"pointer": "live", "version": 3, "message": HOSTILE}
    assert registry.people["editor"]("POST", f"{path}/releases", body).status == 201
    sign_in(page, "admin")
    open_release(page, prompt, "?promote=3")

    expect(page.get_by_role("button", name="Make version 3 live")).to_be_enabled()
    assert page.get_by_text(HOSTILE).count() >= 5
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Roll back: live").click()
    page.get_by_label("Reason").fill(HOSTILE)
    page.get_by_role("button", name="Roll back to version 2").click()
    expect(page.get_by_text("Version 2 is live again.")).to_be_visible()
    assert list_events(registry, prompt)[0]["detail"]["reason"] == HOSTILE


def test_there_are_no_barriers(
    registry: Registry, page: Page, sign_in: SignIn, take_screenshots: Callable[[Page, str], None]
) -> None:
    author = registry.create_person(role="editor", email="ben@example.com")
    prompt = author.create_prompt("Order confirmation", description="Sent when an order is paid")
    path = f"/v1/prompts/{prompt['id']}"
    for template, message in ORDERS:
        number = author.create_version(prompt["id"], template, message=message)["version"]
        author.promote(prompt["id"], number, times=2)
    author.create_version(prompt["id"], LAST_ORDER, message="shorter greeting")
    author("POST", f"{path}/versions/1/tags", {"tag": "staging"})
    protect(registry)
    body = {"pointer": "live", "version": 3, "message": "customers like it short"}
    assert author("POST", f"{path}/releases", body).status == 201
    sign_in(page, "admin")
    open_release(page, prompt)

    check_accessibility(page)
    take_screenshots(page, "release")
    page.get_by_role("button", name="Promote version 3").click()
    expect(page.get_by_role("button", name="Make version 3 live")).to_be_enabled()
    check_accessibility(page)
    take_screenshots(page, "promote")
    page.get_by_label("For", exact=True).select_option("some of the callers")
    check_accessibility(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Roll back: live").click()
    check_accessibility(page)
    take_screenshots(page, "roll-back")


# -- rules, without the page


def run_rule(page: Page, name: str, *arguments: object) -> Any:
    """Call a function of `app/releases.js`."""
    return page.evaluate(
        """async ([name, args]) => {
          const base = document.querySelector("script[type=module]").src;
          const rules = await import(new URL("releases.js", base));
          return rules[name](...args);
        }""",
        [name, list(arguments)],
    )


def test_weights_in_words(page: Page) -> None:
    open_console(page)
    words = {
        10_000: "all callers",
        9_999: "all but about 1 in 10,000 callers",
        9_500: "about 19 in 20 callers",
        5_000: "about 1 in 2 callers",
        3_333: "about 1 in 3 callers",
        4_000: "about 2 in 5 callers",
        500: "about 1 in 20 callers",
        100: "about 1 in 100 callers",
        1: "about 1 in 10,000 callers",
    }

    assert {weight: run_rule(page, "describeWeight", weight) for weight in words} == words


@pytest.mark.parametrize("weight", [-5, 0, 1, 4_000, 10_000, 50_000])
def test_weights_always_sum_to_the_whole(page: Page, weight: int) -> None:
    open_console(page)
    shares = [{"version": number, "weight": 2_000} for number in range(1, 6)]

    after = run_rule(page, "setWeight", shares, 2, weight)

    assert sum(share["weight"] for share in after) == 10_000
    assert min(share["weight"] for share in after) >= 1


def get_time(second: int) -> str:
    """Make a time of an event; the fifth and the sixth belong to one change."""
    return f"2026-11-01T12:00:{5 if second == 6 else second:02}.00000{second}Z"


def test_the_times_in_which_versions_were_live(page: Page) -> None:
    open_console(page)
    by = {"id": "1", "name": "Ada"}
    promoted = {"status": "live"}
    rows: list[tuple[str, dict[str, Any], int | None]] = [
        ("version.promoted", {"version": 1, **promoted}, 1),
        ("version.created", {"version": 2}, 1),
        ("release.approved", {"message": "please"}, 1),
        ("version.promoted", {"version": 2, **promoted}, 2),
        ("version.demoted", {"version": 2}, None),
        ("version.rolled_back", {"version": 1, "reason": "why", **promoted}, 1),
    ]
    events = [
        {
            "sequence": number,
            "event": kind,
            "at": get_time(number),
            "by": by,
            "detail": detail,
            "live_version": live,
        }
        for number, (kind, detail, live) in enumerate(rows, 3)
    ]
    newest_first = json.loads(json.dumps(events[::-1]))

    def list_spans(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        spans = run_rule(page, "listSpans", events)
        return [(span["version"], span["since"], span["until"], span["reason"]) for span in spans]

    third, sixth, seventh, eighth = map(get_time, (3, 6, 7, 8))
    expected = [(1, eighth, None, "why"), (2, sixth, seventh, "please"), (1, third, sixth, "")]
    assert list_spans(newest_first) == expected
    # Events of earlier releases do not say what is live.
    for event in newest_first:
        del event["live_version"]
    assert list_spans(newest_first) == expected
    # Of what is further back than the events nobody knows since when it was live.
    assert list_spans(json.loads(json.dumps(events[:0:-1])))[-1] == (1, None, sixth, "")
