"""Train the models of wording on the messages in training/ and write them to frontdesk/understanding/learned/.

Honest splits: every tenth message of each language and label is never trained on; the figures printed are those of the
held-out tenth. The files of tests/data and eval/cases are not used.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from frontdesk.understanding.tokens import plain_words
from frontdesk.understanding.understand import read_wording
from frontdesk.understanding.wording import WordingModel, pieces_of

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
# Words that stand for a name while the message is read, and what the model sees in their place.
STANDS_FOR = {"{service}": "qservicex", "{doctor}": "qdoctorx", "{date}": "qdatex", "{time}": "qdatex"}
SEEN_AS = {"qservicex": "<service>", "qdoctorx": "<doctor>", "qdatex": "<date>"}
_PLACEHOLDER = re.compile(r"\{\w+\}")
FEWEST_MESSAGES_OF_A_PIECE = 2
STRENGTH = {"intents": 12.0, "emergencies": 20.0}


def main() -> int:
    """Train both models; 0."""
    messages = [
        json.loads(line) | {"language": path.stem.rpartition(".")[2]}
        for path in sorted((ROOT / "training").glob("messages.*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    print(len(messages), "messages", dict(Counter(each["language"] for each in messages)))
    for each in messages:
        each["words"] = words_of(each["text"], each["language"])
    train("intents", messages, [each["intent"] for each in messages])
    train(
        "emergencies",
        [each | {"words": plain_words(_PLACEHOLDER.sub(" ", each["text"]))} for each in messages],
        [
            ("self_harm" if each.get("self_harm") else "emergency") if each.get("emergency") else "none"
            for each in messages
        ],
    )
    return 0


def words_of(text: str, language: str) -> list[str]:
    """The message as the model sees it at run time."""
    for placeholder, word in STANDS_FOR.items():
        text = text.replace(placeholder, word)
    return [SEEN_AS.get(word, word) for word in read_wording(text, now=NOW, language=language)]


def train(name: str, messages: Sequence[dict], labels: Sequence[str]) -> None:
    order = list(range(len(messages)))
    random.Random(7).shuffle(order)
    seen: Counter[tuple[str, str]] = Counter()
    held: list[int] = []
    kept: list[int] = []
    for index in order:
        key = (messages[index]["language"], labels[index])
        seen[key] += 1
        (held if seen[key] % 10 == 0 else kept).append(index)
    check = fit(name, [messages[i] for i in kept], [labels[i] for i in kept])
    report(name, check, [messages[i] for i in held], [labels[i] for i in held])
    final = fit(name, messages, labels)
    target = ROOT / "frontdesk" / "understanding" / "learned" / f"{name}.model"
    target.write_bytes(final.dump())
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1024:.0f} KiB")


def fit(name: str, messages: Sequence[dict], labels: Sequence[str]) -> WordingModel:
    sets = [pieces_of(each["words"]) for each in messages]
    counts = Counter(piece for pieces in sets for piece in pieces)
    vocabulary = {
        piece: n
        for n, piece in enumerate(sorted(p for p, c in counts.items() if c >= FEWEST_MESSAGES_OF_A_PIECE))
    }
    rows, columns, values = [], [], []
    for n, pieces in enumerate(sets):
        known = [vocabulary[piece] for piece in pieces if piece in vocabulary]
        rows += [n] * len(known)
        columns += known
        values += [1 / np.sqrt(len(known))] * len(known)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(sets), len(vocabulary)))
    model = LogisticRegression(C=STRENGTH[name], max_iter=400)
    model.fit(matrix, labels)
    weights = model.coef_ if len(model.classes_) > 2 else np.vstack([-model.coef_[0] / 2, model.coef_[0] / 2])
    bias = (
        model.intercept_ if len(model.classes_) > 2 else [-model.intercept_[0] / 2, model.intercept_[0] / 2]
    )
    scale = float(np.abs(weights).max()) / 127
    numbers = np.rint(weights.T / scale).astype(np.int8)
    # Pieces that say nothing after rounding are left out of the file.
    return WordingModel(
        labels=[str(label) for label in model.classes_],
        bias=[round(float(each), 4) for each in bias],
        scale=scale,
        rows={piece: numbers[n].tobytes() for piece, n in vocabulary.items()},
    )


def report(name: str, model: WordingModel, messages: Sequence[dict], labels: Sequence[str]) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    for each, label in zip(messages, labels, strict=True):
        weights = model.weigh(each["words"])
        best = max(weights, key=weights.__getitem__)
        for key in (each["language"], "all"):
            total[key] += 1
            right[key] += best == label
        if best != label:
            wrong[label, best] += 1
    print(name, {key: f"{right[key] / total[key]:.3f} of {total[key]}" for key in sorted(total)})
    print("   ", wrong.most_common(12))
    if name == "emergencies":
        for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
            hits = [1 - model.weigh(each["words"])["none"] >= threshold for each in messages]
            recall = np.mean([hit for hit, label in zip(hits, labels, strict=True) if label != "none"])
            alarms = np.mean([hit for hit, label in zip(hits, labels, strict=True) if label == "none"])
            print(f"    threshold {threshold}: recall {recall:.3f}, false alarms {alarms:.4f}")


sys.exit(main())
