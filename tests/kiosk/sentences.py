"""The kiosk's own catalogues, read with Babel: what its tests translate with."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parents[2] / "kiosk" / "translations"
LANGUAGES = ("fr", "en", "es")


def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "kiosk.po").open("rb") as opened:
        return read_po(opened, locale=language)


_CATALOGUES = {language: catalogue(language) for language in LANGUAGES}


def translate(key: str, language: str, /, **values: object) -> str:
    message = _CATALOGUES.get(language, _CATALOGUES["fr"]).get(key)
    assert message is not None, f"no sentence for {key}"
    if isinstance(message.string, str):
        return message.string.format(**values)
    count = values["count"]
    assert isinstance(count, int)
    assert message.string is not None
    is_singular = count <= 1 if language == "fr" else count == 1
    return message.string[0 if is_singular else 1].format(**values)
