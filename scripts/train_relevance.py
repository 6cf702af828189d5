"""Train the relevance model on the messages in eval/understand/ and write frontdesk/conversation/learned/relevance.json.

A message is paired with tasks; whether it is about the task follows from what the message is for and what it names (the
labels of the files). Honest splits: the figures printed are of five models, each tried on messages it has not seen, of
all languages; the model written is then trained on all. The cases in eval/cases are not used: they are the check.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from frontdesk.conversation.relevance_model import features_of  # noqa: E402
from frontdesk.conversation.state_machine import Task  # noqa: E402
from frontdesk.scheduling.models import Catalog  # noqa: E402
from frontdesk.understanding.models import Understanding  # noqa: E402
from frontdesk.understanding.understand import understand  # noqa: E402
from tests.support.fixture_catalogs import FIXTURES, load_fixture  # noqa: E402
from tests.test_known_messages import NAMED, name_things  # noqa: E402

FOLDS = 5
NOW = datetime.fromisoformat("2026-03-05T10:00:00+02:00")
ON, OTHER, AT = date(2026, 3, 10), date(2026, 3, 12), time(17, 0)
VERSION = 1
# What answers a question of ours, what is a matter of its own whatever is pending.
ANSWERING = {"confirm", "deny", "provide_info"}
OWN_MATTER = {
    "greeting",
    "hours_location",
    "human",
    "thanks_bye",
    "out_of_scope",
    "emergency",
    "self_harm",
    "price_inquiry",
    "service_inquiry",
    "doctor_inquiry",
}
ABOUT_VISITS = {"my_appointments", "reschedule", "cancel"}


@dataclass(frozen=True)
class Example:
    message: int
    features: dict[str, float]
    is_relevant: bool


def main() -> int:
    """Train, print the figures of the honest splits, write the model; 0."""
    examples = list(make_examples())
    guesses = cross_validate(examples)
    labels = np.array([each.is_relevant for each in examples])
    print(len(examples), "examples,", f"{labels.mean():.2f} relevant")
    for threshold in (0.4, 0.5, 0.6, 0.7):
        said = guesses >= threshold
        print(
            f"  threshold {threshold}: right {np.mean(said == labels):.3f},"
            f" false injections {np.mean(said[~labels]):.3f}, missed {np.mean(~said[labels]):.3f}"
        )
    print("  calibration (said: was)", calibration(guesses, labels))
    vectorizer, model = fit(examples)
    target = ROOT / "frontdesk" / "conversation" / "learned" / "relevance.json"
    weights = {
        name: round(float(weight), 3)
        for name, weight in zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    }
    document = {"version": VERSION, "bias": round(float(model.intercept_[0]), 3), "weights": weights}
    target.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1024:.1f} KiB")
    return 0


def make_examples() -> Iterator[Example]:
    """Each message with a handful of tasks, and whether it is about them."""
    catalog = load_fixture(FIXTURES / "clinic_demo.yaml").catalogs["tlv"]
    number = 0
    for language in NAMED:
        path = ROOT / "eval" / "understand" / f"messages.{language}.yaml"
        for purpose, block in YAML(typ="safe").load(path.read_text(encoding="utf-8")).items():
            for line in block.splitlines():
                number += 1
                reading = understand(
                    name_things(line, NAMED[language]), catalog=catalog, now=NOW, language=language
                )
                for task in make_tasks(catalog):
                    label = is_about(purpose, reading, task)
                    if label is not None:
                        features = features_of(reading, task, in_hand=task.asked)
                        yield Example(message=number, features=features, is_relevant=label)


def make_tasks(catalog: Catalog) -> Iterator[Task]:
    services = {service.key: service.service_id for service in catalog.services.values()}
    doctors = {doctor.key: doctor.doctor_id for doctor in catalog.doctors.values()}
    dan, anna = (
        next(d for k, d in doctors.items() if k == "dan"),
        next(d for k, d in doctors.items() if k == "anna"),
    )
    visit = next(iter(services.values()))
    for kind in ("book_appointment", "confirm_appointment", "reschedule_appointment", "cancel_appointment"):
        # Every other task is on another day than the one the messages name.
        for service, doctor, on in (("whitening", dan, OTHER), ("crown", anna, ON), ("veneers", dan, OTHER)):
            task = Task(kind=kind, service_id=services[service], doctor_id=doctor, on=on, at=AT)  # type: ignore[arg-type]
            if kind != "book_appointment":
                task = replace(task, appointment_id=visit)
            yield replace(task, asked=True, current=True)
            yield task
    for service in ("crown", "whitening", "checkup"):
        collecting = Task(kind="collect_info", service_id=services[service], missing=("date", "time"))
        yield replace(collecting, asked=True, current=True)
        yield collecting


def is_about(purpose: str, reading: Understanding, task: Task) -> bool | None:
    """The label; None where the message alone does not say."""
    named = {s for m in reading.services for s in m.candidates}
    own = task.service_id in named
    concerns_visit = task.appointment_id is not None
    if purpose in ANSWERING:
        return own or task.asked
    if named and not own:
        return False
    if purpose in OWN_MATTER:
        return own and purpose in ("price_inquiry", "service_inquiry") and task.asked
    if purpose in ABOUT_VISITS:
        return True if concerns_visit or own else None
    if purpose == "book":
        return not concerns_visit if own else False if concerns_visit else None
    return None


def fit(examples: list[Example]) -> tuple[DictVectorizer, LogisticRegression]:
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([each.features for each in examples])
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit(matrix, [each.is_relevant for each in examples])
    return vectorizer, model


def cross_validate(examples: list[Example]) -> np.ndarray:
    """The probability each example got from a model that has not seen its message."""
    messages = sorted({each.message for each in examples})
    random.Random(7).shuffle(messages)
    fold_of = {message: n % FOLDS for n, message in enumerate(messages)}
    guesses = np.zeros(len(examples))
    for fold in range(FOLDS):
        vectorizer, model = fit([each for each in examples if fold_of[each.message] != fold])
        held = [n for n, each in enumerate(examples) if fold_of[each.message] == fold]
        matrix = vectorizer.transform([examples[n].features for n in held])
        guesses[held] = model.predict_proba(matrix)[:, 1]
    return guesses


def calibration(guesses: np.ndarray, labels: np.ndarray) -> str:
    bins = [(low / 5, (low + 1) / 5) for low in range(5)]
    rows = []
    for low, high in bins:
        inside = (guesses >= low) & (guesses < high + 1e-9)
        if inside.any():
            rows.append(f"{guesses[inside].mean():.2f}: {labels[inside].mean():.2f}")
    return ", ".join(rows)


if __name__ == "__main__":
    sys.exit(main())
