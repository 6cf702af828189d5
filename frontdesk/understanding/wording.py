"""A small linear model of wording: which label messages with such words and pieces of words had in the training data.

For wording the lexicons do not know: typos, slang, turns of phrase. Trained by scripts/train_wording.py on the messages
in training/; the files in learned/ are its results and are made again by `make train`.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, Self

# Lengths of the pieces a word is cut into, its edges marked.
_PIECE_LENGTHS: Final = (3, 4, 5)
_LONGEST_WORD: Final = 24
_MOST_WORDS: Final = 60


def pieces_of(words: Sequence[str]) -> set[str]:
    """What the model looks at: words, pairs of neighbours, and pieces of words. "<kind>" stands for a recognised thing."""
    return set(_pieces(words[:_MOST_WORDS]))


def _pieces(words: Sequence[str]) -> Iterator[str]:
    before = "<start>"
    for word in words:
        yield f"{before} {word}"
        before = word
        if word.startswith("<"):
            yield word
            continue
        marked = f"^{word[:_LONGEST_WORD]}$"
        yield marked
        for length in _PIECE_LENGTHS:
            for start in range(len(marked) - length + 1):
                yield marked[start : start + length]
    yield f"{before} <end>"


class WordingModel:
    """Labels, and what each known piece says for each of them."""

    def __init__(
        self, *, labels: Sequence[str], bias: Sequence[float], scale: float, rows: Mapping[str, bytes]
    ) -> None:
        """`rows`: a signed byte for each label, in units of `scale`."""
        self.labels: Final = tuple(labels)
        self._bias: Final = tuple(bias)
        self._scale: Final = scale
        self._rows: Final = {piece: memoryview(row).cast("b") for piece, row in rows.items()}

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """The probability of each label. Without a known piece: what the training data had most of."""
        known = [row for row in map(self._rows.get, pieces_of(words)) if row is not None]
        factor = self._scale / math.sqrt(len(known)) if known else 0.0
        sums = [sum(column) for column in zip(*known, strict=True)] if known else [0] * len(self.labels)
        logits = [bias + factor * total for bias, total in zip(self._bias, sums, strict=True)]
        highest = max(logits)
        powers = [math.exp(each - highest) for each in logits]
        whole = sum(powers)
        return {label: power / whole for label, power in zip(self.labels, powers, strict=True)}

    def dump(self) -> bytes:
        """The file: a line of JSON, the pieces one a line, and the rows in that order, compressed."""
        head = json.dumps(
            {"labels": self.labels, "bias": self._bias, "scale": self._scale, "pieces": len(self._rows)}
        )
        pieces = sorted(self._rows)
        body = (
            "\n".join([head, *pieces]).encode()
            + b"\n"
            + b"".join(self._rows[piece].tobytes() for piece in pieces)
        )
        return zlib.compress(body, 9)

    @classmethod
    def read(cls, file: bytes) -> Self:
        body = zlib.decompress(file)
        head_end = body.index(b"\n")
        head = json.loads(body[:head_end])
        width, count = len(head["labels"]), head["pieces"]
        numbers = body[len(body) - width * count :]
        pieces = body[head_end + 1 : len(body) - width * count].decode().splitlines()
        rows = {piece: numbers[width * n : width * (n + 1)] for n, piece in enumerate(pieces)}
        return cls(labels=head["labels"], bias=head["bias"], scale=head["scale"], rows=rows)


@cache
def load_wording(name: str) -> WordingModel:
    """A trained model by name; call it at start so that no patient waits for it."""
    return WordingModel.read(
        resources.files("frontdesk.understanding").joinpath("learned", f"{name}.model").read_bytes()
    )
