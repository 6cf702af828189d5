"""The deterministic engine: understands, decides and answers without any model, and always has an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from frontdesk.conversation.engine import Entities, FollowUp, Reply, Toolbox, Turn
from frontdesk.conversation.linking import DEFAULT_POLICY
from frontdesk.conversation.relevance_model import RelevancePolicy
from frontdesk.conversation.state_machine import ConversationState, Session, Task, is_allowed
from frontdesk.dialogue.answer import Answer
from frontdesk.dialogue.deciding import decide
from frontdesk.dialogue.guarding import LONGEST_MESSAGE, remember_minor
from frontdesk.dialogue.last_question import heed_last_question
from frontdesk.dialogue.pressing import pressed_visit, read_press
from frontdesk.dialogue.promising import judge_complaint, judge_follow_up
from frontdesk.dialogue.remembering import answer_memory_wish, ask_memory_consent, close_memory_question
from frontdesk.dialogue.repeating import join_parts, notice_repetition
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.wording import Wording
from frontdesk.language.choose import LanguageChoice, choose_language
from frontdesk.language.reading import LanguageReading
from frontdesk.understanding.language_of import language_of
from frontdesk.understanding.models import Intent, Understanding
from frontdesk.understanding.understand import understand

_LONGEST_REPLY: Final = 1_600
# Characters at the end of a long message in which its point is looked for.
_LAST_WORDS: Final = (250, 600)
_NO_POINT: Final = frozenset({Intent.THANKS_BYE, Intent.OUT_OF_SCOPE, Intent.GREETING, Intent.PROVIDE_INFO})
_PLUSES: Final = frozenset({"+", "++", "+++", "+1"})


class OfflineEngine:
    """Answers every turn by rules. Pure besides the toolbox."""

    def __init__(self, policy: RelevancePolicy = DEFAULT_POLICY) -> None:
        """`policy`: what the relevance model may decide."""
        self._policy: Final = policy

    async def answer(self, turn: Turn, tools: Toolbox) -> Reply:
        """The reply. Never raises EngineUnavailable: it is the engine of last resort."""
        clinic = turn.catalog.clinic
        reading = read_message(turn)
        choice = _choose_language(turn, reading)
        today = turn.now.astimezone(clinic.zone).date()
        scene = Scene(
            turn=turn,
            reading=_read_pick(turn.session.task, read_press(turn, _read_sign(reading))),
            session=heed_last_question(turn, reading),
            wording=Wording(language=choice.language, clinic=clinic, today=today),
            tools=tools,
            policy=self._policy,
        )
        return _compose(*await _answer(scene), choice)


async def _answer(scene: Scene) -> tuple[Scene, Answer]:
    about_memory = answer_memory_wish(scene)
    scene = close_memory_question(remember_minor(scene))
    if about_memory is not None:
        return scene, about_memory
    scene, answer = await decide(take_up_pressed_visit(scene))
    return ask_memory_consent(scene, notice_repetition(scene, answer))


def read_message(turn: Turn) -> Understanding:
    """The message as understood. People who write a page come to the point at its end, so a page is read from there."""
    text = turn.text[:LONGEST_MESSAGE]
    for length in _LAST_WORDS:
        if len(text) > 2 * length:
            reading = _understand(turn, text[-length:].partition(" ")[2])
            if reading.intent not in _NO_POINT:
                return reading
    return _understand(turn, text)


def _understand(turn: Turn, text: str) -> Understanding:
    return understand(
        text,
        catalog=turn.catalog,
        now=turn.now,
        timezone=turn.catalog.clinic.timezone,
        language=turn.session.language or turn.patient.language,
    )


def _read_sign(reading: Understanding) -> Understanding:
    """A plus says yes in Russian-speaking chats."""
    if reading.text.strip() not in _PLUSES:
        return reading
    return replace(
        reading, intents=(Intent.CONFIRM,), says_yes=True, is_bare=True, reasons=("confirm:plus sign",)
    )


def _read_pick(task: Task | None, reading: Understanding) -> Understanding:
    """With a list on the table "the 2nd" is no day of the month and "la 2" no hour."""
    offered = max(len(task.options), len(task.choices)) if task else 0
    if reading.choice is None or reading.choice_span is None or reading.choice > offered:
        return reading
    first, last = reading.choice_span
    kept = tuple(date for date in reading.dates if not (first <= date.span[0] and date.span[1] <= last))
    return replace(reading, dates=kept)


def take_up_pressed_visit(scene: Scene) -> Scene:
    """A reminder's button names its visit: that becomes the task in hand, asked."""
    pressed = pressed_visit(scene.turn)
    if pressed is None:
        return scene
    intent, visit_id = pressed
    visit = scene.appointment(visit_id)
    if visit is None:
        return scene
    on, at = scene.local(visit)
    task = Task(
        kind="confirm_appointment",
        service_id=visit.service_id,
        doctor_id=visit.doctor_id,
        appointment_id=visit_id,
        on=on,
        at=at,
        asked=True,
    )
    reading = replace(scene.reading, intents=(intent,), dates=(), services=(), doctors=(), is_bare=True)
    others = tuple(each for each in scene.session.put_aside if each.appointment_id != visit_id)
    return replace(scene, reading=reading, session=replace(scene.session, task=task, put_aside=others))


def _choose_language(turn: Turn, reading: Understanding) -> LanguageChoice:
    said = LanguageReading(
        language=reading.language, confidence=reading.language_confidence, is_clear=reading.language_is_clear
    )
    remembered = turn.session.notes.get("earlier_language")
    return choose_language(
        reading=said,
        request=reading.language_request,
        session_language=turn.session.language,
        requested_language=turn.session.requested_language,
        profile_language=turn.patient.language,
        history_texts=[said_before.text for said_before in turn.history if said_before.role == "patient"],
        clinic_default=turn.catalog.clinic.default_language,
        read_language=language_of,
        earlier_session_language=remembered if isinstance(remembered, str) else None,
    )


def _compose(scene: Scene, answer: Answer, choice: LanguageChoice) -> Reply:
    state = _state_after(scene, answer)
    follow_up = _follow_up(scene, answer)
    holds = _holds(scene, answer, state)
    session = _session_after(scene, answer, state, choice)
    return Reply(
        text=_text(scene, answer, follow_up, holds=holds),
        language=choice.language,
        intent=answer.intent,
        session=session,
        entities=_entities(answer, session),
        context_injected=answer.injected,
        relevance=answer.relevance or 0.0,
        escalated=answer.escalated or state is ConversationState.ESCALATED,
        alert_reason=answer.alert_reason,
        follow_up=follow_up,
        quick_replies=answer.quick_replies,
        memory_consent=answer.memory_consent,
        holds=holds,
        reasons=answer.reasons,
    )


def _state_after(scene: Scene, answer: Answer) -> ConversationState:
    """The answer's state where the table leads there. A chat left to staff stays with them meanwhile."""
    before = scene.turn.session.state
    wanted = answer.state
    if answer.keeps_task and not answer.escalated and scene.turn.session.task is not None:
        wanted = before
    return wanted if is_allowed(before, wanted) or _finished_something(answer) else before


def _finished_something(answer: Answer) -> bool:
    return answer.about is not None and answer.state is ConversationState.IDLE


def _session_after(scene: Scene, answer: Answer, state: ConversationState, choice: LanguageChoice) -> Session:
    session = scene.session
    task = session.task if answer.keeps_task else answer.task
    if not answer.keeps_task and task is None and session.task is not None:
        session = replace(session, task=None)
    return replace(
        session,
        state=state,
        task=task,
        language=choice.session_language,
        requested_language=choice.requested_language,
        misunderstood=session.misunderstood + 1 if answer.is_misunderstanding else 0,
    )


def _follow_up(scene: Scene, answer: Answer) -> FollowUp | None:
    if answer.follow_up is None and not answer.escalated:
        complaint = judge_complaint(scene)
        if complaint is not None:
            return complaint
    if answer.follow_up is not None or not scene.turn.always_follow_up:
        return answer.follow_up
    return judge_follow_up(scene, "staff are away")


def _text(scene: Scene, answer: Answer, follow_up: FollowUp | None, *, holds: bool) -> str:
    parts = list(answer.parts)
    if scene.turn.introduce and not answer.escalated:
        # The introduction is a greeting itself.
        parts = [scene.say("how-help")] if "greeting" in answer.reasons else parts
        parts.insert(0, scene.say("introduction", clinic=scene.wording.clinic_name()))
    if follow_up is not None and answer.intent is not Intent.EMERGENCY:
        parts.append(scene.say("follow-up", minutes=int(follow_up.due_in_hours * 60)))
    elif holds:
        parts.append(scene.say("staff-will-write"))
    return join_parts(parts)[:_LONGEST_REPLY]


def _holds(scene: Scene, answer: Answer, state: ConversationState) -> bool:
    """Whether to say that staff have the chat: while it is theirs, and not with every message."""
    waits = scene.turn.session.state is state is ConversationState.ESCALATED
    return waits and not answer.escalated and scene.turn.hold_notice_due


def _entities(answer: Answer, session: Session) -> Entities:
    task = answer.task or answer.about or (session.task if answer.keeps_task else None)
    if task is None:
        return Entities()
    return Entities(
        service_id=task.service_id,
        doctor_id=task.doctor_id,
        on=task.on,
        at=task.at,
        appointment_id=task.appointment_id,
    )
