from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.conversation.session_json import session_from_json, session_to_json
from frontdesk.conversation.state_machine import ConversationState, Option, Session, Task

SERVICE, DOCTOR, VISIT = (UUID(int=n) for n in range(1, 4))

ids = st.none() | st.uuids()
# Minutes are what a slot has; seconds would be lost on no path, but nobody books them.
clock = st.builds(time, hour=st.integers(0, 23), minute=st.integers(0, 59))
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
tasks = st.builds(
    Task,
    kind=st.sampled_from(["book_appointment", "choose_slot", "inquiry", "cancel_appointment"]),
    service_id=ids,
    doctor_id=ids,
    appointment_id=ids,
    on=st.none() | days,
    at=st.none() | clock,
    options=st.lists(st.builds(Option, doctor_id=st.uuids(), on=days, at=clock), max_size=3).map(tuple),
    missing=st.lists(st.sampled_from(["date", "time"]), max_size=2).map(tuple),
    any_doctor=st.booleans(),
    asked=st.booleans(),
    since=st.none() | st.just(datetime(2026, 3, 2, 10, tzinfo=UTC)),
    current=st.booleans(),
    not_before=st.none() | clock,
    not_after=st.none() | clock,
    choices=st.lists(st.uuids(), max_size=3).map(tuple),
)
sessions = st.builds(
    Session,
    state=st.sampled_from(list(ConversationState)),
    task=st.none() | tasks,
    put_aside=st.lists(tasks, max_size=3).map(tuple),
    language=st.none() | st.sampled_from(["ru", "he"]),
    requested_language=st.none() | st.sampled_from(["en", "es"]),
    misunderstood=st.integers(0, 3),
    notes=st.dictionaries(
        st.sampled_from(["dropped", "minor"]), st.none() | st.booleans() | st.text(max_size=5)
    ),
)


@given(sessions)
def test_a_session_comes_back_from_its_column_as_it_went_in(session: Session) -> None:
    assert session_from_json(json.loads(json.dumps(session_to_json(session)))) == session


def test_an_empty_session_takes_no_room() -> None:
    assert session_to_json(Session()) == {"state": "idle"}
    assert session_from_json({}) == Session()


def test_what_a_newer_release_wrote_is_left_out() -> None:
    document = {
        "state": "booking_new",
        "mood": "sunny",
        "task": {"kind": "book_appointment", "service_id": str(SERVICE), "room": 3},
        "put_aside": [{"kind": "pay_invoice"}],
    }
    session = session_from_json(document)
    assert session.task == Task(kind="book_appointment", service_id=SERVICE)
    assert session.put_aside == ()


def test_a_broken_state_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="dreaming"):
        session_from_json({"state": "dreaming"})
