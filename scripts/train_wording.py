"""Train the models of wording on the messages in eval/understand/ and write them to frontdesk/understanding/learned/.

Honest splits: the figures printed are of five models, each tried on the fifth of every language and label it has not
seen, alone and beside the lexicons; the models written are then trained on all. eval/cases is not used: it is the check.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from frontdesk.language.codes import LANGUAGES  # noqa: E402
from frontdesk.safety.emergency import find_alarm, words_of_alarm  # noqa: E402
from frontdesk.understanding.understand import read_wording  # noqa: E402
from frontdesk.understanding.wording import WordingModel, pieces_of  # noqa: E402
from tests.test_known_messages import NAMED, name_things  # noqa: E402

NOW = datetime.fromisoformat("2026-03-05T10:00:00+02:00")
FEWEST_MESSAGES_OF_A_PIECE = 2
FOLDS = 5
STRENGTH = {"intents": 12.0, "emergencies": 3.0}
ALARMING = ("emergency", "self_harm")


def main() -> int:
    """Train both models; 0."""
    messages = read_messages()
    print(len(messages), "messages", dict(Counter(language for language, _, _ in messages)))
    intents = [m for m in messages if m[1] not in (*ALARMING, "near_miss")]
    train("intents", intents, [label for _, label, _ in intents])
    labels = [label if label in ALARMING else "none" for _, label, _ in messages]
    train("emergencies", messages, labels)
    return 0


def read_messages() -> list[tuple[str, str, str]]:
    """(language, what it is for, the message with names in it)."""
    messages = []
    for language in LANGUAGES:
        path = ROOT / "eval" / "understand" / f"messages.{language}.yaml"
        for label, lines in YAML(typ="safe").load(path.read_text(encoding="utf-8")).items():
            messages += [(language, label, name_things(line, NAMED[language])) for line in lines.splitlines()]
        for name, label in (("emergency", "emergency"), ("ordinary", "near_miss")):
            path = ROOT / "tests" / "data" / f"{name}_{language}.jsonl"
            rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            messages += [(language, label, row["text"]) for row in rows]
    for path in sorted((ROOT / "eval" / "understand").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        messages += [(row["lang"], "near_miss", row["in"]["text"]) for row in rows]
    return messages


def words_for(name: str, language: str, text: str) -> Sequence[str]:
    if name == "emergencies":
        return words_of_alarm(text)
    return read_wording(text, now=NOW, language=language)


def train(name: str, messages: Sequence[tuple[str, str, str]], labels: Sequence[str]) -> None:
    words = [words_for(name, language, text) for language, _, text in messages]
    guesses: list[dict[str, float]] = [{} for _ in messages]
    for kept, held in folds([language for language, _, _ in messages], labels):
        check = fit(name, [words[i] for i in kept], [labels[i] for i in kept])
        for i in held:
            guesses[i] = check.weigh(words[i])
    report(name, guesses, messages, labels)
    final = fit(name, words, labels)
    target = ROOT / "frontdesk" / "understanding" / "learned" / f"{name}.model"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(final.dump())
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size / 1024:.0f} KiB")


def folds(languages: Sequence[str], labels: Sequence[str]) -> Iterator[tuple[list[int], list[int]]]:
    """(trained on, tried on), five times, even over languages and labels."""
    order = list(range(len(labels)))
    random.Random(7).shuffle(order)
    seen: Counter[tuple[str, str]] = Counter()
    fold_of: dict[int, int] = {}
    for index in order:
        key = (languages[index], labels[index])
        fold_of[index] = seen[key] % FOLDS
        seen[key] += 1
    for fold in range(FOLDS):
        yield [i for i in order if fold_of[i] != fold], [i for i in order if fold_of[i] == fold]


def fit(name: str, words: Sequence[Sequence[str]], labels: Sequence[str]) -> WordingModel:
    sets = [pieces_of(each) for each in words]
    counts = Counter(piece for pieces in sets for piece in pieces)
    known = sorted(piece for piece, count in counts.items() if count >= FEWEST_MESSAGES_OF_A_PIECE)
    vocabulary = {piece: number for number, piece in enumerate(known)}
    rows, columns, values = [], [], []
    for number, pieces in enumerate(sets):
        found = [vocabulary[piece] for piece in pieces if piece in vocabulary]
        rows += [number] * len(found)
        columns += found
        values += [1 / np.sqrt(max(1, len(found)))] * len(found)
    matrix = csr_matrix((values, (rows, columns)), shape=(len(sets), len(vocabulary)))
    model = LogisticRegression(C=STRENGTH[name], max_iter=400)
    model.fit(matrix, labels)
    scale = float(np.abs(model.coef_).max()) / 127
    numbers = np.rint(model.coef_.T / scale).astype(np.int8)
    return WordingModel.of_pieces(
        labels=[str(label) for label in model.classes_],
        bias=[round(float(each), 4) for each in model.intercept_],
        scale=scale,
        # Pieces that say nothing after rounding are left out.
        rows={piece: numbers[n].tobytes() for piece, n in vocabulary.items() if numbers[n].any()},
    )


def report(
    name: str,
    guesses: Sequence[dict[str, float]],
    messages: Sequence[tuple[str, str, str]],
    labels: Sequence[str],
) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for (language, _, _), weights, label in zip(messages, guesses, labels, strict=True):
        for key in (language, "all"):
            total[key] += 1
            right[key] += max(weights, key=weights.__getitem__) == label
    print(name, {key: f"{right[key] / total[key]:.3f} of {total[key]}" for key in sorted(total)})
    if name == "emergencies":
        by_lexicon = np.array([find_alarm(text, wording=False) is not None for _, _, text in messages])
        is_one = np.array([label != "none" for label in labels])
        print(
            f"    lexicon alone: recall {by_lexicon[is_one].mean():.3f}, false {by_lexicon[~is_one].mean():.4f}"
        )
        for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            model = np.array([1 - weights["none"] >= threshold for weights in guesses])
            both = model | by_lexicon
            print(
                f"    at {threshold}: model recall {model[is_one].mean():.3f}, false {model[~is_one].mean():.4f};"
                f" either recall {both[is_one].mean():.3f}, false {both[~is_one].mean():.4f}"
            )


if __name__ == "__main__":
    sys.exit(main())
