"""Catalogues: message keys to sentences, per Babel domain and language. Read once from the .po files."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

from hardware.languages import VISITOR_LANGUAGES, base_of

LANGUAGES = ("fr", "en", "es")
"""The interface's languages; French first. Visitors have further ones, for `VISITOR_SENTENCES` only."""
VISITOR_SENTENCES: Mapping[str, tuple[str, ...]] = {
    "kiosk": ("kiosk.",),
    "phone": ("phone.",),
    "public_surveys": ("public_surveys.",),
    "signage": (
        *("signage.alert.", "signage.announcement.", "signage.screen.hearing_loop"),
        *("signage.screen.arrow_ahead", "signage.screen.arrow_back", "signage.screen.arrow_down"),
        *("signage.screen.arrow_left", "signage.screen.arrow_right", "signage.screen.arrow_up"),
    ),
    "retention": ("retention.own.title",),
    "server": (
        *("server.product", "server.demonstration", "server.skip_to_content", "refusal.unknown_survey"),
        "server.programme.countdown.",
        *("refusal.survey_not_yet", "refusal.survey_is_over", "refusal.survey_answered"),
        *("refusal.survey_flooded", "refusal.survey_answer_empty", "refusal.bad_survey_answer"),
        "refusal.survey_text_too_long",
    ),
}
"""By catalogue, the keys of the sentences that visitors read in their language, or how these keys begin."""
_AT_WORK = ("kiosk.paper.trial.", "public_surveys.agents.")
"""Of those, the ones that only people at work read."""

type Translate = Callable[..., str]


@lru_cache(maxsize=200)
def locale_of(language: str) -> Locale:
    """The locale of a language, the French one where Babel knows none.

    English puts the day before the month, as the other languages do.
    """
    try:
        return Locale.parse("en-GB" if language == "en" else base_of(language), sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale.parse(LANGUAGES[0])


def direction_of(language: str) -> Literal["ltr", "rtl"]:
    """The direction a language is written in."""
    if language in VISITOR_LANGUAGES:
        return VISITOR_LANGUAGES[language].direction
    return "rtl" if locale_of(language).text_direction == "rtl" else "ltr"


def own_name(language: str) -> str:
    """A language's own name, capital first."""
    if language in VISITOR_LANGUAGES:
        return VISITOR_LANGUAGES[language].name
    name = Locale.parse(language, sep="-").get_display_name() or language
    return name[:1].upper() + name[1:]


def name_in(code: str, language: str) -> str:
    """The name of a language (`en`) in another one (« anglais »); its own, or its code, without one."""
    try:
        return Locale.parse(code, sep="-").get_display_name(locale_of(language)) or code
    except (ValueError, UnknownLocaleError):
        return VISITOR_LANGUAGES[code].name if code in VISITOR_LANGUAGES else code


def decimal_text(value: float, language: str) -> str:
    """A number with at most three decimals, as a language writes it: « 21,6 »."""
    return str(format_decimal(value, format="0.###", locale=locale_of(language)))


def day_text(on: date, language: str) -> str:
    """A date with the month's name: « 30 novembre 2026 »."""
    return str(format_date(on, "long", locale=locale_of(language)))


def is_for_visitors(catalogue: str, key: str) -> bool:
    """Whether visitors read a sentence of a catalogue in their language (`VISITOR_SENTENCES`)."""
    begun = any(
        key.startswith(each) if each.endswith(".") else key == each
        for each in VISITOR_SENTENCES.get(catalogue, ())
    )
    return begun and not key.startswith(_AT_WORK)


class Catalogues:
    """The sentences of every package; `own` is the folder of a site's own ones for visitors, by language.

    A key that no catalogue has is answered as it stands (tests forbid it).
    """

    def __init__(self, folders: tuple[tuple[str, Path], ...], own: Path | None = None) -> None:
        self._translations: dict[str, Translations] = {}
        further = {place.name for _, folder in folders for place in folder.iterdir() if place.is_dir()}
        for language in (*LANGUAGES, *sorted(further - set(LANGUAGES))):
            merged: Translations | None = None
            for domain, folder in folders:
                file = folder / language / "LC_MESSAGES" / f"{domain}.po"
                if not file.exists():
                    continue
                loaded = _load(file)
                if merged is None:
                    merged = loaded
                else:
                    merged.merge(loaded)
            if merged is not None:
                if own is not None and (file := own / f"{language}.po").exists():
                    merged.merge(_load(file))
                self._translations[language] = merged
                if language not in LANGUAGES:
                    merged.add_fallback(self._translations["fr"])

    def translate(self, key: str, language: str, /, **values: Any) -> str:
        """The sentence of a key in a language, French when it has no catalogue; placeholders filled.

        An integer `count` also chooses the plural form of a sentence that has one. A number with decimals
        is written as the language writes it.
        """
        found = self._translations.get(language) or self._translations["fr"]
        count = values.get("count")
        sentence = str(found.ngettext(key, key, count)) if isinstance(count, int) else key
        if sentence == key:
            sentence = str(found.gettext(key))
        written = {
            name: decimal_text(each, language) if isinstance(each, float) else each
            for name, each in values.items()
        }
        return sentence.format(**written) if values else sentence


def catalogues_of(*packages: ModuleType) -> tuple[tuple[str, Path], ...]:
    """Every catalogue below the packages: its name, and the `translations` folder it lies in."""
    roots = [Path(folder) for package in packages for folder in package.__path__]
    files = [file for root in roots for file in root.rglob("translations/*/LC_MESSAGES/*.po")]
    return tuple(sorted({(file.stem, file.parents[2]) for file in files}))


def _load(file: Path) -> Translations:
    return Translations(BytesIO(_compiled(file)))


@cache
def _compiled(file: Path) -> bytes:
    with file.open("rb") as source:
        catalogue = read_po(source)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()
