"""What visitors may read of a hall’s notices at their own pace: which notices now, and their text in blocks.

Pure. docs/rules/notices.md, « At one’s own pace ».
"""

import re
from collections.abc import Sequence
from datetime import datetime
from html.parser import HTMLParser
from typing import Literal, TypedDict

from server.domain.hours.windows import Window
from server.domain.languages import FRENCH

NOT_READ = frozenset({"waits", "results"})
"""Kinds left out: kiosk and phone show the waits of this very moment themselves; results have no content."""
LONGEST_SPOKEN = 280
"""Characters of a sentence for a voice or a page: longer ones are cut between two words."""
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2}[.!?…؟])\s+|(?<=[\s»)][.!?…؟])\s+")
"""Not after a number or an initial: « 1. », « M. »."""
_OWN_LINE = frozenset({"p", "h2", "h3", "li", "blockquote", "ul", "ol"})
_HEADINGS = frozenset({"h2", "h3"})
_LISTS = frozenset({"ul", "ol"})


class TextPart(TypedDict):
    """A part of a body: a heading, a paragraph, or the items of a list; `texts` has one text, or the items.

    `language`: None where it is that of the notice. `direction`: None where it follows from the language.
    """

    kind: Literal["heading", "text", "items"]
    is_numbered: bool
    texts: list[str]
    language: str | None
    direction: str | None


def is_read_now(kind: str, windows: Sequence[Window] | None, now: datetime) -> bool:
    """Whether visitors may read a published notice at an instant: always where `windows` is None."""
    if kind in NOT_READ:
        return False
    return windows is None or any(starts <= now < ends for starts, ends in windows)


def next_change(windows: Sequence[Sequence[Window] | None], now: datetime) -> datetime | None:
    """The next instant at which one of several notices begins or ends; None: no such instant is known."""
    edges = [edge for each in windows for window in each or () for edge in window if edge > now]
    return min(edges, default=None)


def holds(when_more_than: int | None, waiting: int) -> bool:
    """Whether the condition of a notice holds: more people wait than it says; always without a condition."""
    return when_more_than is None or waiting > when_more_than


def language_to_read(languages: Sequence[str], preferred: str) -> str:
    """The language of a notice that a reader gets: the preferred one, else French."""
    return preferred if preferred in languages else FRENCH


def in_sentences(text: str, longest: int = LONGEST_SPOKEN) -> list[str]:
    """A text cut after its sentences, and between two words where a sentence is longer than `longest`."""
    found: list[str] = []
    for sentence in _SENTENCE_END.split(text.strip()):
        line = ""
        for word in sentence.split():
            if line and len(line) + 1 + len(word) > longest:
                found.append(line)
                line = ""
            line = f"{line} {word}".strip()
        if line:
            found.append(line)
    return found


def parts_of_html(html: str) -> list[TextPart]:
    """The headings, paragraphs and lists of a sanitised HTML text, in order; bold and italics are dropped."""
    reader = _PartsReader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.parts


class _PartsReader(HTMLParser):
    """Collects the parts of a small HTML text, mark by mark."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[TextPart] = []
        self._open: list[tuple[str, str | None, str | None]] = []
        self._line = ""
        self._is_in_new_list = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins an element."""
        if tag == "br":
            self._line += "\n"
            return
        self._at_edge(tag)
        attributes = dict(attrs)
        self._open.append((tag, attributes.get("lang"), attributes.get("dir")))

    def handle_endtag(self, tag: str) -> None:
        """Ends the innermost open element of this name."""
        self._at_edge(tag)
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                break

    def handle_data(self, text: str) -> None:
        """Adds words to the line that is being read."""
        self._line += text

    def _at_edge(self, tag: str) -> None:
        if tag in _OWN_LINE:
            self.end_line()
        if tag in _LISTS:
            self._is_in_new_list = True

    def end_line(self) -> None:
        """Ends the paragraph, heading or item that is being read."""
        lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in self._line.split("\n"))
        text, self._line = "\n".join(line for line in lines if line), ""
        if not text:
            return
        tags = [tag for tag, _, _ in self._open]
        if "li" in tags:
            self._add_item(text, tags)
        else:
            kind: Literal["heading", "text"] = "heading" if _HEADINGS & set(tags) else "text"
            self.parts.append(self._part(kind, text))

    def _add_item(self, text: str, tags: Sequence[str]) -> None:
        part = self._part("items", text)
        part["is_numbered"] = next((tag == "ol" for tag in reversed(tags) if tag in _LISTS), False)
        last = self.parts[-1] if self.parts and not self._is_in_new_list else None
        if last is not None and (last["language"], last["direction"]) == (
            part["language"],
            part["direction"],
        ):
            last["texts"].append(text)
        else:
            self.parts.append(part)
        self._is_in_new_list = False

    def _part(self, kind: Literal["heading", "text", "items"], text: str) -> TextPart:
        language = next((given for _, given, _ in reversed(self._open) if given), None)
        direction = next((given for _, _, given in reversed(self._open) if given), None)
        return {
            "kind": kind,
            "is_numbered": False,
            "texts": [text],
            "language": language,
            "direction": direction,
        }
