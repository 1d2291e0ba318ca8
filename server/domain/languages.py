"""Texts in several languages: which one is shown."""

from collections.abc import Iterable, Mapping

FRENCH = "fr"

type Texts = Mapping[str, str]


def text_in(texts: Texts, language: str) -> str:
    """A text in a language, in French where that translation is missing, empty when there is no text."""
    return texts.get(language) or texts.get(FRENCH, "")


def texts_in(several: Iterable[Texts], language: str) -> tuple[str, ...]:
    """Each of several texts in a language, in French where that translation is missing."""
    return tuple(text_in(texts, language) for texts in several)


def language_shown(texts: Texts, language: str) -> str:
    """The language that `text_in` really uses, for the `lang` attribute."""
    return language if texts.get(language) else FRENCH
