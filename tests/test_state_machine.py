from __future__ import annotations

from uuid import UUID

import pytest

from frontdesk.conversation.state_machine import (
    LEADS_TO,
    STATE_OF_TASK,
    ConversationState,
    ConversationStateMachine,
    Session,
    StateContext,
    Task,
    TransitionRefused,
    drop_task,
    forget_appointment,
    is_allowed,
    put_task_aside,
    resume_task,
)

FILLING, VENEERS, CROWN, BRACES = (UUID(int=n) for n in range(1, 5))
VISIT = UUID(int=9)


def task_for(service_id: UUID, **values: object) -> Task:
    return Task(kind="book_appointment", service_id=service_id, asked=True, current=True, **values)  # type: ignore[arg-type]


def test_every_state_says_where_it_leads() -> None:
    assert set(LEADS_TO) == set(ConversationState)


def test_every_kind_of_task_waits_in_some_state() -> None:
    assert set(STATE_OF_TASK.values()) <= set(ConversationState)
    assert STATE_OF_TASK["cancel_appointment"] is ConversationState.CANCELING


def test_a_question_does_not_take_a_chat_back_from_staff_but_a_booking_does() -> None:
    assert not is_allowed(ConversationState.ESCALATED, ConversationState.SERVICE_INQUIRY)
    assert is_allowed(ConversationState.ESCALATED, ConversationState.BOOKING_CONFIRMATION)


def test_a_task_put_aside_is_no_longer_the_last_question() -> None:
    session = put_task_aside(Session(task=task_for(FILLING)))
    assert session.task is None
    (waiting,) = session.put_aside
    assert waiting.service_id == FILLING
    assert not waiting.asked
    assert not waiting.current


def test_a_mere_question_is_not_kept_for_later() -> None:
    session = put_task_aside(Session(task=Task(kind="inquiry", service_id=VENEERS)))
    assert session.task is None
    assert session.put_aside == ()


def test_only_the_latest_three_interrupted_tasks_are_remembered() -> None:
    session = Session()
    for service_id in (FILLING, VENEERS, CROWN, BRACES):
        session = put_task_aside(resume_task(session, task_for(service_id)))
    assert [task.service_id for task in session.put_aside] == [VENEERS, CROWN, BRACES]


def test_the_same_visit_is_put_aside_once() -> None:
    session = put_task_aside(Session(task=task_for(FILLING, appointment_id=VISIT)))
    session = put_task_aside(Session(task=task_for(CROWN, appointment_id=VISIT), put_aside=session.put_aside))
    assert [task.service_id for task in session.put_aside] == [CROWN]


def test_taking_up_a_task_puts_the_other_one_aside() -> None:
    session = put_task_aside(Session(task=task_for(FILLING)))
    waiting = session.put_aside[0]
    resumed = resume_task(Session(task=task_for(VENEERS), put_aside=session.put_aside), waiting)
    assert resumed.task == waiting
    assert [task.service_id for task in resumed.put_aside] == [VENEERS]


def test_a_dropped_task_is_gone_wherever_it_was() -> None:
    in_hand = task_for(FILLING)
    assert drop_task(Session(task=in_hand), in_hand).task is None
    session = put_task_aside(Session(task=in_hand))
    assert drop_task(session, session.put_aside[0]).put_aside == ()


def test_tasks_about_a_changed_visit_are_forgotten() -> None:
    session = put_task_aside(Session(task=task_for(FILLING, appointment_id=VISIT)))
    assert forget_appointment(session, VISIT).put_aside == ()
    assert forget_appointment(session, UUID(int=8)).put_aside == session.put_aside


class MemoryStates:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[ConversationState, StateContext]] = {}

    async def load_state(self, session_id: str) -> tuple[ConversationState, StateContext] | None:
        return self.rows.get(session_id)

    async def save_state(self, session_id: str, state: ConversationState, context: StateContext) -> None:
        self.rows[session_id] = (state, context)


@pytest.fixture
def machine() -> ConversationStateMachine:
    return ConversationStateMachine(MemoryStates())


async def test_an_unknown_conversation_is_idle(machine: ConversationStateMachine) -> None:
    assert await machine.get_state("s1") == (ConversationState.IDLE, StateContext())


async def test_a_transition_is_remembered_with_its_context(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.BOOKING_NEW, {"service_name": "veneers"})
    state, context = await machine.get_state("s1")
    assert state is ConversationState.BOOKING_NEW
    assert context.service_name == "veneers"


async def test_a_finished_task_does_not_colour_the_next(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.BOOKING_NEW, {"service_name": "veneers"})
    await machine.transition("s1", ConversationState.IDLE)
    assert (await machine.get_state("s1"))[1] == StateContext()


async def test_a_transition_the_table_does_not_have_is_refused(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.ESCALATED)
    with pytest.raises(TransitionRefused) as refused:
        await machine.transition("s1", ConversationState.SERVICE_INQUIRY)
    assert refused.value.following is ConversationState.SERVICE_INQUIRY


async def test_an_unknown_field_of_the_context_is_refused(machine: ConversationStateMachine) -> None:
    with pytest.raises(ValueError, match="tooth"):
        await machine.transition("s1", ConversationState.BOOKING_NEW, {"tooth": "36"})


async def test_a_pending_filling_stays_out_of_a_talk_about_veneers(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.SERVICE_INQUIRY, {"service_name": "veneers"})
    injects, reason = await machine.should_inject_context("s1", "Dr. Dan, filling")
    assert not injects
    assert "veneers" in reason


async def test_a_pending_action_on_the_same_service_comes_in(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.SERVICE_INQUIRY, {"service_name": "Filling"})
    assert (await machine.should_inject_context("s1", "Dr. Dan, filling"))[0]


async def test_a_pending_action_comes_in_where_nothing_else_is_spoken_of(
    machine: ConversationStateMachine,
) -> None:
    assert (await machine.should_inject_context("s1", "Dr. Dan, filling"))[0]


async def test_nothing_comes_in_while_staff_hold_the_chat(machine: ConversationStateMachine) -> None:
    await machine.transition("s1", ConversationState.ESCALATED)
    assert not (await machine.should_inject_context("s1", "Dr. Dan, filling"))[0]
