"""Searches the help: the passages that contain every word, the best first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from server.domain.texts import fold_text
from server.web.pages.help_documents import HelpDocument
from server.web.pages.help_rendering import Passage

LAST = frozenset({"reference", "rules"})
"""Sections that come after the manuals."""
MOST_WORDS = 8
MOST_FOUND = 20
LONGEST_EXCERPT = 180


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage of a document, with its sentence that contains most of the words."""

    document: HelpDocument
    passage: Passage
    excerpt: str

    @property
    def address(self) -> str:
        """Where the passage is read."""
        return f"{self.document.address}#{self.passage.heading.anchor}"


def search(documents: Iterable[HelpDocument], query: str, language: str) -> list[FoundPassage]:
    """The passages that have every word or its beginning; accents and capitals do not matter.

    Passages in the reader's language come first, or in English where none is in it; then manuals, then those
    whose heading has the words, then by the number of occurrences. At most twenty.
    """
    words = list(dict.fromkeys(_plain_words(query).split()))[:MOST_WORDS]
    if not words:
        return []
    order = sorted(("en", "fr"), key=lambda each: each != language)
    found: list[tuple[tuple[int, bool, int, int], HelpDocument, Passage]] = []
    for document in documents:
        title = _document_words(document.rendered.title)
        for passage in document.rendered.passages:
            head = f"{title} {_document_words(passage.heading.text)}"
            text = _document_words(passage.text)
            counts = [_count(word, f"{head} {text}") for word in words]
            if all(counts):
                in_head = sum(_count(word, head) > 0 for word in words)
                rank = (order.index(document.language), document.section in LAST, -in_head, -sum(counts))
                found.append((rank, document, passage))
    found.sort(key=lambda each: each[0])
    return [
        FoundPassage(document, passage, _excerpt(passage.text, words))
        for _, document, passage in found[:MOST_FOUND]
    ]


def _plain_words(text: str) -> str:
    """The words in small letters without accents or signs, between single spaces."""
    return " ".join(re.findall(r"[a-z0-9_]+", fold_text(text)))


_document_words = cache(_plain_words)
"""The same of a text of a document, which lasts as long as the process."""


def _count(word: str, words: str) -> int:
    return f" {words}".count(f" {word}")


def _excerpt(text: str, words: list[str]) -> str:
    sentences = re.split(r"(?<=[.!?])\s", text)
    best = max(
        sentences, key=lambda sentence: sum(_count(word, _plain_words(sentence)) > 0 for word in words)
    )
    if len(best) <= LONGEST_EXCERPT:
        return best
    return best[:LONGEST_EXCERPT].rpartition(" ")[0] + " …"
