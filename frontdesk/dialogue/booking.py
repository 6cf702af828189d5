"""A new booking: collect what is missing, propose the whole, write on a yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from frontdesk.conversation.engine import SlotRefused
from frontdesk.conversation.state_machine import Option, Task
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.collecting import Collected, collect
from frontdesk.dialogue.pressing import yes_and_no
from frontdesk.dialogue.scene import Scene
from frontdesk.dialogue.slots import (
    Availability,
    buttons_for,
    find_from,
    find_refusal,
    find_wished,
    list_day,
    option_of,
    say_options,
    say_refusal,
    spread,
)
from frontdesk.scheduling.models import Slot, Visitor
from frontdesk.understanding.models import Intent
from frontdesk.understanding.unknown_doctor import names_unknown_doctor

_LIST_AT_MOST: Final = 12


async def start_booking(scene: Scene, intent: Intent = Intent.BOOK) -> Answer:
    """A booking from what this message alone says."""
    return await continue_booking(scene, Task(kind="collect_info"), intent)


async def continue_booking(scene: Scene, task: Task, intent: Intent) -> Answer:
    """The booking with what this message adds or changes."""
    collected = collect(scene, replace(task, kind="collect_info", appointment_id=None))
    answer = await advance_booking(scene, collected, intent)
    if not scene.reading.doctors and names_unknown_doctor(scene.reading.text):
        answer = answer.saying_first(scene.say("no-such-doctor"))
    # A visit is one person's: two are booked one after the other.
    return answer.saying_first(scene.say("each-in-turn")) if scene.reading.is_for_several else answer


async def advance_booking(scene: Scene, collected: Collected, intent: Intent) -> Answer:
    """Ask for the first thing missing, or propose."""
    task = replace(collected.task, choices=(), options=(), missing=())
    if collected.which_service:
        return _ask_which_service(scene, collected, intent)
    task = _with_only_service(scene, task)
    if collected.which_doctor:
        return _ask_which_doctor(scene, replace(collected, task=task), intent)
    if task.service_id is None:
        return _ask_service(scene, task, intent)
    doctor = scene.doctor(task.doctor_id)
    if doctor is not None and task.service_id not in doctor.service_ids:
        return _refuse_doctor(scene, task, intent)
    if collected.until_on is not None and task.at is None:
        return await _offer_range(scene, task, collected, intent)
    if task.on is None:
        return await _ask_day(scene, task, intent)
    if task.at is None:
        return await _offer_day(scene, task, intent)
    return await _propose_or_refuse(scene, task, intent)


def _with_only_service(scene: Scene, task: Task) -> Task:
    """A doctor or a clinic with a single service leaves nothing to ask."""
    if task.service_id is not None:
        return task
    doctor = scene.doctor(task.doctor_id)
    offered = [s for s in scene.catalog.services if doctor is None or s in doctor.service_ids]
    return replace(task, service_id=offered[0]) if len(offered) == 1 else task


def _ask_which_service(scene: Scene, collected: Collected, intent: Intent) -> Answer:
    names = [scene.wording.service(scene.catalog.services[s]) for s in collected.which_service]
    task = replace(
        collected.task, service_id=None, missing=("service",), choices=collected.which_service, options=()
    )
    return answer_with_task(
        intent,
        task,
        scene.say("ask-which-service"),
        scene.wording.numbered(names),
        reason="booking.which_service",
    )


def _ask_which_doctor(scene: Scene, collected: Collected, intent: Intent) -> Answer:
    names = [scene.wording.doctor(scene.catalog.doctors[d]) for d in collected.which_doctor]
    task = replace(
        collected.task, doctor_id=None, missing=("doctor",), choices=collected.which_doctor, options=()
    )
    return answer_with_task(
        intent,
        task,
        scene.say("ask-which-doctor"),
        scene.wording.numbered(names),
        reason="booking.which_doctor",
    )


def _ask_service(scene: Scene, task: Task, intent: Intent) -> Answer:
    doctor = scene.doctor(task.doctor_id)
    services = [s for s in scene.shown_services() if doctor is None or s.service_id in doctor.service_ids]
    names = [scene.wording.service(service) for service in services[:_LIST_AT_MOST]]
    asking = replace(
        task, missing=("service",), choices=tuple(s.service_id for s in services[:_LIST_AT_MOST])
    )
    scene.tools.note("get_services", clinic_id=str(scene.catalog.clinic.clinic_id))
    lead = _say_known(scene, task)
    lead = [*lead, scene.say("ask-service-again")] if lead else [scene.say("ask-service")]
    return answer_with_task(
        intent, asking, *lead, scene.wording.numbered(names), reason="booking.ask_service"
    )


def _say_known(scene: Scene, task: Task) -> list[str]:
    """What is known already, so that nobody says it twice; a day that cannot be is refused at once."""
    if task.on is not None:
        refusal = find_refusal(scene, replace(task, at=None, doctor_id=None))
        if refusal in ("past", "holiday", "closed"):
            return [say_refusal(scene, refusal, task)]
    known = scene.describe(None, task.doctor_id, task.on, task.at)
    if known:
        return [scene.say("noted", what=known)]
    return [scene.say("noted-soonest")] if scene.reading.any_time else []


def _refuse_doctor(scene: Scene, task: Task, intent: Intent) -> Answer:
    """The doctor does not do it: who does, without choosing for the patient."""
    assert task.service_id is not None
    service, doctor = scene.catalog.services[task.service_id], scene.doctor(task.doctor_id)
    assert doctor is not None
    others = scene.catalog.doctors_for(task.service_id)
    scene.tools.note(
        "get_doctors", clinic_id=str(scene.catalog.clinic.clinic_id), service_id=str(task.service_id)
    )
    refusal = scene.say(
        "doctor-not-offering", doctor=scene.wording.doctor(doctor), service=scene.wording.service(service)
    )
    if not others:
        return answer_and_rest(
            intent, refusal, scene.say("ask-other-service"), reason="booking.nobody_offers", about=task
        )
    if len(others) == 1:
        offer = replace(task, kind="offer_doctor", doctor_id=others[0].doctor_id)
        question = scene.say("offer-doctor", doctor=scene.wording.doctor(others[0]))
        return answer_with_task(intent, offer, refusal, question, reason="booking.other_doctor")
    asking = replace(task, doctor_id=None, missing=("doctor",), choices=tuple(d.doctor_id for d in others))
    names = scene.wording.numbered([scene.wording.doctor(d) for d in others])
    return answer_with_task(
        intent, asking, refusal, scene.say("ask-other-doctor"), names, reason="booking.other_doctor"
    )


async def _ask_day(scene: Scene, task: Task, intent: Intent) -> Answer:
    slots = await find_from(scene, task, on=None)
    options = tuple(option_of(scene, slot) for slot in slots)
    missing = ("date",) if task.at else ("date", "time")
    asking = replace(task, missing=missing, options=options)
    parts = [scene.say("ask-day", what=_say_what(scene, task))]
    if options:
        parts += [scene.say("soonest"), say_options(scene, options)]
    answer = answer_with_task(intent, asking, *parts, reason="booking.ask_day")
    return replace(answer, quick_replies=buttons_for(options))


async def _offer_range(scene: Scene, task: Task, collected: Collected, intent: Intent) -> Answer:
    slots = await find_from(scene, task, on=task.on, until_on=collected.until_on)
    free_day = replace(task, on=None)
    if not slots:
        return await _ask_day(scene, free_day, intent)
    return offer(scene, free_day, slots, intent, scene.say("offer-times", what=_say_what(scene, task)))


async def _offer_day(scene: Scene, task: Task, intent: Intent) -> Answer:
    day = await list_day(scene, task)
    if day.refusal is not None:
        return refuse(scene, task, day, intent)
    assert task.on is not None
    lead = scene.say("offer-day", what=_say_what(scene, task), day=scene.wording.day(task.on))
    return offer(scene, task, spread(day.others, scene), intent, lead, said_on=task.on)


def offer(
    scene: Scene, task: Task, slots: tuple[Slot, ...], intent: Intent, *lead: str, said_on: date | None = None
) -> Answer:
    """Free slots as numbered options; `said_on` is the day the lead has already named."""
    options: tuple[Option, ...] = tuple(option_of(scene, slot) for slot in slots)
    choosing = replace(task, kind="choose_slot", options=options, missing=("time",))
    answer = answer_with_task(
        intent,
        choosing,
        *lead,
        say_options(scene, options, said_on=said_on),
        scene.say("ask-which-time"),
        reason="booking.offer",
    )
    return replace(answer, quick_replies=buttons_for(options))


def refuse(scene: Scene, task: Task, found: Availability, intent: Intent) -> Answer:
    """The wished time does not do: say why, offer others. Day and hour wished stay known."""
    assert found.refusal is not None
    why = say_refusal(scene, found.refusal, task)
    if not found.others:
        asking = replace(task, kind="collect_info", missing=("date", "time"))
        return answer_with_task(
            intent, asking, why, scene.say("ask-other-day"), reason=f"refused.{found.refusal}"
        )
    answer = offer(scene, task, found.others, intent, why, scene.say("instead"), said_on=task.on)
    return answer.because(f"refused.{found.refusal}")


async def _propose_or_refuse(scene: Scene, task: Task, intent: Intent) -> Answer:
    found = await find_wished(scene, task)
    if found.slot is None:
        return refuse(scene, task, found, intent)
    return propose(scene, replace(task, doctor_id=found.slot.doctor_id), intent)


def propose(scene: Scene, task: Task, intent: Intent) -> Answer:
    """The complete booking, for a yes."""
    proposal = replace(task, kind="book_appointment", missing=(), options=(), choices=())
    service = scene.service(task.service_id)
    assert service is not None
    details = [scene.wording.length(service.duration)]
    details += [scene.wording.price(service.price)] if service.price is not None else []
    parts = [
        scene.say(
            "propose-booking", visit=scene.describe_task(proposal), details=scene.wording.listed(details)
        ),
        *_say_for_whom(scene, proposal),
        scene.say("ask-book"),
    ]
    answer = answer_with_task(intent, proposal, *parts, reason="booking.propose")
    return replace(answer, quick_replies=yes_and_no(scene, proposal))


def _say_for_whom(scene: Scene, task: Task) -> list[str]:
    notes = {Visitor.CHILD: "note-child", Visitor.OTHER_ADULT: "note-adult"}
    return [scene.say(notes[task.visitor])] if task.visitor in notes else []


def _say_what(scene: Scene, task: Task) -> str:
    return scene.describe(task.service_id, task.doctor_id, None, None)


async def book(scene: Scene, task: Task) -> Answer:
    """Write the booking the patient has said yes to. If the slot went meanwhile, offer others."""
    found = await find_wished(scene, task)
    if found.slot is None:
        return refuse(scene, task, found, Intent.CONFIRM)
    try:
        await scene.tools.book_appointment(slot=found.slot, visitor=task.visitor)
    except SlotRefused as refused:
        gone = Availability(refusal="taken", others=refused.alternatives)
        return refuse(scene, task, gone, Intent.CONFIRM)
    done = scene.say("booked", visit=scene.describe_task(task))
    return answer_and_rest(Intent.CONFIRM, done, reason="booking.booked", about=task)
