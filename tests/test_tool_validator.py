"""A model's tool calls, judged before they run: the public cases, another clinic's, and what holds for any call."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.agent.tool_argument_validator import ToolArgumentError, ToolArgumentValidator, ToolContext
from frontdesk.agent.tool_errors import REASONS, Fault
from frontdesk.agent.tool_schemas import KIND_OF, TOOLS
from frontdesk.conversation.engine import Entities
from frontdesk.language.codes import LANGUAGES
from frontdesk.language.formats import load_bundles
from frontdesk.scheduling.clinic_file import ClinicFile, read_clinic_file
from frontdesk.scheduling.models import AppointmentStatus
from frontdesk.understanding.language_of import language_of
from tests.support.fixture_catalogs import make_visit

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT / "tests" / "data" / "tool_calls"
VALIDATOR: Final = ToolArgumentValidator()
NOW: Final = datetime.fromisoformat("2026-06-02T09:10:00+01:00")
ABSENT: Final = "(absent)"

# "@name" in a case → the id it stands for.
IDS: Final = {
    "@quay": "2c4a7e10-5b1d-4f36-8a90-71c3e5d90011",
    "@mill": "2c4a7e10-5b1d-4f36-8a90-71c3e5d90012",
    "@organization": "2c4a7e10-5b1d-4f36-8a90-71c3e5d90001",
    "@rocha": "6e0b93f2-11aa-4c58-9d27-b04f6a2c0001",
    "@prado": "6e0b93f2-11aa-4c58-9d27-b04f6a2c0002",
    "@hugo": "6e0b93f2-11aa-4c58-9d27-b04f6a2c0003",
    "@otto": "6e0b93f2-11aa-4c58-9d27-b04f6a2c0004",
    "@physio": "a7d5c3b1-0e2f-4a61-b8c9-3f1d7e500001",
    "@massage": "a7d5c3b1-0e2f-4a61-b8c9-3f1d7e500002",
    "@acupuncture": "a7d5c3b1-0e2f-4a61-b8c9-3f1d7e500003",
    "@assessment": "a7d5c3b1-0e2f-4a61-b8c9-3f1d7e500004",
    "@cryo": "a7d5c3b1-0e2f-4a61-b8c9-3f1d7e500005",
    "@writer": "f1e2d3c4-7788-4b5a-9c6d-0a1b2c300001",
    "@neighbour": "f1e2d3c4-7788-4b5a-9c6d-0a1b2c300002",
    "@booked": "90ab12cd-34ef-4567-89ab-cdef01230001",
    "@pending": "90ab12cd-34ef-4567-89ab-cdef01230002",
    "@cancelled": "90ab12cd-34ef-4567-89ab-cdef01230003",
    "@past": "90ab12cd-34ef-4567-89ab-cdef01230004",
    "@completed": "90ab12cd-34ef-4567-89ab-cdef01230005",
    "@foreign": "90ab12cd-34ef-4567-89ab-cdef01230006",
}
# A right call of each tool: a case says what it changes.
RIGHT: Final[dict[str, dict[str, Any]]] = {
    "get_services": {"clinic_id": "@quay"},
    "get_doctors": {"clinic_id": "@quay"},
    "check_availability": {"clinic_id": "@quay", "service_id": "@physio", "date": "2026-06-09"},
    "book_appointment": {
        "patient_id": "@writer",
        "clinic_id": "@quay",
        "doctor_id": "@rocha",
        "service_id": "@physio",
        "date": "2026-06-09",
        "time": "10:00",
    },
    "get_appointments": {"patient_id": "@writer"},
    "reschedule_appointment": {
        "appointment_id": "@booked",
        "new_date": "2026-06-11",
        "new_time": "14:00",
    },
    "cancel_appointment": {"appointment_id": "@booked"},
    "confirm_appointment": {"appointment_id": "@booked"},
    "escalate_to_human": {"reason": "wants a person"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    is_valid: bool
    errors: list[ToolArgumentError]
    suggestions: dict[str, Any]

    @property
    def fields(self) -> list[str]:
        return [error.field for error in self.errors]

    @property
    def faults(self) -> dict[str, Fault]:
        return {error.field: error.fault for error in self.errors}


def judge(tool: object, arguments: object, context: ToolContext) -> Verdict:
    is_valid, errors, suggestions = VALIDATOR.validate_tool_call(tool, arguments, context)
    return Verdict(is_valid=is_valid, errors=errors, suggestions=suggestions)


def judge_change(tool: str, change: dict[str, Any], context: ToolContext) -> Verdict:
    """The right call of a tool with some arguments changed."""
    return judge(tool, make_arguments(tool, change), context)


def make_arguments(tool: str, change: dict[str, Any]) -> dict[str, Any]:
    arguments = RIGHT.get(tool, {}) | change
    return {name: to_id(value) for name, value in arguments.items() if value != ABSENT}


def to_id(value: Any) -> Any:
    if isinstance(value, list):
        return [to_id(one) for one in value]
    return IDS.get(value, value) if isinstance(value, str) else value


@cache
def riverbank() -> ClinicFile:
    return read_clinic_file(DATA / "riverbank.yaml")


def at_the_quay(*, now: datetime = NOW) -> ToolContext:
    catalog = riverbank().catalogs["quay"]
    return ToolContext(
        catalog=catalog,
        patient_id=UUID(IDS["@writer"]),
        now=now,
        # The neighbour's visit is handed in too: it must stay unknown.
        appointments=riverbank().appointments[catalog.clinic.clinic_id],
        elsewhere=frozenset({UUID(IDS["@mill"]), UUID(IDS["@otto"]), UUID(IDS["@cryo"])}),
    )


def at_the_mill(now: str) -> ToolContext:
    return ToolContext(
        catalog=riverbank().catalogs["mill"],
        patient_id=UUID(IDS["@writer"]),
        now=datetime.fromisoformat(now),
    )


def load_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@cache
def demo_clinics() -> ClinicFile:
    return read_clinic_file(ROOT / "fixtures" / "clinic_demo.yaml")


def context_of(setup: dict[str, Any]) -> ToolContext:
    catalog, patient_id = demo_clinics().catalogs[setup["clinic"]], UUID(setup["patient"]["id"])
    return ToolContext(
        catalog=catalog,
        patient_id=patient_id,
        now=datetime.fromisoformat(setup["at"]),
        appointments=tuple(make_visit(catalog, row, patient_id) for row in setup.get("appointments", ())),
    )


@pytest.mark.parametrize(
    "case", load_lines(ROOT / "eval" / "cases" / "tool_calls.jsonl"), ids=lambda case: case["id"]
)
def test_a_public_case_is_judged_as_it_asks(case: dict[str, Any]) -> None:
    call, expect = case["tool_call"], case["expect"]
    verdict = judge(call["name"], call["arguments"], context_of(case["setup"]))
    assert verdict.is_valid is expect["valid"]
    choices = [set(field.split("|")) for field in expect.get("fields", ())]
    assert all(set(verdict.fields) & choice for choice in choices)
    assert set(verdict.fields) <= set().union(*choices)
    assert expect.get("suggest", {}).items() <= verdict.suggestions.items()


CASES: Final = load_lines(DATA / "riverbank.jsonl")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['tool']}: {case['story']}")
def test_a_call_at_another_clinic_is_judged_as_its_story_says(case: dict[str, Any]) -> None:
    verdict = judge_change(case["tool"], case["change"], at_the_quay())
    assert verdict.is_valid is not case["wrong"]
    assert verdict.fields == case["wrong"]
    for field, value in case["suggest"].items():
        assert verdict.suggestions.get(field) == to_id(value), field


@pytest.mark.parametrize("case", [case for case in CASES if case["wrong"]], ids=lambda case: case["story"])
def test_a_suggested_value_is_right_when_it_is_taken(case: dict[str, Any]) -> None:
    context = at_the_quay()
    arguments = make_arguments(case["tool"], case["change"])
    suggestions = judge(case["tool"], arguments, context).suggestions
    name = suggestions.pop("name", case["tool"])
    only = {field: value for field, value in suggestions.items() if not isinstance(value, list)}
    if isinstance(name, str):
        again = judge(name, arguments | only, context)
        # A doctor is held against a service only once that has an id.
        assert not set(only) & set(again.fields) - {"doctor_id"}
    for field, values in suggestions.items():
        for value in values if isinstance(values, list) else ():
            assert field not in judge(case["tool"], arguments | only | {field: value}, context).fields


@pytest.mark.parametrize("clinic", ["tlv", "sao"])
def test_every_name_of_a_service_or_doctor_leads_to_its_id(clinic: str) -> None:
    context = replace(at_the_quay(), catalog=demo_clinics().catalogs[clinic], appointments=())
    for service in context.catalog.services.values():
        for name in (service.key, *service.name.values()):
            found = judge("get_doctors", {"service_id": name}, context).suggestions["service_id"]
            assert found == str(service.service_id), name
    for doctor in context.catalog.doctors.values():
        for name in (doctor.key, *doctor.name.values()):
            found = judge("check_availability", {"doctor_id": name}, context).suggestions["doctor_id"]
            assert found == str(doctor.doctor_id), name


def test_reasons_tell_the_model_what_is_wrong_with_an_id() -> None:
    at = at_the_quay()
    assert judge_change("book_appointment", {"doctor_id": "1"}, at).faults == {"doctor_id": Fault.PLACEHOLDER}
    assert judge_change("book_appointment", {"doctor_id": "prado"}, at).faults == {
        "doctor_id": Fault.NOT_AN_ID
    }
    assert judge_change("book_appointment", {"doctor_id": "@otto"}, at).faults == {
        "doctor_id": Fault.OTHER_CLINIC
    }
    assert judge_change("book_appointment", {"doctor_id": "@physio"}, at).faults == {
        "doctor_id": Fault.OTHER_KIND
    }
    assert judge_change("book_appointment", {"doctor_id": str(uuid4())}, at).faults == {
        "doctor_id": Fault.UNKNOWN_ID
    }


def test_a_repeated_digit_is_a_placeholder_unless_the_clinic_really_has_that_id() -> None:
    fives = "55555555-5555-5555-5555-555555555555"
    context = at_the_quay()
    assert judge_change("book_appointment", {"doctor_id": fives}, context).faults == {
        "doctor_id": Fault.PLACEHOLDER
    }
    doctor = replace(context.catalog.doctors[UUID(IDS["@rocha"])], doctor_id=UUID(fives))
    catalog = replace(context.catalog, doctors={doctor.doctor_id: doctor})
    assert judge_change("book_appointment", {"doctor_id": fives}, replace(context, catalog=catalog)).is_valid


def test_whether_somebody_else_is_a_patient_is_not_told() -> None:
    context = at_the_quay()
    neighbour = judge_change("get_appointments", {"patient_id": "@neighbour"}, context)
    nobody = judge_change("get_appointments", {"patient_id": str(uuid4())}, context)
    assert neighbour == nobody
    theirs = judge_change("cancel_appointment", {"appointment_id": "@foreign"}, context)
    unknown = judge_change("cancel_appointment", {"appointment_id": str(uuid4())}, context)
    assert theirs == unknown
    assert IDS["@foreign"] not in str(theirs.suggestions)


def test_a_clinic_copied_for_one_conversation_goes_by_both_its_ids() -> None:
    context = at_the_quay()
    own = uuid4()
    copied = replace(context.catalog, clinic=replace(context.catalog.clinic, clinic_id=own))
    context = replace(context, catalog=copied, outside_clinic_id=UUID(IDS["@quay"]))
    assert judge("get_services", {"clinic_id": str(own)}, context).is_valid
    assert judge("get_services", {"clinic_id": IDS["@quay"].upper()}, context).is_valid
    assert judge("get_services", {"clinic_id": "1"}, context).suggestions == {"clinic_id": IDS["@quay"]}


def test_today_is_the_clinics_today() -> None:
    # Half past eleven at night of 1 June in UTC is 2 June in Lisbon.
    context = at_the_quay(now=datetime.fromisoformat("2026-06-01T23:30:00+00:00"))
    assert judge_change("book_appointment", {"date": "2026-06-01"}, context).fields == ["date"]
    assert judge_change("book_appointment", {"date": "2026-06-02", "time": "08:00"}, context).is_valid


@pytest.mark.parametrize(
    ("at", "minutes", "fits"),
    [
        ("01:00", 45, True),
        # The clocks skip from 02:00 to 03:00.
        ("02:30", 45, False),
        ("03:00", 45, True),
        # From one o'clock to six there are four hours this night.
        ("01:00", 240, True),
        ("01:00", 241, False),
    ],
)
def test_a_night_on_which_the_clocks_change_is_an_hour_shorter(at: str, minutes: int, fits: bool) -> None:
    context = at_the_mill("2027-03-01T12:00:00-08:00")
    call = {"clinic_id": "@mill", "doctor_id": "@otto", "date": "2027-03-14", "time": at}
    verdict = judge_change("book_appointment", call | {"duration_minutes": minutes}, context)
    assert verdict.fields == ([] if fits else ["time"])


def test_the_longest_visit_fits_a_day_of_eight_hours() -> None:
    context = at_the_mill("2026-06-02T12:00:00-07:00")
    call = {"clinic_id": "@mill", "doctor_id": "@otto", "date": "2026-06-08", "time": "07:00"}
    assert judge_change("book_appointment", call | {"duration_minutes": 480}, context).is_valid


@pytest.mark.parametrize("status", list(AppointmentStatus))
def test_only_an_active_visit_to_come_can_be_changed(status: AppointmentStatus) -> None:
    context = at_the_quay()
    visit = context.find_appointment(UUID(IDS["@booked"]))
    assert visit is not None
    context = replace(context, appointments=(replace(visit, status=status),))
    for tool in ("reschedule_appointment", "cancel_appointment", "confirm_appointment"):
        verdict = judge_change(tool, {}, context)
        assert verdict.fields == ([] if status.is_active else ["appointment_id"])


def test_the_only_visit_to_come_is_suggested() -> None:
    context = at_the_quay()
    visits = tuple(one for one in context.appointments if str(one.appointment_id) != IDS["@pending"])
    verdict = judge_change(
        "cancel_appointment", {"appointment_id": "1"}, replace(context, appointments=visits)
    )
    assert verdict.suggestions == {"appointment_id": IDS["@booked"]}


def test_a_patient_without_visits_gets_no_suggestion_for_one() -> None:
    context = replace(at_the_quay(), appointments=())
    verdict = judge_change("cancel_appointment", {"appointment_id": "1"}, context)
    assert verdict.fields == ["appointment_id"]
    assert verdict.suggestions == {}


def test_a_visit_of_a_doctor_who_has_left_is_moved_within_the_clinics_hours() -> None:
    context = at_the_quay()
    doctors = {key: one for key, one in context.catalog.doctors.items() if str(key) != IDS["@rocha"]}
    context = replace(context, catalog=replace(context.catalog, doctors=doctors))
    assert judge_change("reschedule_appointment", {"new_time": "19:15"}, context).is_valid


def test_what_the_conversation_has_settled_on_decides_between_right_values() -> None:
    known = Entities(
        doctor_id=UUID(IDS["@prado"]),
        service_id=UUID(IDS["@assessment"]),
        on=date(2026, 6, 9),
        at=time(11, 0),
        appointment_id=UUID(IDS["@booked"]),
    )
    context = replace(at_the_quay(), known=known)
    booking = judge_change("book_appointment", {"doctor_id": "1", "date": "", "time": None}, context)
    assert booking.suggestions == {"doctor_id": IDS["@prado"], "date": "2026-06-09", "time": "11:00"}
    looking = judge_change("check_availability", {"service_id": "1"}, context)
    assert looking.suggestions == {"service_id": IDS["@assessment"]}
    cancelling = judge_change("cancel_appointment", {"appointment_id": "1"}, context)
    assert cancelling.suggestions == {"appointment_id": IDS["@booked"]}


def test_what_the_conversation_has_settled_on_is_not_suggested_where_it_is_wrong() -> None:
    context = replace(at_the_quay(), known=Entities(on=date(2026, 6, 7), at=time(3, 0)))
    assert judge_change("book_appointment", {"date": "", "time": ""}, context).suggestions == {}


def test_a_missing_day_or_hour_is_for_the_patient_to_say() -> None:
    verdict = judge_change("book_appointment", {"date": ABSENT, "time": ABSENT}, at_the_quay())
    assert verdict.fields == ["date", "time"]
    assert verdict.suggestions == {}


def test_a_service_nobody_offers_has_no_doctor_to_suggest() -> None:
    context = at_the_quay()
    doctors = {key: one for key, one in context.catalog.doctors.items() if str(key) == IDS["@rocha"]}
    context = replace(context, catalog=replace(context.catalog, doctors=doctors))
    verdict = judge_change("book_appointment", {"service_id": "@acupuncture"}, context)
    assert verdict.fields == ["doctor_id"]
    assert verdict.suggestions == {}


def test_a_day_of_next_year_is_suggested_at_the_turn_of_the_year() -> None:
    context = at_the_quay(now=datetime.fromisoformat("2026-12-28T09:00:00+00:00"))
    # Models write the old year in January; 12 January 2027 is a Tuesday.
    verdict = judge_change("book_appointment", {"date": "2024-01-12"}, context)
    assert verdict.suggestions["date"][0] == "2027-01-12"


def test_a_leap_day_of_another_year_is_no_trouble() -> None:
    assert judge_change("book_appointment", {"date": "2024-02-29"}, at_the_quay()).fields == ["date"]


@pytest.mark.parametrize("arguments", [None, [], "{}", 5, {}, {"clinic": "@quay"}])
def test_arguments_that_are_none_lack_everything(arguments: object) -> None:
    for tool, schema in TOOLS.items():
        assert judge(tool, arguments, at_the_quay()).fields == list(schema.required)


@pytest.mark.parametrize("name", [None, 5, [], {}, True])
def test_a_tool_without_a_name_is_unknown(name: object) -> None:
    verdict = judge(name, {}, at_the_quay())
    assert verdict.fields == ["name"]
    assert verdict.suggestions == {"name": list(TOOLS)}


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
NEARLY: Final = st.sampled_from(
    [
        *IDS.values(),
        "1",
        "test",
        "2026-06-09",
        "2026-06-07",
        "10:00",
        "9am",
        "03:00",
        30,
        481,
        "high",
        "",
        None,
    ]
) | st.from_regex(r"[0-9]{1,5}[-./:]?[0-9]{0,2}[-./:]?[0-9]{0,4}( ?[ap]m)?", fullmatch=True)


@given(tool=st.sampled_from(list(TOOLS)), data=st.data())
def test_whatever_a_model_writes_every_wrong_field_is_named_once(tool: str, data: st.DataObject) -> None:
    names = st.sampled_from(TOOLS[tool].arguments)
    arguments = data.draw(st.dictionaries(names | st.text(max_size=5), NEARLY | JSON, max_size=8))
    verdict = judge(tool, arguments, at_the_quay())
    assert verdict.is_valid is (not verdict.fields)
    assert len(verdict.fields) == len(set(verdict.fields))
    assert set(verdict.fields) <= set(TOOLS[tool].arguments)
    assert set(verdict.suggestions) <= set(verdict.fields)
    json.dumps(verdict.suggestions)


@given(tool=st.sampled_from(list(TOOLS)), data=st.data())
def test_a_wrong_argument_makes_no_other_wrong(tool: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(TOOLS[tool].arguments))
    arguments = make_arguments(tool, {field: "§ nothing of the kind §"})
    assert set(judge(tool, arguments, at_the_quay()).fields) <= {field}


def test_every_argument_of_every_tool_is_of_a_known_kind() -> None:
    assert {name for schema in TOOLS.values() for name in schema.arguments} == set(KIND_OF)
    assert set(REASONS) == set(Fault)


def test_an_error_is_its_reason() -> None:
    error = ToolArgumentError("date", Fault.PAST_DATE)
    assert (error, error.field, error.fault) == ("is in the past", "date", Fault.PAST_DATE)
    assert json.dumps({"reason": error}) == '{"reason": "is in the past"}'


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "The doctor does not see patients on that day. I can check for you: 4 June, 6 June, 8 June."),
        ("ru", "В этот день врач не принимает. Могу проверить для вас: 4 июня, 6 июня, 8 июня."),
        (
            "es",
            "El doctor no atiende ese día. Puedo comprobar para usted: 4 de junio, 6 de junio, 8 de junio.",
        ),
        (
            "pt",
            "O médico não atende nesse dia. Posso verificar para você: 4 de junho, 6 de junho, 8 de junho.",
        ),
    ],
)
def test_the_patient_reads_what_is_wrong_and_what_could_be(language: str, message: str) -> None:
    verdict = judge_change("book_appointment", {"date": "2026-06-03"}, at_the_quay())
    response = VALIDATOR.create_error_response(verdict.errors, verdict.suggestions, language)
    assert response["message"] == message
    assert response["errors"] == [{"field": "date", "reason": "is a day on which the doctor does not work"}]
    assert response["ok"] is False


def test_hours_are_offered_in_hebrew_too() -> None:
    verdict = judge_change("book_appointment", {"time": "12:00"}, at_the_quay())
    message = VALIDATOR.create_error_response(verdict.errors, verdict.suggestions, "he")["message"]
    assert message.startswith("בשעה הזאת הביקור לא ייכנס לשעות העבודה.")
    assert "11:15, 11:30, 11:45" in message


def test_hours_wait_until_the_day_is_settled() -> None:
    verdict = judge_change("book_appointment", {"date": "2026-06-07", "time": "3 pm sharp"}, at_the_quay())
    message = VALIDATOR.create_error_response(verdict.errors, verdict.suggestions, "en")["message"]
    assert "8 June" in message
    assert ":00" not in message


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_to_the_patient_shows_nothing_of_the_machine(language: str) -> None:
    for field, fault in product([*KIND_OF, "name"], Fault):
        errors = [ToolArgumentError(field, fault)]
        suggestions = {field: [IDS["@rocha"], "<b>"]}
        message = VALIDATOR.create_error_response(errors, suggestions, language)["message"]
        assert message
        assert not any(part in message for part in (IDS["@rocha"], "<b>", "_id", "UUID", "HH:MM"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_its_own_language_and_in_no_other(language: str) -> None:
    bundles = load_bundles("frontdesk.agent", "texts")
    assert set(bundles) == set(LANGUAGES)
    assert bundles[language].keys == bundles["en"].keys
    texts = [bundles.format(language, key, options="10:00") for key in sorted(bundles[language].keys)]
    assert language_of(" ".join(texts)).language == language


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    errors = [ToolArgumentError("service_id", Fault.MISSING)]
    assert VALIDATOR.create_error_response(errors, {}, "fr")["message"] == "Which treatment would you like?"
