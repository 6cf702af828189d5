"""The page to chat with the clinic, in a real browser, in front of everything `make run` starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import RunningClinic

pytestmark = pytest.mark.browser


def _start_chat(page: Page, *, name: str, phone: str, clinic: str = "demo-tlv", language: str = "en") -> None:
    page.get_by_role("button", name="New chat").click()
    dialog = page.get_by_role("dialog", name="New chat")
    dialog.get_by_role("combobox", name="Clinic").select_option(clinic)
    dialog.get_by_role("combobox", name="Language").select_option(language)
    dialog.get_by_role("textbox", name="Patient's name").fill(name)
    dialog.get_by_role("textbox", name="Phone").fill(phone)
    dialog.get_by_role("button", name="Start chat").click()
    expect(page.locator("#chat-name")).to_have_text(name)


def _say(page: Page, text: str) -> None:
    page.locator("#draft").fill(text)
    page.keyboard.press("Enter")


def _answers(page: Page, number: int) -> str:
    """The text of the last of so many answers, once it is there."""
    answers = page.locator(".message.assistant .text")
    expect(answers).to_have_count(number)
    return answers.last.inner_text()


def _picture(page: Page, folder: Path, name: str) -> None:
    expect(page.locator(".message.mine .ticks").last).to_have_class("ticks delivery_ack")
    page.screenshot(path=folder / f"{name}.png", animations="disabled")


def test_a_patient_asks_in_english_and_books(page: Page, clinic: RunningClinic, pictures: Path) -> None:
    _start_chat(page, name="Alice Carter", phone="+972 55 000 0142")
    _say(page, "hi, how much is a cleaning?")
    assert "350" in _answers(page, 1)
    _say(page, "can i come for one next tuesday morning?")
    _answers(page, 2)
    page.get_by_role("group", name="Answers offered").get_by_role("button").first.click()
    assert "Shall I book it?" in _answers(page, 3)
    _say(page, "yes please")

    assert "you are booked" in _answers(page, 4)
    newest = page.locator(".thought").first
    expect(newest).to_contain_text("book_appointment")
    _picture(page, pictures, "simulator-english")
    booked = clinic.rows(
        "select a.status from healthcare.appointments a join healthcare.patients p using (clinic_id, patient_id)"
        " where p.name = 'Alice Carter'"
    )
    assert booked == [("booked",)]


def test_hebrew_runs_from_right_to_left_and_the_panel_tells_why(
    page: Page, clinic: RunningClinic, pictures: Path
) -> None:
    _start_chat(page, name="נועה לוי", phone="+972 55 000 0031", language="he")
    _say(page, "שלום, כמה עולה הלבנה?")
    assert "1200" in _answers(page, 1)
    _say(page, "אפשר לקבוע ליום ראשון בבוקר?")
    _answers(page, 2)

    expect(page.locator(".message.assistant .text").last).to_have_css("direction", "rtl")
    expect(page.locator(".message.mine .text").last).to_have_attribute("dir", "rtl")
    newest = page.locator(".thought").first
    expect(newest).to_contain_text("booking_new")
    expect(newest).to_contain_text("check_availability")
    expect(newest).to_contain_text("ms")
    (trace_id,) = clinic.rows(
        "select trace_id from core.whatsapp_conversations where direction = 'in' order by received_at desc limit 1"
    )[0]
    expect(newest).to_contain_text(str(trace_id))

    page.get_by_role("combobox", name="Page in").select_option("he")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.get_by_role("button", name="שיחה חדשה")).to_be_visible()
    _picture(page, pictures, "simulator-hebrew")


@pytest.mark.parametrize(
    ("language", "clinic_key", "name", "phone", "question", "answer"),
    [
        ("ru", "demo-tlv", "Ольга Белова", "+972550000032", "здравствуйте, сколько стоят виниры?", "₪"),
        ("es", "demo-sao", "Lucía Romero", "+5511955000033", "hola, ¿cuánto cuesta una limpieza?", "R$"),
        ("pt", "demo-sao", "Mariana Souza", "+5511955000034", "oi, quanto custa o clareamento?", "R$"),
    ],
)
def test_a_price_in_the_patients_language(
    page: Page,
    pictures: Path,
    language: str,
    clinic_key: str,
    name: str,
    phone: str,
    question: str,
    answer: str,
) -> None:
    _start_chat(page, name=name, phone=phone, clinic=clinic_key, language=language)
    _say(page, question)

    assert answer in _answers(page, 1)
    expect(page.locator(".thought").first).to_contain_text("price_inquiry")
    page.locator("#page-language").select_option(language)
    _picture(page, pictures, f"simulator-{language}")


def test_the_bare_address_leads_to_the_page(page: Page, clinic: RunningClinic) -> None:
    page.goto(clinic.page_url.removesuffix("simulator/"))
    expect(page).to_have_url(clinic.page_url)


def test_yesterdays_chat_is_on_the_list(page: Page) -> None:
    _start_chat(page, name="Tom Hill", phone="+972550000143")
    _say(page, "Hello!")
    _answers(page, 1)
    page.reload()

    page.get_by_role("button", name="Tom Hill").click()

    expect(page.locator(".message")).to_have_count(2)


def test_a_message_that_comes_while_the_chat_is_loading_is_not_lost(page: Page) -> None:
    loading: list[Route] = []
    page.route("**/control/messages*", lambda route: loading.append(route))
    _start_chat(page, name="Tom Hull", phone="+972550000148")
    _say(page, "Hello!")
    _answers(page, 1)

    for route in loading:
        route.fulfill(json=[])

    expect(page.locator(".thought")).to_have_count(1)
    expect(page.locator(".message")).to_have_count(2)


def test_a_strangers_markup_stays_text(page: Page) -> None:
    _start_chat(page, name="<b>Bob</b>", phone="+972550000144")
    _say(page, "<img src=x onerror=alert(1)> <script>alert(2)</script>")

    expect(page.locator(".message.mine .text")).to_have_text(
        "<img src=x onerror=alert(1)> <script>alert(2)</script>"
    )
    expect(page.get_by_role("heading", name="<b>Bob</b>")).to_be_visible()
    assert page.locator(".messages img, .messages script").count() == 0


def _switch(page: Page, fault: str, *, on: bool = True) -> None:
    page.get_by_role("button", name="What goes wrong").click()
    page.get_by_label(fault, exact=True).set_checked(on)
    page.keyboard.press("Escape")


def test_a_message_delivered_twice_is_answered_once(
    page: Page, clinic: RunningClinic, pictures: Path
) -> None:
    _start_chat(page, name="Ruth Reed", phone="+972550000145")
    page.get_by_role("button", name="What goes wrong").click()
    page.get_by_label("twice").check()
    page.screenshot(path=pictures / "simulator-faults.png", animations="disabled")
    page.keyboard.press("Escape")
    expect(page.locator("#fault-mark svg")).to_be_visible()

    _say(page, "Hello!")
    _answers(page, 1)
    _switch(page, "normally")
    _say(page, "where are you?")

    assert "Rothschild" in _answers(page, 2)
    assert clinic.rows(
        "select count(*) from core.outbox o join core.conversation_sessions s on s.id = o.session_id"
        " join healthcare.patients p using (patient_id) where p.name = 'Ruth Reed'"
    ) == [(2,)]


def test_an_answer_waits_while_the_gateway_is_down(page: Page) -> None:
    _start_chat(page, name="Ida Stone", phone="+972550000149")
    _switch(page, "is down")
    _say(page, "what are your hours?")
    expect(page.locator("#fault-mark svg")).to_be_visible()
    _switch(page, "is down", on=False)

    assert "09:00" in _answers(page, 1)


def test_staff_answer_from_the_clinics_phone_and_the_assistant_keeps_still(page: Page) -> None:
    _start_chat(page, name="Rose Reed", phone="+972550000146")
    page.get_by_role("button", name="What goes wrong").click()
    page.get_by_label("Staff write from the clinic's phone").fill("Dana here, one moment.")
    page.get_by_role("group", name="Staff").get_by_role("button", name="Send").click()
    expect(page.locator(".message.staff")).to_contain_text("Dana here, one moment.")

    _say(page, "ok, waiting")
    _say(page, "my throat is swelling up and i cannot breathe")

    assert "101" in _answers(page, 1)


def test_voice_notes_pictures_and_places_have_bubbles(page: Page) -> None:
    _start_chat(page, name="Grace Moore", phone="+972550000147")
    for button, bubble in (
        ("Send a voice note", "Voice note 0:04"),
        ("Send a picture", "Picture"),
        ("Send a location", "Location"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.locator(".message.mine").last).to_contain_text(bubble)


def test_a_narrow_phone_shows_one_thing_at_a_time(page: Page, pictures: Path) -> None:
    page.set_viewport_size({"width": 360, "height": 720})
    expect(page.locator(".chats")).to_be_visible()
    expect(page.locator(".chat")).to_be_hidden()
    _start_chat(page, name="תמר ברק", phone="972550000141", language="he")
    expect(page.locator(".chats")).to_be_hidden()
    page.get_by_role("group", name="Suggested phrases").get_by_role("button", name="שלום!").click()
    _answers(page, 1)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    _picture(page, pictures, "simulator-narrow")

    page.get_by_role("button", name="What it thought").click()

    expect(page.locator(".thought[open]")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Back to chats").click()
    expect(page.get_by_role("button", name="תמר ברק")).to_be_visible()
