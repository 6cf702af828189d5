#!/usr/bin/env python3
"""Generates booking flows in English and Russian for the second clinic: 40 each, with the database effect they must have.

    python eval/generate_flows.py > eval/cases/generated_flows.jsonl

The expected effect is computed here from the calendar alone; nothing of the system is asked. Standard library only.
"""

import itertools
import json
import sys
import uuid
from datetime import datetime, timedelta

NOW = datetime(2026, 5, 6, 10, 0)  # a Wednesday
OFFSET = "-04:00"
DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4}
SAY_DAY = {
    "en": {"mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday"},
    "ru": {
        "mon": "в понедельник",
        "tue": "во вторник",
        "wed": "в среду",
        "thu": "в четверг",
        "fri": "в пятницу",
    },
}
# (service, doctor, how the patient says it) and days and hours that are free.
OFFERS = {
    "en": [
        ("mole_check", "hale", "a mole check", "victor hale"),
        ("acne_visit", "hale", "an acne visit", "dr hale"),
        ("physio", "sorokina", "physio", "olga"),
        ("massage", "sorokina", "a massage", "dr sorokina"),
        ("posture", "sorokina", "a posture assessment", "olga sorokina"),
    ],
    "ru": [
        ("mole_check", "hale", "осмотр родинок", "хейлу"),
        ("acne_visit", "hale", "приём по акне", "виктору хейлу"),
        ("physio", "sorokina", "физиотерапию", "ольге"),
        ("massage", "sorokina", "массаж", "сорокиной"),
        ("posture", "sorokina", "оценку осанки", "ольге сорокиной"),
    ],
}
FREE = {
    "hale": [("thu", "08:30"), ("mon", "14:00"), ("tue", "15:15"), ("wed", "10:30")],
    "sorokina": [("fri", "11:00"), ("mon", "16:30"), ("wed", "12:15"), ("fri", "09:00")],
}
CONFIRM = {"en": "yes, that's right", "ru": "да, всё верно"}
ASK = {"en": ["any doctor is fine"], "ru": ["врач любой"]}


def next_day(day):
    ahead = (DAYS[day] - NOW.weekday()) % 7 or 7
    return NOW.date() + timedelta(days=ahead)


def start(day, hour):
    return "%sT%s:00%s" % (next_day(day), hour, OFFSET)


def case(kind, lang, number, turns, active, appointments=(), status=None):
    patient = str(uuid.uuid5(uuid.NAMESPACE_DNS, "%s-%s-%d.flows.invalid" % (kind, lang, number)))
    setup = {
        "fixture": "clinic_northside.yaml",
        "clinic": "north",
        "at": NOW.isoformat() + OFFSET,
        "state": "idle",
        "patient": {
            "id": patient,
            "name": "Test Patient",
            "phone": "+1-212-555-09%02d" % number,
            "language": lang,
        },
    }
    if appointments:
        setup["appointments"] = list(appointments)
    final = {"active": active}
    if status:
        final["status"] = status
    return {
        "id": "gen-%s-%s-%02d" % (kind, lang, number),
        "lang": lang,
        "tags": [kind],
        "setup": setup,
        "turns": [{"text": text, "expect": {"language": lang, "no_write": True}} for text in turns],
        "at_end": {"confirm": CONFIRM[lang], "ask": ASK[lang]},
        "final": final,
    }


def say(lang, what, who, day, hour):
    clock = hour.lstrip("0") if not hour.startswith("00") else hour
    if lang == "en":
        return "i'd like %s with %s on %s at %s" % (what, who, SAY_DAY["en"][day], clock)
    return "запишите на %s к %s %s в %s" % (what, who, SAY_DAY["ru"][day], clock)


def flows(lang):
    number = itertools.count(1)
    for (service, doctor, what, who), (day, hour) in [
        (offer, FREE[offer[1]][n]) for offer in OFFERS[lang] for n in (0, 1)
    ]:
        yield case(
            "direct",
            lang,
            next(number),
            [say(lang, what, who, day, hour)],
            [{"doctor": doctor, "service": service, "start": start(day, hour)}],
        )
    for service, doctor, what, who in OFFERS[lang]:
        day, hour = FREE[doctor][2]
        steps = (
            ["can i book %s?" % what, "with %s" % who, SAY_DAY["en"][day], "at %s" % hour]
            if lang == "en"
            else ["хочу записаться на %s" % what, "к %s" % who, SAY_DAY["ru"][day], "в %s" % hour]
        )
        yield case(
            "steps",
            lang,
            next(number),
            steps,
            [{"doctor": doctor, "service": service, "start": start(day, hour)}],
        )
    for service, doctor, what, who in OFFERS[lang]:
        (day, hour), (_, other) = FREE[doctor][3], FREE[doctor][0]
        late = {"08:30": "09:30", "11:00": "13:00"}[other]
        fix = "sorry, make it %s" % late if lang == "en" else "ой, давайте лучше в %s" % late
        yield case(
            "correction",
            lang,
            next(number),
            [say(lang, what, who, day, hour), fix],
            [{"doctor": doctor, "service": service, "start": start(day, late)}],
        )
    for service, doctor, what, who in OFFERS[lang]:
        day, hour = FREE[doctor][1]
        visit = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "c-%s-%s.flows.invalid" % (lang, service))),
            "doctor": doctor,
            "service": service,
            "start": "%sT%s" % (next_day(day), hour),
            "status": "booked",
        }
        text = (
            "please cancel my appointment for %s" % what.removeprefix("a ").removeprefix("an ")
            if lang == "en"
            else "отмените мою запись на %s" % what
        )
        yield case("cancel", lang, next(number), [text], [], [visit], {visit["id"]: ["cancelled"]})
    for service, doctor, what, who in OFFERS[lang]:
        (day, hour), (new_day, new_hour) = FREE[doctor][1], FREE[doctor][2]
        visit = {
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "r-%s-%s.flows.invalid" % (lang, service))),
            "doctor": doctor,
            "service": service,
            "start": "%sT%s" % (next_day(day), hour),
            "status": "booked",
        }
        text = (
            "can you move my visit to %s at %s" % (SAY_DAY["en"][new_day], new_hour)
            if lang == "en"
            else "перенесите мой визит на %s в %s" % (SAY_DAY["ru"][new_day].split(" ", 1)[1], new_hour)
        )
        yield case(
            "reschedule",
            lang,
            next(number),
            [text],
            [{"doctor": doctor, "service": service, "start": start(new_day, new_hour)}],
            [visit],
        )
    for service, doctor, what, who in OFFERS[lang]:
        day, hour = FREE[doctor][0]
        drop = "never mind, i don't need it" if lang == "en" else "не надо, передумал"
        yield case("abandon", lang, next(number), [say(lang, what, who, day, hour), drop], [])
    for service, doctor, what, who in OFFERS[lang]:
        day, hour = FREE[doctor][1]
        closed = "sunday" if lang == "en" else "в воскресенье"
        first = (
            "%s with %s on %s at 11" % (what, who, closed)
            if lang == "en"
            else "%s к %s %s в 11" % (what, who, closed)
        )
        then = (
            "then %s at %s" % (SAY_DAY["en"][day], hour)
            if lang == "en"
            else "тогда %s в %s" % (SAY_DAY["ru"][day], hour)
        )
        yield case(
            "closed",
            lang,
            next(number),
            [first, then],
            [{"doctor": doctor, "service": service, "start": start(day, hour)}],
        )


for language in ("en", "ru"):
    for one in flows(language):
        sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")
