"""Characters that no name or label of a new document holds: a printer or a terminal takes them for orders."""

from collections.abc import Collection, Iterator
from typing import Any

from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem, Path, problem
from server.domain.texts import has_control

HAS_LINES = frozenset({"how_to_book", "bodies"})
"""Fields whose texts have lines."""
_TURNS = frozenset("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Line separators and direction marks: with them a text reads differently from how it is written."""


def check_characters(
    document: HallDocument | InstallationDocument, known_icons: Collection[str]
) -> tuple[DocumentProblem, ...]:
    """The texts with control characters. `known_icons`: those that were published once, which may come back.

    U+200C (Persian, Arabic) and the marks U+200E and U+200F stay; line feeds where a text has lines.
    """
    return tuple(
        problem(path, "control_characters")
        for path, text in _texts(document.model_dump(mode="json"), ())
        if text not in known_icons and has_orders(text, has_lines=not HAS_LINES.isdisjoint(path))
    )


def texts_with_control(content: Any) -> set[str]:
    """The texts of a document's content that have such characters."""
    return {text for _, text in _texts(content, ()) if has_orders(text, has_lines=False)}


def has_orders(text: str, *, has_lines: bool) -> bool:
    """Whether a text has control characters, or orders of direction."""
    lines = text.replace("\n", "") if has_lines else text
    return has_control(lines, has_lines=False) or not _TURNS.isdisjoint(text)


def _texts(content: Any, path: Path) -> Iterator[tuple[Path, str]]:
    match content:
        case str():
            yield path, content
        case dict():
            for name, value in content.items():
                yield from _texts(value, (*path, name))
        case list():
            for at, value in enumerate(content):
                yield from _texts(value, (*path, at))
