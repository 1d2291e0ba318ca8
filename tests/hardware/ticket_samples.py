"""Tickets to print in tests: their content and sentences in French, Spanish and Arabic."""

from typing import Any

from hardware.document import Document
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket

FOLLOW_URL = "https://accueil.example.fr/t/3f9QmZ7cT1"

SENTENCES = {
    "fr": {
        "kiosk.ticket.ahead": "{count} personnes avant vous",
        "kiosk.ticket.ahead_none": "Personne avant vous",
        "kiosk.ticket.follow": "Suivez votre tour sur votre téléphone",
        "kiosk.paper.wait": "Attente : {low} à {high} min",
        "kiosk.paper.short_code": "Code de votre ticket",
        "kiosk.paper.type_code": "Sans appareil photo, tapez votre code sur",
        "kiosk.paper.away": "Appel manqué ? Montrez ce ticket à l’accueil.",
        "kiosk.paper.priority": "Priorité d’accès ? Dites-le à l’accueil.",
        "kiosk.paper.priority_declared": "Priorité demandée : préparez votre carte.",
        "kiosk.paper.duplicate": "DUPLICATA",
        "kiosk.paper.demonstration": "démonstration, sans valeur",
    },
    "es": {
        "kiosk.ticket.ahead": "{count} personas delante de usted",
        "kiosk.ticket.ahead_none": "Nadie delante de usted",
        "kiosk.ticket.follow": "Siga su turno en su teléfono",
        "kiosk.paper.wait": "Espera: entre {low} y {high} min",
        "kiosk.paper.short_code": "Código de su turno",
        "kiosk.paper.type_code": "Sin cámara, escriba su código en",
        "kiosk.paper.away": "¿Ha perdido su turno? Enseñe este papel en recepción.",
        "kiosk.paper.priority": "¿Tiene prioridad? Dígalo en recepción.",
        "kiosk.paper.priority_declared": "Prioridad pedida: prepare su tarjeta.",
    },
    "ar": {
        "kiosk.ticket.ahead": "أمامك {count} أشخاص",
        "kiosk.ticket.ahead_none": "لا أحد قبلك",
        "kiosk.ticket.follow": "تابع دورك على هاتفك",
        "kiosk.paper.wait": "الانتظار: بين {low} و {high} دقيقة",
        "kiosk.paper.short_code": "رمز تذكرتك",
        "kiosk.paper.type_code": "بدون كاميرا، اكتب الرمز في",
        "kiosk.paper.away": "هل فاتك النداء؟ أظهر هذه التذكرة في الاستقبال.",
        "kiosk.paper.priority": "هل لديك أولوية؟ أخبر الاستقبال.",
        "kiosk.paper.priority_declared": "طلبت الأولوية: جهّز بطاقتك.",
    },
}

FRENCH = TicketLanguage("fr", "Titres de séjour", "mardi 24 novembre 2026", "10:42")
SPANISH = TicketLanguage("es", "Permisos de residencia", "martes 24 de noviembre de 2026", "10:42")
ARABIC = TicketLanguage("ar", "تصاريح الإقامة", "24/11/2026", "10:42", direction="rtl")


def translate(key: str, language: str, **values: object) -> str:
    return SENTENCES[language][key].format(**values)


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


def ticket(*languages: TicketLanguage, width_dots: int = 576, **changes: Any) -> Document:
    return lay_out_ticket(
        content(**changes), (FRENCH, *languages), translate=translate, width_dots=width_dots
    )
