"""Sentences of the agent and of the kiosk, by language, read from their catalogues without more of Babel."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from hardware.languages import base_of

LANGUAGES = ("fr", "en", "es")
"""Those of the program's own sentences."""
FRENCH = LANGUAGES[0]
_OWN = Path(__file__).parent / "translations"
_KIOSK = Path(__file__).parents[1] / "translations"


def language() -> str:
    """PARVIS_LANGUAGE, else that of the computer, else French."""
    names = ("PARVIS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next((os.environ[name] for name in names if os.environ.get(name)), "")[:2].lower()
    return code if code in LANGUAGES else FRENCH


def sentence(key: str, /, **values: object) -> str:
    """The program's sentence of a key, its placeholders filled."""
    return _sentences(_OWN, language(), "kiosk_agent")[key].format(**values)


def translate(key: str, language: str, /, **values: Any) -> str:
    """The kiosk's sentence of a key, French where the language has none; none of them counts."""
    found = _sentences(_KIOSK, language, "kiosk").get(key) or _sentences(_KIOSK, FRENCH, "kiosk")[key]
    return found.format(**values) if values else found


def date_and_hour(at: datetime, language: str) -> tuple[str, str]:
    """The day and the hour of a local time, as a paper says them."""
    from babel import Locale, UnknownLocaleError  # loaded for the first paper
    from babel.dates import format_date, format_time

    try:
        locale = Locale.parse("en-GB" if language == "en" else base_of(language), sep="-")
    except (ValueError, UnknownLocaleError):
        locale = Locale.parse(FRENCH)
    hour = format_time(at, "HH:mm", tzinfo=at.tzinfo, locale=locale)
    return format_date(at.date(), "full", locale=locale), hour


@cache
def _sentences(folder: Path, spoken: str, domain: str) -> Mapping[str, str]:
    from babel.messages.pofile import read_po  # loaded for the first sentence

    file = folder / spoken / "LC_MESSAGES" / f"{domain}.po"
    if not file.is_file():
        return {}
    with file.open("rb") as opened:
        return {str(each.id): str(each.string) for each in read_po(opened) if each.id and each.string}
