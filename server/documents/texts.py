"""Texts that screens and printers may show: safe HTML, hard spaces, soft hyphens, no control characters."""

import html
import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

import nh3
import pyphen

from server.documents.hall import HallDocument
from server.documents.installation import InstallationDocument
from server.documents.problems import DocumentProblem, Path, problem
from server.domain.texts import has_control
from signage import notice_parts as signage_html

TAGS = signage_html.TAGS
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_BREAKS = re.compile(r"<br>|</(?:p|li|h2|h3|blockquote)>")


def safe_html(text: str) -> str:
    """The text with what a screen may show of its HTML, and without empty paragraphs."""
    return _EMPTY.sub("", signage_html.safe_html(text)).strip()


def words_of_html(text: str) -> str:
    """The words only, with a line end after each block: for counting, reading aloud and comparing."""
    bare = nh3.clean(_BREAKS.sub("\n", signage_html.safe_html(text)), tags=set())
    lines = (line.strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


_BEFORE, _AFTER = re.compile(r" (?=[:;?!»])"), re.compile(r"(?<=«) ")
NO_BREAK = "\u00a0"


def add_hard_spaces(text: str) -> str:
    """A French text, or its HTML, of which no line can begin with such a mark or end with an opening one."""
    return _AFTER.sub(NO_BREAK, _BEFORE.sub(NO_BREAK, text))


SOFT_HYPHEN = "\u00ad"
LONG = 12
"""Letters of a word that is parted: on a screen read from afar a line holds few more."""
_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def hyphenate(text: str, language: str) -> str:
    """A text, or its safe HTML, with soft hyphens in long words; unchanged in a language without rules.

    No element or entity of safe HTML is as long as a long word.
    """
    rules = _rules(language)
    if rules is None:
        return text
    return _WORD.sub(lambda word: str(rules.inserted(word.group(), SOFT_HYPHEN)), text)


@cache
def _rules(language: str) -> pyphen.Pyphen | None:
    dictionary = pyphen.language_fallback(language)
    return None if dictionary is None else pyphen.Pyphen(lang=dictionary, left=3, right=3)


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
