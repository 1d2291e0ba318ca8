"""The kiosk's sentences as tests translate them, and tickets with French, Spanish and Arabic content."""

from pathlib import Path
from typing import Any

from hardware.document import BlackLine, Element, Picture, PrintDocument, Qr, Space, Text
from kiosk.ticket_layout import TicketContent, TicketLanguage, lay_out_ticket
from server.language import Catalogues

PROJECT = Path(__file__).parents[2]
TRANSLATIONS = PROJECT / "kiosk" / "translations"


_CATALOGUES = Catalogues(tuple((name, PROJECT / name / "translations") for name in ("kiosk", "signage")))


def translate(key: str, language: str, /, **values: object) -> str:
    said = _CATALOGUES.translate(key, language, **values)
    assert said != key, f"no sentence for {key}"
    return said


def lines_of(document: PrintDocument) -> list[str]:
    """One line an element; what stands beside a code or a picture is indented under it."""
    return [line for element in document.elements for line in _lines(element)]


def _lines(element: Element) -> list[str]:
    match element:
        case Space(dots):
            return [f"space {dots}"]
        case BlackLine(dots):
            return [f"line {dots}"]
        case Text():
            return [_text(element)]
        case Qr(content, dots, beside):
            return [f"code {dots} {content}", *(f"  {_text(each)}" for each in beside)]
        case Picture(_, dots, beside):
            return [f"picture {dots}", *(f"  {_text(each)}" for each in beside)]
    raise AssertionError(element)


def _text(text: Text) -> str:
    marks = [text.align] * (text.align != "start") + ["fit"] * text.fit + ["inverse"] * text.inverse
    return " ".join([str(text.size_dots), str(text.weight), *marks, text.text])


# --- tickets to print in tests ----------------------------------------------------------------


FOLLOW_URL = "https://accueil.example.fr/t/3f9QmZ7cT1"

FRENCH = TicketLanguage("fr", "Titres de séjour", "mardi 24 novembre 2026", "10:42")
SPANISH = TicketLanguage("es", "Permisos de residencia", "martes 24 de noviembre de 2026", "10:42")
ARABIC = TicketLanguage("ar", "تصاريح الإقامة", "24/11/2026", "10:42", direction="rtl")


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
