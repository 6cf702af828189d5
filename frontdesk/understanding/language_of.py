"""Which language a message is in. Script first, then eldc and function words for en, es and pt; else abstain.

The script rule decides Russian and Hebrew, a library is
needed only between the three Latin languages, and abstaining matters more than the last point of accuracy.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any, Final

import eldc

from frontdesk.language.folding import drop_links, fold
from frontdesk.language.reading import LanguageReading
from frontdesk.understanding.language_lexicon import LanguageLexicon, load_language_lexicon
from frontdesk.understanding.language_request import language_request

__all__ = ["LanguageReading", "language_of", "language_request"]

_SILENT: Final = LanguageReading()
_MIN_WORDS_OF_A_SENTENCE: Final = 3
# Below this score of eldc, 82 % of transliterated messages fall out and 98 % of real ones stay (components.md 3).
_MIN_SCORE: Final = 0.45
# One function word weighs as much as a clear difference between two of eldc's scores.
_FUNCTION_WORD_WEIGHT: Final = 0.2
_MAX_FUNCTION_WORDS: Final = 4
_LATIN: Final = ("en", "es", "pt")
_NEIGHBOURS: Final = ("fr", "de", "it", "nl", "ro", "pl", "tr", "ca", "sv")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Letters Russian does not have: Ukrainian, Belarusian, Serbian, Macedonian, Kazakh.
_NOT_RUSSIAN: Final = re.compile(r"[іїєґўђћљњџјѓќѕәғқңөұүһ]")
# Letters that one of the three has and the other two do not.
_OWN_LETTERS: Final = {"pt": re.compile("[ãõâêôàç]|^olá$"), "es": re.compile("[ñ¿¡]")}
_CYRILLIC: Final = re.compile(r"[\u0400-\u052f]")
_HEBREW: Final = re.compile(r"[\u0590-\u05ff]")
# Program text is no sentence, however English its keywords look.
_MACHINE_TEXT: Final = re.compile(r"[{}<>\\]|--\s*$|;\s*--|\w\(|=\S|/\*")
_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_TO_RUSSIAN: Final = str.maketrans(_LATIN_KEYS, "йцукенгшщзхъфывапролджэячсмитьбюё")
# w and q give punctuation on the Israeli layout, hence the two marks.
_TO_HEBREW: Final = str.maketrans("qwertyuiopasdfghjkl;zxcvbnm,.", "/'קראטוןםפשדגכעיחלךףזסבהנמצתץ")


def language_of(text: str, *, names: frozenset[str] = frozenset()) -> LanguageReading:
    """What a message says about its language.

    `names` are folded name tokens (doctors, brands, the patient) that do not count as words. Transliterated
    Russian and Hebrew and keyboard slips ("ghbdtn") are read as their language but are never a clear message.
    """
    plain = unicodedata.normalize("NFKC", drop_links(text))
    words = _counted_words(plain, names)
    if not words:
        return _SILENT
    scripts = Counter(_script(word) for word in words)
    latin, cyrillic, hebrew = scripts["latin"], scripts["cyrillic"], scripts["hebrew"]
    if scripts["other"] > max(latin, cyrillic, hebrew):
        return _SILENT
    # Brands and drug names come in Latin letters: an even mix is the other script's sentence.
    if hebrew and hebrew >= max(cyrillic, latin):
        return LanguageReading(
            language="he", confidence=hebrew / len(words), is_clear=hebrew >= _MIN_WORDS_OF_A_SENTENCE
        )
    if cyrillic and cyrillic >= latin:
        return _read_cyrillic(plain, [w for w in words if _script(w) == "cyrillic"], len(words))
    return _read_latin(plain, [w for w in words if _script(w) == "latin"])


def _counted_words(text: str, names: frozenset[str]) -> list[str]:
    """The folded words of a message, without names: those given, and words capitalised inside a sentence."""
    found = [word for word in _WORD.findall(text) if any(c.isalpha() for c in word)]
    shouted = sum(word.isupper() for word in found) > len(found) / 2
    has_lower = any(word.islower() for word in found if not _HEBREW.match(word))
    function_words = load_language_lexicon().every_function_word
    counted: list[str] = []
    for position, word in enumerate(found):
        folded = fold(word)
        if folded in names:
            continue
        looks_like_name = word[0].isupper() and not shouted and (position > 0 or not has_lower)
        if looks_like_name and folded not in function_words:
            continue
        counted.append(folded)
    # A lone capitalised word ("Hola") is all there is: better to count it than to see nothing.
    return counted or ([fold(found[0])] if len(found) == 1 and fold(found[0]) not in names else [])


def _script(word: str) -> str:
    letter = word[0]
    if _HEBREW.match(letter):
        return "hebrew"
    if _CYRILLIC.match(letter):
        return "cyrillic"
    return "latin" if ord(letter) < 0x250 else "other"


def _read_cyrillic(text: str, words: list[str], total: int) -> LanguageReading:
    if _NOT_RUSSIAN.search(text.casefold()) or load_language_lexicon().cyrillic_other & set(words):
        return _SILENT
    return LanguageReading(
        language="ru", confidence=len(words) / total, is_clear=len(words) >= _MIN_WORDS_OF_A_SENTENCE
    )


def _read_latin(text: str, words: list[str]) -> LanguageReading:
    lexicon = load_language_lexicon()
    hits = {
        language: sum(word in known for word in words) for language, known in lexicon.function_words.items()
    }
    for language, letters in _OWN_LETTERS.items():
        hits[language] += 2 * any(letters.search(word) for word in text.split() if word == word.lower())
    disguised = _read_disguised(text, words, max(hits[language] for language in _LATIN), lexicon)
    if disguised is not None:
        return disguised
    if len(words) <= 2 and not any(hits.values()):
        return _read_greeting(words, lexicon) or _read_scores(words, hits, is_sentence=False)
    if hits["other"] > max(hits[language] for language in _LATIN):
        return _SILENT
    is_sentence = len(words) >= _MIN_WORDS_OF_A_SENTENCE and not _MACHINE_TEXT.search(text)
    return _read_scores(words, hits, is_sentence=is_sentence)


def _read_disguised(
    text: str, words: list[str], latin_hits: int, lexicon: LanguageLexicon
) -> LanguageReading | None:
    """Russian or Hebrew under Latin letters: typed by sound, or with the wrong keyboard layout."""
    for language, known in (("ru", lexicon.russian_in_latin), ("he", lexicon.hebrew_in_latin)):
        count = sum(word in known for word in words)
        if count > latin_hits and count * 2 >= len(words):
            return LanguageReading(language=language, confidence=0.7)
    if latin_hits:
        return None
    keys = unicodedata.normalize("NFKC", text).lower()
    for language, layout in (("ru", _TO_RUSSIAN), ("he", _TO_HEBREW)):
        meant = [fold(word) for word in re.findall(r"[^\W\d_]+", keys.translate(layout))]
        if sum(word in lexicon.slip_words[language] for word in meant) * 2 >= max(len(meant), 1):
            return LanguageReading(language=language, confidence=0.7)
    return None


def _read_greeting(words: list[str], lexicon: LanguageLexicon) -> LanguageReading | None:
    for language in _LATIN:
        if any(word in lexicon.greetings[language] for word in words):
            return LanguageReading(language=language, confidence=0.6)
    return None


def _read_scores(words: list[str], hits: dict[str, int], *, is_sentence: bool) -> LanguageReading:
    text = " ".join(words)
    if len(text) < 3 and not any(hits[language] for language in _LATIN):
        return _SILENT
    scores: dict[str, float] = _detector(_LATIN).detect_details(text).scores
    evidence = {
        language: scores.get(language, 0.0) + _FUNCTION_WORD_WEIGHT * min(hits[language], _MAX_FUNCTION_WORDS)
        for language in _LATIN
    }
    best = max(_LATIN, key=lambda language: evidence[language])
    if evidence[best] < _MIN_SCORE or _is_neighbour(text, hits[best], best):
        return _SILENT
    confidence = evidence[best] / sum(evidence.values())
    has_grammar = hits[best] > 0 or scores.get(best, 0.0) >= 0.7
    return LanguageReading(language=best, confidence=confidence, is_clear=is_sentence and has_grammar)


def _is_neighbour(text: str, hits: int, best: str) -> bool:
    """French, German, Italian and so on: eldc is sure, and our own function words do not speak against it."""
    found = _detector((*_LATIN, *_NEIGHBOURS)).detect_details(text)
    if found.language in _LATIN or found.language == "und":
        return False
    lead = found.scores[found.language] - found.scores.get(best, 0.0)
    return bool(found.reliable and lead > 0.1 * (1 + hits)) or (hits == 0 and lead > 0.15)


@cache
def _detector(languages: tuple[str, ...]) -> Any:
    eldc.init()
    detector = eldc.instance()
    detector.set_languages(list(languages))
    detector.set_scores(True)  # all of them, not only the best three
    return detector
