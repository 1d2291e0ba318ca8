"""The kiosk's catalogues, and the screens' for its alerts, read with Babel: what its tests translate with."""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

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
