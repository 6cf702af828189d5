"""How soon staff come back: the table of the eval README, row by row, in the five languages."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from frontdesk.safety.models import Urgency
from frontdesk.safety.urgency import urgency_of
from frontdesk.scheduling.models import Appointment, AppointmentStatus

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOMEBODY = UUID("00000000-0000-4000-8000-000000000001")


def visit_in(wait: timedelta) -> Appointment:
    return Appointment(
        appointment_id=SOMEBODY,
        patient_id=SOMEBODY,
        doctor_id=SOMEBODY,
        service_id=SOMEBODY,
        starts_at=NOW + wait,
        ends_at=NOW + wait + timedelta(minutes=30),
        status=AppointmentStatus.CONFIRMED,
    )


@pytest.mark.parametrize(
    "message",
    [
        "the pain is unbearable since this morning",
        "my tooth is killing me, how much is an extraction?",
        "it hurts really bad and ibuprofen doesn't help",
        "the pain gets worse every hour",
        "my cheek is swollen, no fever",
        "i chipped a tooth and it hurts",
        "lost my filling, the tooth is aching",
        "a day after the extraction it still hurts and smells bad",
        "can't sleep because of the toothache",
        "i'm running late, my appointment is in half an hour",
        "зуб болит невыносимо",
        "боль всё сильнее с каждым часом",
        "щека опухла, температуры нет",
        "откололся зуб и ноет",
        "после удаления болит и пахнет из лунки",
        "опаздываю на приём, он через полчаса",
        "не сплю вторую ночь, зуб дёргает",
        "me duele muchísimo la muela",
        "el dolor va cada vez peor",
        "tengo la encía hinchada, sin fiebre",
        "se me cayó el empaste y me duele",
        "después de la extracción me supura y me duele",
        "mi cita es en media hora y llego tarde",
        "estou com muita dor de dente",
        "a dor está piorando",
        "meu rosto está inchado, sem febre",
        "quebrei o dente e está doendo",
        "depois da extração está doendo e com mau cheiro",
        "minha consulta é daqui a meia hora e estou atrasado",
        "כאבי תופת בשן",
        "הכאב מחמיר משעה לשעה",
        "הלחי נפוחה, אין חום",
        "נשברה לי שן וכואב",
        "אחרי העקירה יש ריח וכואב לי",
        "התור שלי בעוד חצי שעה ואני מאחרת",
    ],
)
def test_strong_pain_swelling_and_trouble_are_high(message: str) -> None:
    assert urgency_of(message)[0] is Urgency.HIGH


@pytest.mark.parametrize(
    "message",
    [
        "no rush, send me the price list when you can",
        "could you email me an invoice for my insurance",
        "i'd like to come in for whitening in september",
        "just wanted to thank the team, great job",
        "не срочно, пришлите прайс",
        "нужна справка для налоговой",
        "хочу имплант, но через пару месяцев",
        "хочу оставить отзыв, всё понравилось",
        "sin apuro, cuando puedan me pasan precios",
        "necesito la factura de la consulta",
        "quiero ponerme brackets el año que viene",
        "quería agradecer, excelente atención",
        "sem pressa, quando puder me manda os preços",
        "preciso do recibo da consulta",
        "quero colocar aparelho ano que vem",
        "queria agradecer, ótimo atendimento",
        "לא דחוף, תשלחו מחירון כשנוח",
        "צריכה קבלה לביטוח",
        "רוצה ליישר שיניים אחרי החגים",
        "רציתי להודות, שירות מעולה",
    ],
)
def test_what_can_wait_is_low(message: str) -> None:
    assert urgency_of(message)[0] is Urgency.LOW


@pytest.mark.parametrize(
    "message",
    [
        "my gum hurts a bit since monday",
        "i'd like to book a cleaning",
        "which doctor does implants?",
        "last year i broke a tooth, i want a crown",
        "немного ноет зуб второй день",
        "можно записаться на чистку?",
        "me molesta un diente desde hace unos días",
        "quiero pedir hora para una limpieza",
        "tô com um incômodo leve faz uns dias",
        "queria marcar uma avaliação",
        "קצת רגישות בשן כבר כמה ימים",
        "אפשר לקבוע תור לניקוי",
        "👍",
    ],
)
def test_everything_else_is_medium(message: str) -> None:
    assert urgency_of(message) == (Urgency.MEDIUM, "default")


def test_an_emergency_is_urgent() -> None:
    assert urgency_of("chest pain and sweating") == (Urgency.URGENT, "emergency")


def test_pain_outweighs_politeness() -> None:
    assert urgency_of("no rush but the pain is unbearable")[0] is Urgency.HIGH


def test_a_word_about_the_visit_is_high_only_within_two_hours_of_it() -> None:
    message = "i'm stuck in traffic"
    assert urgency_of(message, now=NOW, appointments=[visit_in(timedelta(hours=1))])[0] is Urgency.HIGH
    assert urgency_of(message, now=NOW, appointments=[visit_in(timedelta(hours=5))])[0] is Urgency.MEDIUM
    assert urgency_of(message, appointment_soon=True)[0] is Urgency.HIGH
    assert urgency_of(message)[0] is Urgency.MEDIUM


def test_another_topic_is_not_high_because_a_visit_is_near() -> None:
    assert urgency_of("how much is whitening?", appointment_soon=True)[0] is Urgency.MEDIUM


def test_a_complaint_made_before_still_counts() -> None:
    history = ["my cheek is swollen", "no fever"]
    assert urgency_of("so when can i come?", history_texts=history)[0] is Urgency.HIGH
    assert urgency_of("no hurry", history_texts=history)[0] is Urgency.LOW


@pytest.mark.parametrize(
    ("message", "urgency"),
    [
        ("после операции шов разошелся", Urgency.HIGH),
        ("se me ha abierto la herida de la operación", Urgency.HIGH),
        ("o corte da cirurgia abriu", Urgency.HIGH),
        ("just wanted to say the service was lovely", Urgency.LOW),
        ("queria decir que el trato ha sido genial", Urgency.LOW),
        ("обслуживание у вас прекрасное", Urgency.LOW),
        ("please send me the invoice for last month", Urgency.LOW),
        ("пришлите чек за приём в прошлом месяце", Urgency.LOW),
    ],
)
def test_open_wounds_come_before_praise_and_papers_of_any_month(message: str, urgency: Urgency) -> None:
    assert urgency_of(message)[0] is urgency
