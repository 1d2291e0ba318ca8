"""Locales of the languages papers are printed in."""

from babel import Locale, UnknownLocaleError

from hardware.document import Direction
from server.domain.configuration import FRENCH


def locale_of(language: str) -> Locale:
    """The locale of a language, the French one where Babel knows none."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(FRENCH)


def direction_of(language: str) -> Direction:
    """The direction a language is written in."""
    return "rtl" if locale_of(language).text_direction == "rtl" else "ltr"
