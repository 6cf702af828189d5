"""What a message is to the conversation: an answer to what was asked, a return to something left, or a new matter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from frontdesk.conversation.link import QUESTIONS, Link, LinkKind, read_names
from frontdesk.conversation.linking import find_link
from frontdesk.conversation.state_machine import (
    NEW_BOOKING_KINDS,
    Task,
    drop_task,
    forget_appointment,
    put_task_aside,
    resume_task,
)
from frontdesk.conversation.topics import Topic, find_topics, is_unrecognised
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.asking import agree_on_language, answer_question, repeat_question
from frontdesk.dialogue.booking import start_booking
from frontdesk.dialogue.canceling import start_canceling
from frontdesk.dialogue.confirming import start_confirming
from frontdesk.dialogue.continuing import continue_task
from frontdesk.dialogue.escalating import call_human
from frontdesk.dialogue.guarding import guard
from frontdesk.dialogue.new_matter import find_new_intent
from frontdesk.dialogue.promising import judge_follow_up
from frontdesk.dialogue.repairing import answer_repair, restart
from frontdesk.dialogue.rescheduling import start_rescheduling
from frontdesk.dialogue.scene import DROPPED_NOTE, Scene, wanted
from frontdesk.dialogue.small_talk import answer_thanks, ask_again, decline_matter, greet, let_be
from frontdesk.dialogue.two_matters import split_in_two
from frontdesk.dialogue.two_requests import keep_for_later, split_requests, take_waiting
from frontdesk.understanding.models import Intent, Repair, Understanding


async def decide(scene: Scene) -> tuple[Scene, Answer]:
    """The answer, and the scene with the session the answer builds on."""
    guarded = guard(scene)
    if guarded is not None:
        return scene, guarded
    repaired = answer_repair(scene)
    if scene.reading.repair is Repair.START_OVER:
        scene = restart(scene)
    if repaired is not None:
        return scene, repaired
    if scene.reading.language_request is not None and is_unrecognised(scene.reading):
        return scene, await _agree_on_language(scene)
    halves = split_in_two(scene)
    if halves is not None:
        return await _take_up_waiting(*await _decide_both(scene, *halves))
    requests = split_requests(scene)
    if requests is not None:
        return await _decide_requests(scene, *requests)
    return await _take_up_waiting(*await _decide_one(scene))


async def _decide_requests(scene: Scene, first: Understanding, second: Understanding) -> tuple[Scene, Answer]:
    """A question is answered before what is to be done is asked about; of two things to do the second waits."""
    if first.intent in QUESTIONS:
        first, second = second, first
    if second.intent in QUESTIONS:
        told = answer_question(replace(scene, reading=second), second.intent)
        facts = told.parts[:-1] if told.task is not None and len(told.parts) > 1 else told.parts
        after, answer = await _decide_one(replace(scene, reading=first))
        return after, answer.saying_first(*facts).because("requests.question_and_action")
    after, answer = await _decide_one(replace(keep_for_later(scene, second), reading=first))
    return await _take_up_waiting(after, answer.because("requests.two_actions"))


async def _take_up_waiting(scene: Scene, answer: Answer) -> tuple[Scene, Answer]:
    """Once nothing is in hand, the request that has waited."""
    scene, waiting = take_waiting(scene, answer)
    if waiting is None:
        return scene, answer
    session = replace(scene.session, task=None)
    after, then = await _decide_one(replace(scene, reading=waiting, session=session))
    joined = replace(then.saying_first(*answer.parts), intent=answer.intent)
    return after, joined.because(*answer.reasons)


async def _agree_on_language(scene: Scene) -> Answer:
    """Nothing but the wish for another language: what is being booked is said again in it."""
    task = scene.session.task
    if task is not None and task.asked and task.current and task.kind in NEW_BOOKING_KINDS:
        again = await continue_task(scene, task)
        return again.saying_first(scene.say("language-agreed"))
    return agree_on_language(scene)


async def _decide_both(scene: Scene, verdict: Understanding, question: Understanding) -> tuple[Scene, Answer]:
    """First the verdict on what was asked, then the question that came with it."""
    after, first = await _decide_one(replace(scene, reading=verdict))
    if first.task is not None or first.keeps_task or first.escalated:
        # The verdict led to another question: it stays the last one said.
        asked = answer_question(replace(after, reading=question), question.intent)
        return after, first.saying_first(*asked.parts)
    session = replace(after.session, task=None)
    scene, second = await _decide_one(replace(after, reading=question, session=session))
    joined = replace(
        second.saying_first(*first.parts),
        about=second.about or first.about,
        injected=first.injected or second.injected,
        relevance=first.relevance,
    )
    return scene, joined.because(*first.reasons)


async def _decide_one(scene: Scene) -> tuple[Scene, Answer]:
    task, link = _find_task(scene)
    if task is None:
        return await _begin(scene, link)
    if link.kind is LinkKind.DROPS:
        return await _drop(scene, task, link)
    return await _go_on(scene, task, link)


def _find_task(scene: Scene) -> tuple[Task | None, Link]:
    """The task the message is about: the one in hand, else the latest put aside it fits."""
    best = Link(kind=LinkKind.NONE, probability=0.0, reason="nothing is pending")
    in_hand = (scene.session.task,) if scene.session.task else ()
    tasks = (*in_hand, *reversed(scene.session.put_aside))
    # What is called by its name comes before what would merely fit.
    for task in sorted(tasks, key=lambda task: not read_names(scene.reading, task).own_service):
        link = find_link(scene.reading, task, in_hand=task is scene.session.task, policy=scene.policy)
        if link.kind is not LinkKind.NONE:
            return task, link
        if task.kind != "inquiry" and link.probability > best.probability:
            best = link
    return None, best


async def _go_on(scene: Scene, task: Task, link: Link) -> tuple[Scene, Answer]:
    """The message is about the task; using one that was pending or put aside is an injection of context."""
    if task is not scene.session.task:
        scene = scene.with_session(resume_task(scene.session, task))
    answer = await continue_task(scene, task)
    session = scene.session
    if answer.task is None and task.appointment_id is not None:
        session = forget_appointment(session, task.appointment_id)
    is_pending = task.kind != "inquiry" and not task.current and not answer.is_dropping
    answer = replace(answer, injected=is_pending, relevance=link.probability)
    return scene.with_session(session), answer.because(f"link.{link.kind}", link.reason)


async def _drop(scene: Scene, task: Task, link: Link) -> tuple[Scene, Answer]:
    """Dropped, and not named again; what else the message wants is done without it."""
    scene = _forget(scene, task)
    if not _wants_more(scene, task):
        intent = scene.reading.intent if scene.reading.intent is Intent.CANCEL else Intent.DENY
        answer = let_be(
            scene, intent, visit_stays=task.kind in ("cancel_appointment", "reschedule_appointment")
        )
    else:
        scene, answer = await _begin(scene, link)
    return scene, replace(answer, relevance=link.probability).because("link.drops", link.reason)


def _forget(scene: Scene, task: Task) -> Scene:
    """Without the task; what it was about is not named again unless the patient does."""
    kept_ids = {i for m in wanted(scene.reading.doctors) for i in m.candidates}
    ids = [i for i in (task.service_id, task.doctor_id) if i and i not in kept_ids]
    kept = str(scene.session.notes.get(DROPPED_NOTE) or "").split()
    notes = {**scene.session.notes, DROPPED_NOTE: " ".join(dict.fromkeys([*kept, *map(str, ids)]))}
    session = replace(drop_task(scene.session, task), notes=notes)
    # "Forget the one, tell me about the other" negates the one without a word of negation.
    services = tuple(
        replace(m, negated=m.negated or task.service_id in m.candidates) for m in scene.reading.services
    )
    reading = replace(scene.reading, services=services)
    return replace(scene, reading=reading, session=session)


def _wants_more(scene: Scene, task: Task) -> bool:
    named = wanted(scene.reading.services) or wanted(scene.reading.doctors)
    others = [m for m in named if task.service_id not in m.candidates and task.doctor_id not in m.candidates]
    asks = scene.reading.intent in QUESTIONS or scene.reading.intent is Intent.HUMAN
    return bool(others) or (asks and scene.reading.is_question)


_Start = Callable[[Scene], Awaitable[Answer]]


async def _begin(scene: Scene, link: Link) -> tuple[Scene, Answer]:
    """A matter of its own: what was in hand waits, unnamed."""
    reading = scene.reading
    before = scene.session
    if (
        before.task is not None
        and before.task.current
        and before.task.asked
        and is_unrecognised(scene.reading)
    ):
        return scene, repeat_question(scene, before.task)
    scene = scene.with_session(put_task_aside(before))
    answer = await _STARTS[find_new_intent(scene)](scene)
    if before.task is not None and before.task.kind == "inquiry" and "inquiry.payment" in answer.reasons:
        answer = replace(answer, keeps_task=True)  # what was spoken of stays the topic
    if answer.keeps_task:
        scene = scene.with_session(before)
    return scene, replace(answer, relevance=link.probability).because(f"intent.{reading.intent}", link.reason)


async def _book(scene: Scene) -> Answer:
    return await start_booking(scene)


async def _cancel(scene: Scene) -> Answer:
    return start_canceling(scene)


async def _ask(scene: Scene) -> Answer:
    intent = scene.reading.intent
    return answer_question(scene, intent if intent in QUESTIONS else Intent.SERVICE_INQUIRY)


async def _ask_of_doctors(scene: Scene) -> Answer:
    return answer_question(scene, Intent.DOCTOR_INQUIRY)


async def _confirm(scene: Scene) -> Answer:
    """A yes with no question before it says nothing; "I confirm my visit" does."""
    if scene.reading.is_bare or not (
        wanted(scene.reading.services) or wanted(scene.reading.doctors) or scene.reading.dates
    ):
        return replace(
            ask_again(scene, Intent.CONFIRM), is_misunderstanding=False, parts=(scene.say("how-help"),)
        )
    return await start_confirming(scene)


async def _deny(scene: Scene) -> Answer:
    return let_be(scene)


async def _unclear(scene: Scene) -> Answer:
    return ask_again(scene, Intent.PROVIDE_INFO)


async def _human(scene: Scene) -> Answer:
    answer = call_human(scene, judge_follow_up(scene, "asked for a person"))
    if Topic.GRIEVANCE in find_topics(scene.reading):
        return replace(answer, parts=(scene.say("sorry"), scene.say("human-anyway")))
    return answer


async def _greet(scene: Scene) -> Answer:
    return greet(scene)


async def _thank(scene: Scene) -> Answer:
    return answer_thanks(scene)


async def _decline(scene: Scene) -> Answer:
    """What nobody recognised is asked again; what was recognised as none of ours is declined."""
    if is_unrecognised(scene.reading):
        return ask_again(scene, Intent.OUT_OF_SCOPE)
    topics = find_topics(scene.reading)
    if Topic.MEDICINE in topics:
        return answer_question(scene, Intent.OUT_OF_SCOPE)
    return decline_matter(scene, "own-visits-only" if Topic.OTHER_PEOPLE in topics else "out-of-scope")


_STARTS: Final[Mapping[Intent, _Start]] = {
    Intent.GREETING: _greet,
    Intent.SERVICE_INQUIRY: _ask,
    Intent.PRICE_INQUIRY: _ask,
    Intent.HOURS_LOCATION: _ask,
    Intent.DOCTOR_INQUIRY: _ask_of_doctors,
    Intent.MY_APPOINTMENTS: _ask,
    Intent.BOOK: _book,
    Intent.RESCHEDULE: start_rescheduling,
    Intent.CANCEL: _cancel,
    Intent.CONFIRM: _confirm,
    Intent.DENY: _deny,
    Intent.PROVIDE_INFO: _unclear,
    Intent.HUMAN: _human,
    Intent.EMERGENCY: _human,
    Intent.THANKS_BYE: _thank,
    Intent.OUT_OF_SCOPE: _decline,
}
