"""Questions about services and prices, answered from the catalog. Never a medical fact, a diagnosis or a dose."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from frontdesk.conversation.engine import QuickReply
from frontdesk.conversation.state_machine import STATE_OF_TASK, ConversationState, Task
from frontdesk.conversation.topics import Topic, find_topics, names_treatment
from frontdesk.dialogue.answer import Answer, answer_with_task
from frontdesk.dialogue.promising import judge_follow_up
from frontdesk.dialogue.scene import Scene, only_match, wanted
from frontdesk.scheduling.models import Service
from frontdesk.understanding.models import Intent

# WhatsApp shows ten rows in a list and patients read no more.
_LIST_AT_MOST: Final = 12


def answer_service_question(scene: Scene, intent: Intent, *, topic: UUID | None = None) -> Answer:
    """What the message asks about a service; `topic` is the one spoken of where the message names none."""
    scene.tools.note("get_services", clinic_id=str(scene.catalog.clinic.clinic_id))
    named = _named_services(scene) or ((topic,) if topic else ())
    services = [
        scene.catalog.services[service_id] for service_id in named if service_id in scene.catalog.services
    ]
    topics = find_topics(scene.reading)
    if Topic.MEDICINE in topics:
        return _decline_medicine(scene, services, intent)
    if Topic.PAYMENT in topics and not _named_services(scene):
        return _leave_payment(scene, intent, topic)
    if len(services) == 1:
        return _tell_service(scene, services[0], intent, topics)
    if services:
        return _compare(scene, services, intent)
    return _without_service(scene, intent, topics)


def _named_services(scene: Scene) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(s for mention in wanted(scene.reading.services) for s in mention.candidates))


def _without_service(scene: Scene, intent: Intent, topics: frozenset[Topic]) -> Answer:
    if names_treatment(scene.reading.text):
        return _say_not_offered(scene, intent)
    if Topic.PATIENTS in topics:
        return _leave_to_staff(scene, intent)
    if Topic.COMPLAINT in topics:
        return _offer_visit(scene, intent, scene.say("complaint"))
    if Topic.MEDICAL in topics:
        return _offer_visit(scene, intent, scene.say("doctor-explains"))
    return list_services(scene, intent)


def _tell_service(scene: Scene, service: Service, intent: Intent, topics: frozenset[Topic]) -> Answer:
    word = scene.wording
    doctor = scene.doctor(only_match(scene.reading.doctors))
    name = word.service(service)
    facts = (
        [scene.say("service-price", service=name, price=word.price(service.price))]
        if service.price is not None
        else []
    )
    length = scene.say("service-length", length=word.length(service.duration))
    if intent is Intent.PRICE_INQUIRY:
        parts = facts or [scene.say("price-unknown", service=name)]
    else:
        lead = scene.say(
            "service-length-of" if Topic.DURATION in topics else "service-offered",
            service=name,
            length=word.length(service.duration),
        )
        price = (
            [scene.say("price-only", price=word.price(service.price))] if service.price is not None else []
        )
        parts = [" ".join([lead, *price])]
        if Topic.MEDICAL in topics:
            parts.append(scene.say("doctor-explains"))
    if intent is Intent.PRICE_INQUIRY:
        parts = [" ".join([*parts, length])]
    if doctor is not None and service.service_id not in doctor.service_ids:
        parts.append(scene.say("doctor-not-offering", doctor=word.doctor(doctor), service=name))
        doctor = None
    if intent is not Intent.PRICE_INQUIRY:
        parts += _say_doctors(scene, service)
    task = Task(kind="inquiry", service_id=service.service_id, doctor_id=doctor.doctor_id if doctor else None)
    answer = answer_with_task(intent, task, *parts, scene.say("offer-booking"), reason="inquiry.service")
    return replace(
        answer,
        quick_replies=(QuickReply(reply_id=f"book:{service.service_id}", title=scene.say("button-book")),),
    )


def _say_doctors(scene: Scene, service: Service) -> list[str]:
    doctors = [d for d in scene.catalog.doctors_for(service.service_id) if d.doctor_id not in scene.hidden]
    names = scene.wording.listed(scene.wording.doctor(doctor) for doctor in doctors)
    return [scene.say("service-doctors", count=len(doctors), doctors=names)] if doctors else []


def _compare(scene: Scene, services: list[Service], intent: Intent) -> Answer:
    lines = scene.wording.numbered([_line(scene, service) for service in services[:_LIST_AT_MOST]])
    task = Task(kind="inquiry", choices=tuple(service.service_id for service in services[:_LIST_AT_MOST]))
    return answer_with_task(intent, task, lines, scene.say("ask-which-service"), reason="inquiry.several")


def list_services(scene: Scene, intent: Intent) -> Answer:
    """Every service with its price and length."""
    services = scene.shown_services()
    lines = scene.wording.bullets(_line(scene, service) for service in services[:_LIST_AT_MOST])
    parts = (scene.say("services-lead"), lines, scene.say("ask-interest"))
    return Answer(
        parts=parts,
        intent=intent,
        state=ConversationState.SERVICE_INQUIRY,
        task=Task(kind="inquiry", current=True),
        reasons=("inquiry.list",),
    )


def _line(scene: Scene, service: Service) -> str:
    word = scene.wording
    facts = [word.length(service.duration)]
    facts += [word.price(service.price)] if service.price is not None else []
    return f"{word.service(service)} — {word.listed(facts)}"


def _say_not_offered(scene: Scene, intent: Intent) -> Answer:
    names = scene.wording.listed(scene.wording.service(service) for service in scene.shown_services())
    # While another matter waits, no list: it would name what the patient did not ask for.
    offer = [] if scene.hidden else [scene.say("we-offer", services=names)]
    parts = (scene.say("not-offered"), *offer, scene.say("ask-interest"))
    return Answer(
        parts=parts, intent=intent, state=ConversationState.SERVICE_INQUIRY, reasons=("inquiry.not_offered",)
    )


def _offer_visit(scene: Scene, intent: Intent, *parts: str) -> Answer:
    """Sympathy and a visit, no advice: a yes begins a booking."""
    task = Task(kind="inquiry")
    answer = answer_with_task(intent, task, *parts, scene.say("offer-visit"), reason="inquiry.offer_visit")
    return replace(answer, state=STATE_OF_TASK["inquiry"])


def _leave_to_staff(scene: Scene, intent: Intent) -> Answer:
    """Whom the clinic sees is not in the catalog."""
    return Answer(
        parts=(scene.say("ask-staff-fact"),),
        intent=intent,
        state=ConversationState.SERVICE_INQUIRY,
        follow_up=judge_follow_up(scene, "asks whom the clinic sees"),
        reasons=("inquiry.patients",),
    )


def _leave_payment(scene: Scene, intent: Intent, topic: UUID | None) -> Answer:
    """Cards, insurance and receipts are for staff to answer. What was spoken of stays the topic."""
    return Answer(
        task=Task(kind="inquiry", service_id=topic, asked=True, current=True) if topic else None,
        parts=(scene.say("payment"),),
        intent=intent,
        state=ConversationState.SERVICE_INQUIRY,
        follow_up=judge_follow_up(scene, "asks about payment"),
        reasons=("inquiry.payment",),
    )


def _decline_medicine(scene: Scene, services: list[Service], intent: Intent) -> Answer:
    task = Task(kind="inquiry", service_id=services[0].service_id if len(services) == 1 else None)
    return answer_with_task(
        intent, task, scene.say("no-medicine"), scene.say("offer-visit"), reason="inquiry.medicine"
    )
