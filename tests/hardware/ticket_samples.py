"""Tickets to print in tests: their content and sentences in French, Spanish and Arabic."""

from typing import Any

from hardware.document import PrintDocument
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from tests.kiosk import sentences as kiosk_sentences

FOLLOW_URL = "https://accueil.example.fr/t/3f9QmZ7cT1"

ARABIC_SENTENCES = {
    "kiosk.ticket.ahead": "أمامك {count} أشخاص",
    "kiosk.ticket.ahead_none": "لا أحد قبلك",
    "kiosk.ticket.follow": "تابع دورك على هاتفك",
    "kiosk.paper.wait": "الانتظار: {wait}",
    "kiosk.wait.minutes": "بين {low} و {high} دقيقة",
    "kiosk.paper.watch": "راقب الشاشات.",
    "kiosk.paper.typed": "الرمز {code}، اكتبه في {address}",
    "kiosk.paper.away": "هل فاتك النداء؟ أظهر هذه التذكرة في الاستقبال.",
    "kiosk.paper.priority": "هل لديك أولوية؟ أخبر الاستقبال.",
    "kiosk.paper.priority_declared": "طلبت الأولوية: جهّز بطاقتك.",
}

FRENCH = TicketLanguage("fr", "Titres de séjour", "mardi 24 novembre 2026", "10:42")
SPANISH = TicketLanguage("es", "Permisos de residencia", "martes 24 de noviembre de 2026", "10:42")
ARABIC = TicketLanguage("ar", "تصاريح الإقامة", "24/11/2026", "10:42", direction="rtl")


def translate(key: str, language: str, **values: object) -> str:
    if language == "ar":
        return ARABIC_SENTENCES[key].format(**values)
    return kiosk_sentences.translate(key, language, **values)


def content(**changes: Any) -> TicketContent:
    values: dict[str, Any] = {
        "site": "Préfecture de l’Aisne",
        "hall": "Hall d’accueil, Laon",
        "number": "A042",
        "people_ahead": 7,
        "wait_min": (25, 45),
        "short_code": "K7PM-3XQA",
        "follow_url": FOLLOW_URL,
        "follow_address": "accueil.example.fr/suivi",
    }
    return TicketContent(**(values | changes))


def ticket(*languages: TicketLanguage, width_dots: int = 576, **changes: Any) -> PrintDocument:
    return lay_out_ticket(
        content(**changes), (FRENCH, *languages), translate=translate, width_dots=width_dots
    )
