"""What a message says about its own language: the value the switching rules read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageReading:
    """`language` is one of the five codes, or None where the text says too little or is in another language.

    `confidence` runs from 0 to 1. `is_clear`: a sentence of three or more words in one of the five languages,
    names and brands not counted (eval README, section 2, Language); only a clear message may switch.
    """

    language: str | None = None
    confidence: float = 0.0
    is_clear: bool = False
