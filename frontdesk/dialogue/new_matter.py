"""What a message begins where it belongs to nothing that is being done."""

from __future__ import annotations

from typing import Final

from frontdesk.conversation.link import QUESTIONS
from frontdesk.conversation.topics import Topic, find_topics, is_unrecognised
from frontdesk.dialogue.scene import DROPPED_NOTE, Scene, wanted
from frontdesk.understanding.models import Intent, Role
from frontdesk.understanding.unknown_doctor import names_unknown_doctor

_TOPICS_OF_A_SERVICE: Final = frozenset(
    {Topic.DURATION, Topic.MEDICAL, Topic.MEDICINE, Topic.COMPLAINT, Topic.PAYMENT, Topic.HABIT}
)


def find_new_intent(scene: Scene) -> Intent:
    """The intent taken alone; naming a thing where nothing was asked begins a booking or a question."""
    reading = scene.reading
    names = wanted(reading.services) or wanted(reading.doctors)
    if reading.intent is Intent.CONFIRM and scene.has_intent(Intent.THANKS_BYE):
        return Intent.THANKS_BYE  # "ok, thank you" where nothing was asked
    about_visit = _intent_about_visit(scene)
    if about_visit is not None:
        return about_visit
    if _asks_for_times(scene) or _books_instead(scene):
        return Intent.BOOK
    if reading.intent is Intent.OUT_OF_SCOPE and Topic.OTHER_PEOPLE in find_topics(reading):
        return reading.intent
    if is_unrecognised(reading) and not names and names_unknown_doctor(reading.text):
        return Intent.DOCTOR_INQUIRY
    if reading.intent in (Intent.PROVIDE_INFO, Intent.CONFIRM, Intent.DENY, Intent.OUT_OF_SCOPE) and names:
        fallback = Intent.BOOK if reading.dates or wanted(reading.doctors) else Intent.SERVICE_INQUIRY
        return next((i for i in reading.intents if i in (Intent.BOOK, *QUESTIONS)), fallback)
    return reading.intent


_MAY_MEAN_A_VISIT: Final = frozenset(
    {Intent.BOOK, Intent.PROVIDE_INFO, Intent.SERVICE_INQUIRY, Intent.DENY, Intent.OUT_OF_SCOPE}
)


def _intent_about_visit(scene: Scene) -> Intent | None:
    """What a message that names a visit of the patient's by its day means: another time, or that they will not come."""
    reading = scene.reading
    if reading.intent not in _MAY_MEAN_A_VISIT or not scene.turn.appointments:
        return None
    services = {s for m in reading.services for s in m.candidates}
    visits = [v for v in scene.turn.appointments if not services or v.service_id in services]
    if services and visits and Intent.RESCHEDULE in reading.intents:
        return Intent.RESCHEDULE
    for visit in visits:
        on, at = scene.local(visit)
        refused = any(d.role in (Role.EXCLUDED, Role.FROM) and d.on == on for d in reading.dates)
        named = refused or any(d.on == on and d.at == at for d in reading.dates)
        other = any(
            (d.on or d.at)
            and d.role is not Role.EXCLUDED
            and (d.on not in (None, on) or d.at not in (None, at))
            for d in reading.dates
        )
        if named and other:
            return Intent.RESCHEDULE
        if refused and reading.intent is not Intent.BOOK:
            return Intent.CANCEL
    return None


def _books_instead(scene: Scene) -> bool:
    """ "Could I have X tomorrow instead?" moves nothing where there is no visit: it takes the place of what was dropped."""
    reading = scene.reading
    is_wish = reading.intent is Intent.RESCHEDULE and Intent.BOOK in reading.intents
    return is_wish and not scene.turn.appointments and DROPPED_NOTE in scene.session.notes


def _asks_for_times(scene: Scene) -> bool:
    """ "Is there anything for X on Thursday?" looks for a time, whatever it asks besides that."""
    reading = scene.reading
    is_plain = reading.intent in (Intent.SERVICE_INQUIRY, Intent.DOCTOR_INQUIRY) and not (
        find_topics(reading) & _TOPICS_OF_A_SERVICE
    )
    return is_plain and bool(wanted(reading.services)) and any(d.role is Role.WANTED for d in reading.dates)
