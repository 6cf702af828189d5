"""What may leave: a text plainly in the wrong language, or one that doses or diagnoses, must not.

Administrative support is no medical device, advice on drugs is (reliability P16): the guard is deliberately
broad, since what it stops is replaced by a safe text and a colleague.
"""

from __future__ import annotations

import re
from typing import Final

from frontdesk.language.folding import drop_links, fold
from frontdesk.understanding.language_lexicon import load_language_lexicon

# Too short to be plainly in anything: a name, "OK", a time.
_FEWEST_LETTERS: Final = 8
# A name or a borrowed word has one or two function words of another language; three more are a sentence.
_FOREIGN_FUNCTION_WORDS: Final = 3
_LATIN: Final = ("en", "es", "pt")
_SCRIPTS: Final = {"ru": re.compile("[\u0400-\u052f]"), "he": re.compile("[\u05d0-\u05ea]")}
_LATIN_LETTER: Final = re.compile("[A-Za-z\u00c0-\u024f]")
_WORD: Final = re.compile(r"[^\W\d_]+")

_NUMBER: Final = r"\d+(?:[.,]\d+)?"
# Masses and volumes only medicines come in; a litre or a metre is not among them.
_DOSE: Final = re.compile(
    rf"(?<![\w]){_NUMBER}\s*-?\s*(?:mg|mcg|µg|ml|iu|мг|мкг|мл|מג|מיליגרמ|מיקרוגרמ|מל|mililitros?|miligramos?|miligramas?|"
    r"milligrams?|миллиграмм\w*)(?!\w)"
)
_DRUG: Final = re.compile(
    r"(?<!\w)[ובכלמשה]?(?:amox\w+|amoks\w+|augmentin\w*|penicil\w+|ibuprof\w+|nurofen\w*|advil|paracetamol\w*|tylenol\w*|"
    r"acetaminoph?en\w*|aspirin\w*|ketorol\w*|ketorolac\w*|diclofenac\w*|naproxen\w*|dipiron\w*|metamizol\w*|"
    r"azit?h?romi[cz]in\w*|azithromycin\w*|metronidazol\w*|clindamicin\w*|clindamycin\w*|tramadol\w*|codein\w*|nimesulid\w*|"
    r"dexametason\w*|dexamethasone|antibiotic\w*|antibiotico\w*|"
    r"амокси\w+|аугментин\w*|пеницил+ин\w*|ибупрофен\w*|нурофен\w*|парацетамол\w*|аспирин\w*|кеторол\w*|кетанов\w*|"
    r"диклофенак\w*|анальгин\w*|азитромицин\w*|метронидазол\w*|нимесил\w*|найз\w*|антибиотик\w*|"
    r"אקמול|אופטלגינ|נורופנ|איבופרופנ|אדוויל|אוגמנטינ|מוקסיפנ|אמוקסיצילינ|פניצילינ|אספירינ|וולטרנ|אנטיביוטיק\w*)(?!\w)"
)
_ORDER_TO_TAKE: Final = re.compile(
    r"(?<!\w)(?:take|swallow|start taking|stop taking|tome|tomar|toma|tomen|deje de tomar|pare de tomar|"
    r"принимайте|примите|выпейте|пейте|принимать|пропейте|прекратите принимать|קחו|קח|קחי|לקחת|תיקחו|תיקח|תיקחי|תיטלו|תפסיקו לקחת)(?!\w)"
)
_SCHEDULE: Final = re.compile(
    rf"(?:every|cada|каждые|כל)\s+(?:{_NUMBER}|four|six|eight|twelve|seis|ocho|doce|oito|doze|quatro|cuatro|шесть|восемь|שש|שמונה)"
    r"\s*(?:h|hours?|horas?|hs|час\w*|ч|שעות)(?!\w)|"
    rf"(?<!\w)(?:{_NUMBER}|twice|once|two|three|dos|tres|una|duas|uma|два|три|один|שלוש|פעמיימ)\s*"
    r"(?:times|veces|vez|vezes|раза?|פעמימ)?\s*(?:a day|daily|per day|al dia|por dia|ao dia|в день|в сутки|ביומ)(?!\w)"
)
_DIAGNOSIS: Final = re.compile(
    r"(?<!\w)(?:you (?:probably |clearly |definitely |likely )?have (?:an? )?(?:infection|abscess|cavity|caries|pulpitis|periodontitis|gingivitis|cyst|fracture)|"
    r"(?:it|this) (?:is|sounds like|looks like) (?:an? )?(?:infection|abscess|pulpitis|periodontitis|gingivitis|cyst|allergy)|"
    r"(?:it is|its|this is) (?:nothing serious|not serious|not dangerous|harmless)|nothing to worry about|"
    r"(?:у вас|это) (?:скорее всего |похоже |вероятно |точно )?(?:пульпит|периодонтит|кариес|абсцесс|инфекция|киста|флюс|гингивит|воспаление)|"
    r"ничего (?:страшного|серьезного)|это не опасно|не о чем беспокоиться|"
    r"(?:usted tiene|tiene|es|parece) (?:probablemente )?(?:una? )?(?:infeccion|absceso|pulpitis|caries|gingivitis|periodontitis|quiste)|"
    r"no es (?:nada )?(?:grave|serio|peligroso)|nada grave|no (?:hay|tiene) de que preocuparse|"
    r"(?:voce tem|e|parece) (?:provavelmente )?(?:uma? )?(?:infeccao|abscesso|pulpite|carie|gengivite|periodontite|cisto)|"
    r"nao e (?:nada )?(?:grave|serio|perigoso)|nada serio|nao (?:ha|tem) com que se preocupar|"
    r"יש לכ (?:כנראה )?(?:דלקת|זיהומ|מורסה|עששת|ציסטה|אבצס)|זו? (?:כנראה )?(?:דלקת|מורסה|עששת|אבצס)|"
    r"זה לא (?:מסוכנ|רציני|חמור)|אינ (?:לכ )?(?:ממה|מה) לדאוג|זה לא משהו רציני)(?!\w)"
)


def is_in_language(text: str, language: str, *, names: frozenset[str] = frozenset()) -> bool:
    """False only if the text is plainly in another language. Links and `names` (folded tokens) do not count.

    At least half the letters must be of the language's script; between en, es and pt the function words decide.
    """
    words = [word for word in _WORD.findall(drop_links(text)) if fold(word) not in names]
    letters = "".join(words)
    if len(letters) < _FEWEST_LETTERS:
        return True
    script = _SCRIPTS.get(language, _LATIN_LETTER)
    if 2 * len(script.findall(letters)) < len(letters):
        return False
    if language not in _LATIN:
        return True
    known = load_language_lexicon().function_words
    folded = [fold(word) for word in words]
    counts = {each: sum(word in known[each] for word in folded) for each in (*_LATIN, "other")}
    return (
        max(count for each, count in counts.items() if each != language)
        < counts[language] + _FOREIGN_FUNCTION_WORDS
    )


def finds_medical_advice(text: str) -> str | None:
    """What makes the text medical advice ("dose", "drug_schedule", "diagnosis"), or None.

    A dose is a number with mg or the like; a drug with a number or an order to take it, or an order with a
    schedule, is a prescription; a named condition or "nothing serious" is a diagnosis.
    """
    folded = fold(text)
    if _DOSE.search(folded):
        return "dose"
    drug, takes = _DRUG.search(folded), _ORDER_TO_TAKE.search(folded)
    if (drug and (takes or _SCHEDULE.search(folded) or _has_number_near(folded, drug.span()))) or (
        takes and _SCHEDULE.search(folded)
    ):
        return "drug_schedule"
    if _DIAGNOSIS.search(folded):
        return "diagnosis"
    return None


def _has_number_near(text: str, span: tuple[int, int]) -> bool:
    """ "Ibuprofen 400": within a few characters, in the same sentence."""
    around = text[max(0, span[0] - 12) : span[1] + 12]
    return any(re.search(r"\d", part) for part in re.split(r"[.!?;\n]", around) if _DRUG.search(part))
