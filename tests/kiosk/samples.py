"""The kiosk's catalogues, and the screens' for its alerts, read with Babel: what its tests translate with."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from hardware.document import BlackLine, Element, Picture, PrintDocument, Qr, Space, Text
from server.language import LANGUAGES

PROJECT = Path(__file__).parents[2]
TRANSLATIONS = PROJECT / "kiosk" / "translations"


def catalogue(language: str, package: str = "kiosk") -> Catalog:
    place = PROJECT / package / "translations" / language / "LC_MESSAGES" / f"{package}.po"
    with place.open("rb") as opened:
        return read_po(opened, locale=language)


_CATALOGUES = {language: catalogue(language) for language in LANGUAGES}
_OF_SCREENS = {language: catalogue(language, "signage") for language in LANGUAGES}


def translate(key: str, language: str, /, **values: object) -> str:
    catalogues = _OF_SCREENS if key.startswith("signage.") else _CATALOGUES
    message = catalogues.get(language, catalogues["fr"]).get(key)
    assert message is not None, f"no sentence for {key}"
    if isinstance(message.string, str):
        return message.string.format(**values)
    count = values["count"]
    assert isinstance(count, int)
    assert message.string is not None
    is_singular = count <= 1 if language == "fr" else count == 1
    return message.string[0 if is_singular else 1].format(**values)


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
