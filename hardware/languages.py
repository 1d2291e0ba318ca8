"""The languages that visitors read and hear. Another one takes a row here, and its catalogues."""

from dataclasses import dataclass
from typing import Literal

from hardware.document import Direction

type Script = Literal["latin", "arabic", "cyrillic"]


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code in CLDR and its own name, how and with which font it is written.

    `voice`: what espeak-ng calls its voice. `is_read`: people who speak it have read all our sentences;
    else a site decides whether its visitors are offered it.
    """

    code: str
    name: str
    direction: Direction = "ltr"
    script: Script = "latin"
    voice: str = ""
    is_read: bool = False


_ROWS = (
    Language("fr", "Français", voice="fr", is_read=True),
    Language("en", "English", voice="en-gb", is_read=True),
    Language("es", "Español", voice="es", is_read=True),
    Language("ar", "العربية", "rtl", "arabic", voice="ar"),
    Language("tr", "Türkçe", voice="tr"),
    Language("uk", "Українська", script="cyrillic", voice="uk"),
    Language("pt", "Português", voice="pt"),
    Language("fa-AF", "دری", "rtl", "arabic", voice="fa"),
    Language("fr-x-simple", "Français simple", voice="fr"),
)
VISITOR_LANGUAGES = {each.code: each for each in _ROWS}
"""By their codes, French first."""


def base_of(code: str) -> str:
    """The language that a variety of our own belongs to (`fr` of `fr-x-simple`), any other code unchanged.

    Browsers, dates and columns know that one; its words stand in where the variety has none.
    """
    return code.partition("-x-")[0]
