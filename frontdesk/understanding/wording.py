"""A small linear model of wording: which label messages with such words and pieces of words had in the training data.

For wording the lexicons do not know: typos, slang, turns of phrase. Trained by scripts/train_wording.py on the messages
in training/; the files in learned/ are its results and are made again by `make train`.
"""

from __future__ import annotations

import json
import math
import struct
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
    """Labels, and what each known piece says for each of them.

    A piece is known by its CRC-32: among tens of thousands two that share one are rare and do no harm, and a process
    holds a few megabytes and not thirty.
    """

    def __init__(
        self, *, labels: Sequence[str], bias: Sequence[float], scale: float, keys: Sequence[int], rows: bytes
    ) -> None:
        """`keys` in order, and `rows` in theirs: a signed byte for each label, in units of `scale`."""
        self.labels: Final = tuple(labels)
        self._bias: Final = tuple(bias)
        self._scale: Final = scale
        self._places: Final = {key: place for place, key in enumerate(keys)}
        self._rows: Final = memoryview(rows).cast("b")

    @classmethod
    def of_pieces(
        cls, *, labels: Sequence[str], bias: Sequence[float], scale: float, rows: Mapping[str, bytes]
    ) -> Self:
        """From the row of each piece, as it is trained."""
        by_key = {key_of(piece): row for piece, row in rows.items()}
        keys = sorted(by_key)
        return cls(
            labels=labels, bias=bias, scale=scale, keys=keys, rows=b"".join(by_key[key] for key in keys)
        )

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """The probability of each label. Without a known piece: what the training data had most of."""
        known = list(self._find_rows(words))
        factor = self._scale / math.sqrt(len(known)) if known else 0.0
        sums = [sum(column) for column in zip(*known, strict=True)] if known else [0] * len(self.labels)
        logits = [bias + factor * total for bias, total in zip(self._bias, sums, strict=True)]
        highest = max(logits)
        powers = [math.exp(each - highest) for each in logits]
        whole = sum(powers)
        return {label: power / whole for label, power in zip(self.labels, powers, strict=True)}

    def _find_rows(self, words: Sequence[str]) -> Iterator[memoryview]:
        places, rows, width = self._places, self._rows, len(self.labels)
        for piece in pieces_of(words):
            place = places.get(key_of(piece))
            if place is not None:
                yield rows[width * place : width * (place + 1)]

    def dump(self) -> bytes:
        """The file: a line of JSON, the keys as 32-bit little-endian numbers, and the rows, compressed."""
        head = json.dumps(
            {"labels": self.labels, "bias": self._bias, "scale": self._scale, "pieces": len(self._places)}
        )
        numbers = struct.pack(f"<{len(self._places)}I", *self._places)
        return zlib.compress(head.encode() + b"\n" + numbers + self._rows.tobytes(), 9)

    @classmethod
    def read(cls, file: bytes) -> Self:
        body = zlib.decompress(file)
        head_end = body.index(b"\n")
        head = json.loads(body[:head_end])
        rows_start = head_end + 1 + 4 * head["pieces"]
        return cls(
            labels=head["labels"],
            bias=head["bias"],
            scale=head["scale"],
            keys=struct.unpack(f"<{head['pieces']}I", body[head_end + 1 : rows_start]),
            rows=body[rows_start:],
        )


def key_of(piece: str) -> int:
    return zlib.crc32(piece.encode())


@cache
def load_wording(name: str) -> WordingModel:
    """A trained model by name; call it at start so that no patient waits for it."""
    return WordingModel.read(
        resources.files("frontdesk.understanding").joinpath("learned", f"{name}.model").read_bytes()
    )
