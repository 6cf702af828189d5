"""The page to chat with the clinic, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tests.browser.clinic_bot import serve_clinic

pytestmark = pytest.mark.browser

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"


def _find_chromium() -> str | None:
    named = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in named if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_find_chromium(), args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def clinic_url(tmp_path: Path) -> Iterator[str]:
    with serve_clinic(tmp_path / "chats") as base_url:
        yield base_url


@pytest.fixture
def page(browser: Browser, clinic_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1360, "height": 820}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(6000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.goto(f"{clinic_url}/simulator/")
    yield opened
    context.close()
    assert complaints == []


def _start_chat(page: Page, *, clinic: str, name: str, phone: str) -> None:
    page.get_by_role("button", name="New chat").click()
    dialog = page.get_by_role("dialog", name="New chat")
    dialog.get_by_role("combobox", name="Clinic").select_option(clinic)
    dialog.get_by_role("textbox", name="Patient's name").fill(name)
    dialog.get_by_role("textbox", name="Phone").fill(phone)
    dialog.get_by_role("button", name="Start chat").click()


def _say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def _picture(page: Page, name: str, tmp_path: Path) -> None:
    folder = _SCREENSHOTS if os.environ.get("FRONTDESK_SCREENSHOTS") == "1" else tmp_path
    page.screenshot(path=folder / f"{name}.png", animations="disabled")


def test_a_patient_asks_in_english_and_picks_from_the_offered_list(page: Page, tmp_path: Path) -> None:
    _start_chat(page, clinic="harbor", name="Alice Carter", phone="+1 202 555 0142")
    _say(page, "How much does it cost?")

    expect(page.locator(".message.assistant")).to_contain_text("A first visit is 40 €")
    expect(page.locator(".message.mine .ticks")).to_have_class("ticks read")

    page.get_by_role("group", name="Answers offered").get_by_role("button", name="2 · Cleaning").click()

    expect(page.locator(".message.mine").last.locator(".text")).to_have_text("2")
    expect(page.locator(".message.assistant").last).to_contain_text("Cleaning is 65 €")
    expect(page.get_by_role("group", name="Answers offered")).to_be_hidden()
    expect(page.locator(".thought")).to_have_count(2)
    _picture(page, "simulator-english", tmp_path)


def test_hebrew_bubbles_run_from_right_to_left_and_the_panel_tells_why(page: Page, tmp_path: Path) -> None:
    _start_chat(page, clinic="shaked", name="נועה לוי", phone="+972 55 000 0031")
    _say(page, "אני רוצה לקבוע תור")

    answer = page.locator(".message.assistant .text")
    expect(answer).to_contain_text("בשמחה")
    expect(answer).to_have_css("direction", "rtl")
    expect(page.locator(".message.mine .text")).to_have_attribute("dir", "rtl")
    panel = page.get_by_role("complementary", name="What the system thought")
    expect(panel.locator(".thought")).to_contain_text("book_appointment")
    expect(panel).to_contain_text("get_services")
    expect(panel).to_contain_text("left out")
    expect(panel).to_contain_text("4bf92f3577b34da6a3ce929d0e0e4736")

    page.get_by_role("combobox", name="Page in").select_option("he")

    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("button", name="שיחה חדשה")).to_be_visible()
    _picture(page, "simulator-hebrew", tmp_path)


def test_yesterdays_chat_is_on_the_list_and_unread_answers_are_counted(page: Page) -> None:
    _start_chat(page, clinic="harbor", name="Tom Hill", phone="12025550143")
    _say(page, "Hello!")
    expect(page.locator(".message.assistant")).to_contain_text("You wrote: Hello!")
    page.reload()

    page.get_by_role("button", name="Tom Hill").click()

    expect(page.locator(".message")).to_have_count(2)
    expect(page.locator(".chat-row .chat-clinic")).to_have_text("Harbor Clinic")


def test_a_message_that_comes_while_the_chat_is_loading_is_not_lost(page: Page) -> None:
    loading: list[Route] = []
    page.route("**/control/messages*", lambda route: loading.append(route))
    _start_chat(page, clinic="harbor", name="Tom Hill", phone="12025550148")
    _say(page, "Hello!")
    expect(page.locator(".message.assistant")).to_contain_text("You wrote: Hello!")

    for route in loading:
        route.fulfill(json=[])

    expect(page.locator(".thought")).to_have_count(1)
    expect(page.locator(".message")).to_have_count(2)


def test_a_strangers_markup_stays_text(page: Page) -> None:
    _start_chat(page, clinic="harbor", name="<b>Bob</b>", phone="12025550144")
    _say(page, "<img src=x onerror=alert(1)> <script>alert(2)</script>")

    expect(page.locator(".message.mine .text")).to_have_text(
        "<img src=x onerror=alert(1)> <script>alert(2)</script>"
    )
    expect(page.get_by_role("heading", name="<b>Bob</b>")).to_be_visible()
    assert page.locator(".messages img, .messages script").count() == 0


def test_faults_switch_in_the_drawer_and_a_second_delivery_shows_two_answers(
    page: Page, tmp_path: Path
) -> None:
    _start_chat(page, clinic="harbor", name="Ruth Reed", phone="12025550145")
    page.get_by_role("button", name="What goes wrong").click()
    page.get_by_label("twice").check()
    _picture(page, "simulator-faults", tmp_path)
    page.keyboard.press("Escape")
    expect(page.locator("#fault-mark svg")).to_be_visible()

    _say(page, "Hello!")

    expect(page.locator(".message.assistant")).to_have_count(2)


def test_staff_answer_from_the_clinics_phone(page: Page) -> None:
    _start_chat(page, clinic="harbor", name="Ruth Reed", phone="12025550146")
    page.get_by_role("button", name="What goes wrong").click()
    page.get_by_label("Staff write from the clinic's phone").fill("Dana here, one moment.")
    page.get_by_role("group", name="Staff").get_by_role("button", name="Send").click()

    expect(page.locator(".message.staff")).to_contain_text("Dana here, one moment.")


def test_voice_notes_pictures_and_places_have_bubbles(page: Page) -> None:
    _start_chat(page, clinic="harbor", name="Grace Moore", phone="12025550147")
    for button, bubble in (
        ("Send a voice note", "Voice note 0:04"),
        ("Send a picture", "Picture"),
        ("Send a location", "Location"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.locator(".message.mine").last).to_contain_text(bubble)


def test_a_narrow_phone_shows_one_thing_at_a_time(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 720})
    expect(page.locator(".chats")).to_be_visible()
    expect(page.locator(".chat")).to_be_hidden()
    _start_chat(page, clinic="shaked", name="תמר ברק", phone="972550000141")
    expect(page.locator(".chats")).to_be_hidden()
    page.get_by_role("group", name="Suggested phrases").get_by_role("button", name="שלום!").click()
    expect(page.locator(".message.assistant")).to_have_count(1)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    _picture(page, "simulator-narrow", tmp_path)

    page.get_by_role("button", name="What it thought").click()

    expect(page.locator(".thought[open]")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Back to chats").click()
    expect(page.get_by_role("button", name="תמר ברק")).to_be_visible()
