"""Sentences a page's script fills: taken from a catalogue, their placeholders left open."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

EVERYONES = Path(__file__).parents[2] / "translations" / "fr" / "LC_MESSAGES" / "server.po"
"""The catalogue of what every page at work may say."""

type PageSentences = Mapping[str, str | Mapping[str, str]]


class _OpenCount(int):
    """A number that chooses a plural form and prints as its placeholder."""

    def __format__(self, _: str) -> str:
        return "{count}"


@cache
def keys_of(catalogue: Path, prefixes: Sequence[str]) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """The keys of a catalogue that start with one of the prefixes: whether they count.

    And their placeholders.
    """
    found = {}
    with catalogue.open("rb") as opened:
        for message in read_po(opened, locale="fr"):
            key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
            if key and key.startswith(tuple(prefixes)):
                text = message.string[-1] if isinstance(message.string, tuple) else str(message.string)
                found[key] = (bool(message.pluralizable), _placeholders(text))
    return found


def page_sentences(
    translate: Callable[..., str], language: str, catalogue: Path, prefixes: Sequence[str] = ("",)
) -> PageSentences:
    """Sentences by key for a page's script; a counted one as {"one", "other"}."""
    return {
        key: _counted(translate, key, language, names) if counts else _open(translate, key, language, names)
        for key, (counts, names) in keys_of(catalogue, tuple(prefixes)).items()
    }


def _placeholders(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def _open(translate: Callable[..., str], key: str, language: str, names: Sequence[str]) -> str:
    return translate(key, language, **{name: f"{{{name}}}" for name in names})


def _counted(
    translate: Callable[..., str], key: str, language: str, names: Sequence[str]
) -> Mapping[str, str]:
    others: dict[str, object] = {name: f"{{{name}}}" for name in names if name != "count"}
    forms = {"one": _OpenCount(1), "other": _OpenCount(2)}
    return {form: translate(key, language, **others, count=count) for form, count in forms.items()}
