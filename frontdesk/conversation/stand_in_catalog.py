"""A catalog for when the clinic is unknown: every treatment people have a word for, and the doctor in question."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from frontdesk.clinics.models import Clinic
from frontdesk.scheduling.models import Catalog, Doctor, Service
from frontdesk.understanding.concepts import find_concepts, load_concepts
from frontdesk.understanding.doctor_names import is_title
from frontdesk.understanding.folding import fold
from frontdesk.understanding.tokens import tokenize

_NAME: Final = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=256)
def make_stand_in_catalog(doctor_words: str) -> Catalog:
    """Services from the concepts, and one doctor whose name stands in `doctor_words` ("Dr. Dan, filling")."""
    services = {
        uuid5(NAMESPACE_OID, concept.name): Service(
            service_id=uuid5(NAMESPACE_OID, concept.name),
            key=concept.name,
            name={"en": concept.terms[0]},
            aliases={"en": concept.terms[1:]},
            duration=timedelta(minutes=30),
        )
        for concept in load_concepts().values()
        if concept.terms and not concept.is_generic
    }
    name = _doctor_name(doctor_words)
    doctor = Doctor(
        doctor_id=uuid5(NAMESPACE_OID, f"doctor {name}"),
        key=name,
        name={"en": name},
        service_ids=frozenset(services),
    )
    clinic_id = uuid5(NAMESPACE_OID, "no clinic")
    clinic = Clinic(
        clinic_id=clinic_id,
        organization_id=clinic_id,
        key="none",
        name={},
        timezone="UTC",
        currency="EUR",
        default_language="en",
    )
    return Catalog(clinic=clinic, services=services, doctors={doctor.doctor_id: doctor} if name else {})


def _doctor_name(text: str) -> str:
    """The words after a title, else the capitalised ones that name no treatment; "" if there are none."""
    words = [match.group() for match in _NAME.finditer(text.replace("_", " "))]
    tokens = tokenize(text)
    treatment = {fold(text[tokens[t.first].start : tokens[t.last - 1].end]) for t in find_concepts(tokens)}
    taken = {part for phrase in treatment for part in phrase.split()}
    for index, word in enumerate(words[:-1]):
        if is_title(fold(word)):
            after = [
                each
                for each in words[index + 1 : index + 3]
                if each[:1].isupper() and fold(each) not in taken
            ]
            return " ".join(after) or words[index + 1]
    if len(words) == 1 and fold(words[0]) not in taken:
        return words[0]
    named = [word for word in words[1:] or words if word[:1].isupper() and fold(word) not in taken]
    return " ".join(named[:2])
