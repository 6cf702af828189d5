"""Questions asked while something is in hand: answered from the catalog, then the open question again."""

from __future__ import annotations

from dataclasses import replace

from frontdesk.conversation.link import QUESTIONS
from frontdesk.conversation.state_machine import EXISTING_VISIT_KINDS, STATE_OF_TASK, Task
from frontdesk.dialogue.answer import Answer, answer_with_task
from frontdesk.dialogue.clinic_facts import answer_clinic_question, list_visits
from frontdesk.dialogue.doctor_facts import answer_doctor_question
from frontdesk.dialogue.inquiries import answer_service_question
from frontdesk.dialogue.scene import Scene, wanted
from frontdesk.dialogue.slots import say_options
from frontdesk.dialogue.small_talk import ask_again
from frontdesk.understanding.models import Intent

# Which question is put again under the answer, by kind of task.
_OPEN_QUESTION = {
    "confirm_appointment": "ask-confirm-again",
    "cancel_appointment": "ask-cancel-again",
    "book_appointment": "ask-book",
    "choose_slot": "ask-which-time",
    "collect_info": "ask-day-again",
    "check_availability": "ask-day-again",
    "offer_doctor": "ask-day-again",
    "inquiry": "offer-booking",
}


async def answer_about_task(scene: Scene, task: Task, *, standalone: bool = False) -> Answer:
    """What the message asks, the task being the topic. `standalone`: the task is done, nothing is asked again."""
    question = next(
        (intent for intent in scene.reading.intents if intent in QUESTIONS), Intent.MY_APPOINTMENTS
    )
    answer = answer_question(scene, question, task)
    if standalone or task.kind == "inquiry" or _is_about_another(scene, task):
        return answer
    key = _open_question(task)
    facts = answer.parts[:-1] if answer.task is not None and len(answer.parts) > 1 else answer.parts
    again = answer_with_task(question, task, *facts, scene.say(key), reason="question.in_task")
    return again.because(*answer.reasons)


def _open_question(task: Task) -> str:
    """The text that asks what the task waits for, naming nothing."""
    if task.kind == "reschedule_appointment" and task.on and task.at and not task.missing:
        return "ask-move"
    if "appointment" in task.missing:
        return "ask-which-visit"
    if "service" in task.missing:
        return "ask-service-again"
    return _OPEN_QUESTION.get(task.kind, "ask-day-again")


def repeat_question(scene: Scene, task: Task) -> Answer:
    """Not understood in the middle of a task: the open question again; the third time a person."""
    if scene.session.misunderstood >= 2:
        return ask_again(scene, Intent.PROVIDE_INFO)
    return Answer(
        parts=(scene.say("unclear-short"), *ask_open_question(scene, task)),
        intent=Intent.PROVIDE_INFO,
        state=STATE_OF_TASK[task.kind],
        task=task,
        is_misunderstanding=True,
        reasons=("unclear.in_task",),
    )


def ask_open_question(scene: Scene, task: Task) -> list[str]:
    """What the task waits for, asked again, with the times on offer."""
    parts = [scene.say(_open_question(task))]
    if task.kind != "inquiry" and task.options:
        parts.append(say_options(scene, task.options))
    return parts


def agree_on_language(scene: Scene) -> Answer:
    """Nothing but the wish for another language: agreed, and on with what was being done."""
    task = scene.session.task
    goes_on = task is not None and task.asked and task.current
    return Answer(
        parts=(
            scene.say("language-agreed"),
            *(ask_open_question(scene, task) if task is not None and goes_on else [scene.say("how-help")]),
        ),
        intent=scene.reading.intent,
        state=scene.session.state,
        keeps_task=True,
        reasons=("language.agreed",),
    )


def _is_about_another(scene: Scene, task: Task) -> bool:
    services = wanted(scene.reading.services)
    return (
        bool(services)
        and task.service_id is not None
        and all(task.service_id not in m.candidates for m in services)
    )


def answer_question(scene: Scene, question: Intent, topic: Task | None = None) -> Answer:
    """A question answered; `topic` is what was spoken of."""
    service_id = topic.service_id if topic else None
    doctor_id = topic.doctor_id if topic else None
    if question is Intent.HOURS_LOCATION:
        return answer_clinic_question(scene)
    if question is Intent.DOCTOR_INQUIRY:
        return answer_doctor_question(scene, topic=doctor_id, service_id=service_id)
    if question is Intent.MY_APPOINTMENTS:
        return _tell_visit(scene, topic)
    return answer_service_question(scene, question, topic=service_id)


def _tell_visit(scene: Scene, topic: Task | None) -> Answer:
    visit = scene.appointment(topic.appointment_id) if topic and topic.kind in EXISTING_VISIT_KINDS else None
    if visit is None:
        return list_visits(scene)
    scene.tools.note("get_appointments", patient_id=str(scene.turn.patient.patient_id))
    told = list_visits(scene)
    return replace(told, parts=(scene.say("your-visit", visit=scene.describe_visit(visit)),), about=topic)
