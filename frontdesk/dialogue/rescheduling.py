"""Moving a visit: which, to when, propose, write on a yes. Service and doctor stay unless the patient says otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from frontdesk.conversation.engine import NotChangeable, SlotRefused
from frontdesk.conversation.state_machine import Task
from frontdesk.dialogue.answer import Answer, answer_and_rest, answer_with_task
from frontdesk.dialogue.collecting import choose_option
from frontdesk.dialogue.pressing import yes_and_no
from frontdesk.dialogue.resolving import (
    ask_which_visit,
    choose_visit,
    match_visits,
    say_no_such_visit,
    task_for_visit,
)
from frontdesk.dialogue.scene import Scene, only_match
from frontdesk.dialogue.shifting import Shift, find_shifted, read_shift, times_named
from frontdesk.dialogue.slots import (
    Availability,
    buttons_for,
    find_from,
    find_wished,
    list_day,
    option_of,
    say_options,
    say_refusal,
    spread,
)
from frontdesk.dialogue.timing import apply_wish, read_wish
from frontdesk.scheduling.models import Slot
from frontdesk.understanding.models import Intent


async def start_rescheduling(scene: Scene) -> Answer:
    visits = match_visits(scene)
    if not visits:
        return say_no_such_visit(scene, Intent.RESCHEDULE)
    if len(visits) > 1:
        return _ask_which(scene, visits)
    return await continue_rescheduling(scene, task_for_visit(scene, "reschedule_appointment", visits[0]))


def _ask_which(scene: Scene, visits: tuple[object, ...]) -> Answer:
    """The new time already named is kept for when the visit is known."""
    answer = ask_which_visit(scene, "reschedule_appointment", visits, Intent.RESCHEDULE)  # type: ignore[arg-type]
    assert answer.task is not None
    wish = read_wish(scene.reading.dates)
    return replace(answer, task=apply_wish(answer.task, wish))


def is_complete(task: Task) -> bool:
    """Whether the task is a proposal that a yes may write."""
    return bool(task.appointment_id and task.on and task.at and not task.missing and not task.options)


async def continue_rescheduling(scene: Scene, task: Task, intent: Intent = Intent.RESCHEDULE) -> Answer:
    """The move with what this message adds or changes."""
    if task.appointment_id is None:
        chosen = choose_visit(scene, task.choices)
        if chosen is None:
            again = [v for v in scene.turn.appointments if v.appointment_id in task.choices] or match_visits(
                scene
            )
            return ask_which_visit(scene, "reschedule_appointment", tuple(again), intent)
        known = task_for_visit(scene, "reschedule_appointment", chosen)
        return await _seek(
            scene, replace(known, on=task.on, at=task.at), intent, hour_named=task.at is not None
        )
    option = choose_option(scene, task)
    if option is not None:
        picked = replace(task, doctor_id=option.doctor_id, on=option.on, at=option.at)
        return await _seek(scene, picked, intent, hour_named=True)
    return await _seek_wish(scene, task, intent)


async def _seek_wish(scene: Scene, task: Task, intent: Intent) -> Answer:
    visit = scene.appointment(task.appointment_id)
    old_on, old_at = scene.local(visit) if visit else (task.on, task.at)
    base_on, base_at = task.on or old_on, task.at or old_at
    wish = read_wish(scene.reading.dates, base_on=base_on, base_at=base_at)
    shifted = await _shift(scene, task, old_on, old_at, intent)
    if shifted is not None:
        return shifted
    changed = apply_wish(_with_doctor(scene, task), wish)
    if wish.at is not None and changed.on is None:
        changed = replace(changed, on=old_on)
    if wish.until_on is not None and wish.at is None:
        slots = await find_from(
            scene, changed, on=wish.on, until_on=wish.until_on, moving=task.appointment_id
        )
        return _offer_range(scene, changed, slots, intent)
    if wish.on is not None and changed.at is None and not wish.has_window:
        return await _seek(scene, replace(changed, at=old_at), intent, hour_named=False)
    return await _seek(scene, changed, intent, hour_named=wish.at is not None)


async def _shift(
    scene: Scene, task: Task, old_on: date | None, old_at: time | None, intent: Intent
) -> Answer | None:
    """Later or earlier than what was offered, or than the visit itself; None where the message says nothing of the kind."""
    shift = read_shift(scene.reading)
    turned = task if times_named(task) else replace(task, on=old_on, at=old_at)
    is_vague = shift in (Shift.OTHER, Shift.OTHER_DAY) and turned is not task
    if shift is None or is_vague or not times_named(turned):
        return None
    slots = await find_shifted(scene, turned, shift)
    if not slots:
        nothing = scene.say("nothing-earlier" if shift is Shift.EARLIER else "nothing-else")
        return _ask_time(scene, task, intent).saying_first(nothing)
    return _offer(scene, replace(task, on=None, at=None), slots, intent, scene.say(shift)).because(
        f"shift.{shift}"
    )


def _offer_range(scene: Scene, task: Task, slots: tuple[Slot, ...], intent: Intent) -> Answer:
    if not slots:
        return _ask_time(scene, task, intent)
    what = scene.describe(task.service_id, task.doctor_id, None, None)
    return _offer(scene, replace(task, on=None), slots, intent, scene.say("offer-times", what=what))


def _with_doctor(scene: Scene, task: Task) -> Task:
    doctor = scene.doctor(only_match(scene.reading.doctors))
    if doctor is not None and task.service_id in doctor.service_ids:
        return replace(task, doctor_id=doctor.doctor_id)
    return replace(task, doctor_id=None, any_doctor=True) if scene.reading.any_doctor else task


async def _seek(scene: Scene, task: Task, intent: Intent, *, hour_named: bool) -> Answer:
    """Propose the time, or say why not. An hour only kept from the old visit is not insisted on."""
    task = replace(task, missing=(), options=(), choices=())
    if task.on is None:
        return await _ask_with_soonest(scene, task, intent)
    if task.at is None:
        return await _offer_day(scene, task, intent)
    found = await find_wished(scene, task, moving=task.appointment_id)
    if found.slot is not None:
        return _propose(scene, replace(task, doctor_id=found.slot.doctor_id), intent)
    if not hour_named and found.refusal in ("taken", "outside-hours", "nobody-in"):
        return await _offer_day(scene, replace(task, at=None), intent)
    return _refuse(scene, task, found, intent)


async def _ask_with_soonest(scene: Scene, task: Task, intent: Intent) -> Answer:
    slots = await find_from(scene, task, on=None, moving=task.appointment_id)
    answer = _ask_time(scene, replace(task, options=tuple(option_of(scene, slot) for slot in slots)), intent)
    if not slots:
        return answer
    assert answer.task is not None
    options = answer.task.options
    parts = (*answer.parts, scene.say("soonest"), say_options(scene, options))
    return replace(answer, parts=parts, quick_replies=buttons_for(options))


def _ask_time(scene: Scene, task: Task, intent: Intent) -> Answer:
    visit = scene.appointment(task.appointment_id)
    described = (
        scene.describe_visit(visit) if visit else scene.describe(task.service_id, task.doctor_id, None, None)
    )
    asking = replace(task, missing=("date", "time"))
    return answer_with_task(
        intent, asking, scene.say("ask-new-time", visit=described), reason="reschedule.ask"
    )


async def _offer_day(scene: Scene, task: Task, intent: Intent) -> Answer:
    day = await list_day(scene, task, moving=task.appointment_id)
    if day.refusal is not None:
        return _refuse(scene, task, day, intent)
    assert task.on is not None
    what = scene.describe(task.service_id, task.doctor_id, None, None)
    lead = scene.say("offer-day", what=what, day=scene.wording.day(task.on))
    return _offer(scene, task, spread(day.others, scene), intent, lead, said_on=task.on)


def _offer(
    scene: Scene, task: Task, slots: tuple[Slot, ...], intent: Intent, *lead: str, said_on: date | None = None
) -> Answer:
    options = tuple(option_of(scene, slot) for slot in slots)
    choosing = replace(task, options=options, missing=("time",))
    parts = (*lead, say_options(scene, options, said_on=said_on), scene.say("ask-which-time"))
    answer = answer_with_task(intent, choosing, *parts, reason="reschedule.offer")
    return replace(answer, quick_replies=buttons_for(options))


def _refuse(scene: Scene, task: Task, found: Availability, intent: Intent) -> Answer:
    assert found.refusal is not None
    why = say_refusal(scene, found.refusal, task)
    if not found.others:
        asking = replace(task, missing=("date", "time"))
        return answer_with_task(
            intent, asking, why, scene.say("ask-other-day"), reason=f"refused.{found.refusal}"
        )
    return _offer(scene, task, found.others, intent, why, scene.say("instead"), said_on=task.on).because(
        f"refused.{found.refusal}"
    )


def _propose(scene: Scene, task: Task, intent: Intent) -> Answer:
    visit = scene.appointment(task.appointment_id)
    new = scene.describe_task(task)
    if visit is None:
        text = scene.say("propose-move", new=new)
    else:
        text = scene.say("propose-move-from", old=scene.wording.moment(*scene.local(visit)), new=new)
    answer = answer_with_task(intent, task, text, scene.say("ask-move"), reason="reschedule.propose")
    return replace(answer, quick_replies=yes_and_no(scene, task))


async def move(scene: Scene, task: Task) -> Answer:
    """Write the move the patient has said yes to."""
    assert task.appointment_id is not None
    found = await find_wished(scene, task, moving=task.appointment_id)
    if found.slot is None:
        return _refuse(scene, task, found, Intent.CONFIRM)
    try:
        await scene.tools.reschedule_appointment(appointment_id=task.appointment_id, slot=found.slot)
    except SlotRefused as refused:
        return _refuse(
            scene, task, Availability(refusal="taken", others=refused.alternatives), Intent.CONFIRM
        )
    except NotChangeable:
        return answer_and_rest(
            Intent.CONFIRM, scene.say("not-changeable"), reason="reschedule.not_changeable"
        )
    done = scene.say("moved", visit=scene.describe_task(task))
    return answer_and_rest(Intent.CONFIRM, done, reason="reschedule.moved", about=task)
