"""The emergency tripwire: what trips it, what must not, and how fast."""

import json
from pathlib import Path
from time import perf_counter

import pytest

from frontdesk.language.codes import LANGUAGES
from frontdesk.safety.emergency import find_alarm

DATA = Path(__file__).parent / "data"
MOST_FALSE_ALARMS = 0.03
FEWEST_MESSAGES = 60


def messages(kind: str, language: str) -> list[dict[str, str | bool]]:
    lines = (DATA / f"{kind}_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_emergency_is_found_in_its_language(language: str) -> None:
    emergencies = messages("emergency", language)
    assert len(emergencies) >= FEWEST_MESSAGES
    missed = [each["text"] for each in emergencies if find_alarm(str(each["text"])) is None]
    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_thoughts_of_suicide_are_told_from_other_emergencies(language: str) -> None:
    for each in messages("emergency", language):
        alarm = find_alarm(str(each["text"]))
        assert alarm is not None
        assert alarm.self_harm is bool(each.get("self_harm", False)), each["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_look_alikes_raise_hardly_an_alarm(language: str) -> None:
    ordinary = messages("ordinary", language)
    assert len(ordinary) >= FEWEST_MESSAGES
    false = [each["text"] for each in ordinary if find_alarm(str(each["text"])) is not None]
    assert len(false) / len(ordinary) <= MOST_FALSE_ALARMS, false


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("у меня chest pain и потею", "ru"),
        ("השן עפה, my son fell from the bike", "en"),
        ("tengo bleeding que no para desde anoche", "es"),
        ("estou com falta de ar, cant breathe", "pt"),
    ],
)
def test_languages_may_be_mixed_in_one_cry_for_help(message: str, language: str) -> None:
    alarm = find_alarm(message)
    assert alarm is not None
    assert alarm.language == language


@pytest.mark.parametrize(
    "message", ["ne mogu dyshat", "lo yachol linshom", "hochu umeret", "dimum lo nifsak"]
)
def test_russian_and_hebrew_in_latin_letters_trip_it_too(message: str) -> None:
    assert find_alarm(message) is not None


@pytest.mark.parametrize(
    "message",
    ["I CANT BREATHE!!!", "i  can’t…  breathe", "i cant breeeeathe", "і can't breath", "cant breathee"],
)
def test_the_way_it_is_typed_does_not_hide_it(message: str) -> None:
    assert find_alarm(message) is not None


def test_an_old_event_does_not_hide_a_present_one() -> None:
    assert find_alarm("last year i had an implant and now i can't breathe") is not None
    assert find_alarm("в прошлом году удаляли зуб, а сейчас отек лица и температура 39") is not None


def test_a_denial_does_not_reach_past_a_but() -> None:
    assert find_alarm("no fever but my face is swollen and i can't swallow") is not None
    assert find_alarm("температуры нет, но не могу дышать") is not None


@pytest.mark.parametrize(
    "message", ["", "🙏", "12:30", "https://example.org/cant-breathe", "b" * 5000, "<script>"]
)
def test_what_is_no_message_is_no_emergency(message: str) -> None:
    assert find_alarm(message) is None


def test_it_takes_well_under_a_millisecond_a_message() -> None:
    texts = [str(each["text"]) for language in LANGUAGES for each in messages("ordinary", language)]
    for text in texts:
        find_alarm(text)
    rounds = []
    for _ in range(3):
        started = perf_counter()
        for text in texts:
            find_alarm(text)
        rounds.append((perf_counter() - started) / len(texts))
    # 0.15 ms measured on a quiet machine; the limit leaves room for a busy one.
    assert min(rounds) < 0.001


@pytest.mark.parametrize(
    "message",
    [
        "couldn't breathe from laughing at your sticker",
        "me ahogo de la risa con vuestro mensaje",
        "quase sem ar de rir do áudio, vocês são demais",
        "נחנקתי מצחוק מההודעה שלכם",
        "сын задыхался от смеха у вас",
        "где тут можно припарковаться",
    ],
)
def test_laughter_and_parking_are_no_emergencies(message: str) -> None:
    assert find_alarm(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "малой наглотался моих таблеток что делать",
        "el peque se ha tragado mis pastillas",
        "הקטן בלע לי כדורים מה עושים",
        "the wee one is after swallowing my tablets",
        "haha sorry but i really cant breathe, help",
        "stitches burst open and its gushing",
        "швы разошлись и кровь льется, рана фонтаном",
        "os pontos abriram e a ferida está jorrando",
        "la herida de la operación sigue chorreando sangre",
    ],
)
def test_tablets_swallowed_breathlessness_and_gushing_wounds_are(message: str) -> None:
    assert find_alarm(message) is not None
