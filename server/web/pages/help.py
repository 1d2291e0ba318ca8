"""The help: `/aide`, its index, its search, and one page a document."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.web.access.requirements import Access, PageRoutes
from server.web.pages.help_documents import MANUALS, VISITOR, HelpDocument, HelpLibrary, Passage
from server.web.pages.help_words import meanings, plain_words
from server.web.rendering import page
from server.web.rendering.answers import SameForAll
from server.web.rendering.menu import help_at

LONGEST_SEARCH = 100
"""Characters of a search."""

LAST = frozenset({"reference", "rules"})
"""Sections that come after the manuals."""
MOST_WORDS = 8
MOST_FOUND = 20
LONGEST_EXCERPT = 180


def help_pages(*, docs_dir: Path) -> PageRoutes:
    """The routes. The visitor's manual and the accessibility declaration are public.

    Everything else requires `read_help`. The documents say themselves which language they are in.
    """
    library, strangers = HelpLibrary(docs_dir), _StrangersPages()
    routes = PageRoutes(
        "help",
        __name__,
        template_folder="templates",
        static_folder="static/help",
        static_url_path="/static/help",
    )

    def may_read_all() -> bool:
        person = page.viewer()
        return person is not None and person.may(Permission.READ_HELP)

    @routes.get("/aide", Access.EVERYBODY)
    def index() -> str | Response:
        person, language, may_all = page.viewer(), page.language(), may_read_all()
        explained = help_at(request.args.get("page", ""))
        if explained is not None and may_all:
            return redirect(library.address_of(explained.manual, explained.heading, language))
        search_text = request.args.get("q", "")[:LONGEST_SEARCH].strip()
        own = library.in_language(MANUALS[person.role] if person and may_all else VISITOR, language)

        def opened() -> str:
            return render_template(
                "help/index.html",
                sections=library.by_section(is_public_only=not may_all, language=language),
                own=own,
                other=library.other_language(own) if own else None,
                html=Markup(own.rendered.html) if own else "",  # cleaned by nh3 when it was read
                asked=search_text,
                found=search(library.open_to(is_public_only=not may_all), search_text, language, own),
                longest=LONGEST_SEARCH,
            )

        return opened() if person is not None or search_text else strangers.answer("", opened)

    @routes.get("/aide/<path:name>", Access.EVERYBODY)
    def opened_page(name: str) -> str | Response:
        document = library.documents().get(name)
        if (document is None or not document.is_public) and not may_read_all():
            return _keep_out()
        if document is None:
            abort(404)
        # the HTML was cleaned by nh3 when the document was read
        html, other = Markup(document.rendered.html), library.other_language(document)

        def opened() -> str:
            return render_template("help/page.html", document=document, html=html, other=other)

        return opened() if page.viewer() is not None else strangers.answer(name, opened)

    return routes


class _StrangersPages:
    """The pages of readers who have not signed in: each made once in a language, until the look changes."""

    def __init__(self) -> None:
        self._look: str | None = None
        self._pages: dict[tuple[str, str], bytes] = {}

    def answer(self, name: str, make: Callable[[], str]) -> Response:
        """The page of a document, "" for the index."""
        look = page.look()
        digest = None if look is None else look.digest
        if digest != self._look:
            self._look = digest
            self._pages.clear()
        place = (name, page.language())
        if place not in self._pages:
            self._pages[place] = make().encode()
        answer = SameForAll(self._pages[place], mimetype="text/html")
        answer.vary.update(("Accept-Language", "Cookie"))
        return answer


def _keep_out() -> Response:
    """The way to sign in; 403 for a person without the permission."""
    if page.viewer() is not None:
        abort(403)
    return redirect("/connexion?" + urlencode({"next": request.full_path.rstrip("?")}))


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


def search(
    documents: Iterable[HelpDocument], query: str, language: str, own: HelpDocument | None = None
) -> list[FoundPassage]:
    """The passages that have the words, their beginning or a word of the same meaning; accents and capitals
    do not matter. Where no passage has every word, those with the most of them.

    The reader's language comes first, or English where a document is not in it; then the reader's own
    manual, the other manuals, headings that have the words, then the number of occurrences. At most twenty.
    """
    words = meanings(query, MOST_WORDS)
    order = sorted(("en", "fr"), key=lambda each: each != language)
    found: list[tuple[int, tuple[int, bool, bool, int, int], HelpDocument, Passage]] = []
    for document in documents:
        title = _document_words(document.rendered.title)
        for passage in document.rendered.passages:
            head = f"{title} {_document_words(passage.heading.text)}"
            text = f"{head} {_document_words(passage.text)}"
            counts = [_count(word, text) for word in words]
            has = sum(map(bool, counts))
            if has:
                in_head = sum(_count(word, head) > 0 for word in words)
                place = order.index(document.language), document != own, document.section in LAST
                found.append((has, (*place, -in_head, -sum(counts)), document, passage))
    most = max((has for has, *_ in found), default=0)
    best = sorted((each for each in found if each[0] == most), key=lambda each: each[1])
    return [
        FoundPassage(document, passage, _excerpt(passage.text, words))
        for _, _, document, passage in best[:MOST_FOUND]
    ]


_document_words = cache(plain_words)
"""The plain words of a text of a document, which lasts as long as the process."""


def _count(alike: tuple[str, ...], words: str) -> int:
    """How often one of the words of a meaning begins a word; a short one is the whole word."""
    return sum(f" {words} ".count(f" {word}" if len(word) > 3 else f" {word} ") for word in alike)


def _excerpt(text: str, words: list[tuple[str, ...]]) -> str:
    sentences = re.split(r"(?<=[.!?])\s", text)
    best = max(sentences, key=lambda sentence: sum(_count(word, plain_words(sentence)) > 0 for word in words))
    if len(best) <= LONGEST_EXCERPT:
        return best
    return best[:LONGEST_EXCERPT].rpartition(" ")[0] + " …"
