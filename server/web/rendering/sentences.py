"""Sentences a page's script fills: taken from a catalogue, their placeholders left open."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

import server
from server.language import catalogues_of
from server.web.rendering.viewer import Sentence, page_sentence

type PageSentences = Mapping[str, str | Mapping[str, str]]


class _OpenCount(int):
    """A number that chooses a plural form and prints as its placeholder."""

    def __format__(self, _: str) -> str:
        return "{count}"


@cache
def catalogue_file(name: str) -> Path:
    """The French catalogue of a name, anywhere in the server."""
    return dict(catalogues_of(server))[name] / "fr" / "LC_MESSAGES" / f"{name}.po"


@cache
def _keys_of(catalogue: str, prefixes: Sequence[str]) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """The keys of a catalogue that start with one of the prefixes: whether they count.

    And their placeholders.
    """
    found = {}
    with catalogue_file(catalogue).open("rb") as opened:
        for message in read_po(opened, locale="fr"):
            key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
            if key and key.startswith(tuple(prefixes)):
                text = message.string[-1] if isinstance(message.string, tuple) else str(message.string)
                found[key] = (bool(message.pluralizable), _placeholders(text))
    return found


def page_sentences(*prefixes: str) -> PageSentences:
    """Sentences by key for a page's script; a counted one as {"one", "other"}.

    `prefixes`: of their keys. The catalogue is that of the first word, `console.live.`, unless another one is
    named: `server/why.`.
    """
    say, by_catalogue = page_sentence(), dict[str, list[str]]()
    for prefix in prefixes:
        catalogue, _, start = prefix.rpartition("/")
        by_catalogue.setdefault(catalogue or start.partition(".")[0], []).append(start)
    return {
        key: _counted(say, key, names) if counts else _open(say, key, names)
        for catalogue, starts in by_catalogue.items()
        for key, (counts, names) in _keys_of(catalogue, tuple(starts)).items()
    }


def _placeholders(text: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name)


def _open(say: Sentence, key: str, names: Sequence[str]) -> str:
    return say(key, **{name: f"{{{name}}}" for name in names})


def _counted(say: Sentence, key: str, names: Sequence[str]) -> Mapping[str, str]:
    others: dict[str, object] = {name: f"{{{name}}}" for name in names if name != "count"}
    forms = {"one": _OpenCount(1), "other": _OpenCount(2)}
    return {form: say(key, **others, count=count) for form, count in forms.items()}
