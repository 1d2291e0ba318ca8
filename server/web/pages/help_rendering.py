"""One document as safe HTML: headings with anchors, tables that may be scrolled, links inside the help."""

import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

TAGS = {
    *("h1", "h2", "h3", "h4", "p", "ul", "ol", "li", "a", "strong", "em", "code", "pre", "blockquote"),
    *("hr", "br", "table", "thead", "tbody", "tr", "th", "td", "div", "sup"),
}
ATTRIBUTES = {
    "a": {"href"},
    "div": {"class", "tabindex", "role", "aria-labelledby"},
    "h1": {"id"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "ol": {"start"},
}
OF_CODE = "Code:"
"""How a sentence begins that names files: for developers, not for the index of the help."""
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|/|#", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading a reader may jump to: its anchor, its text and its level (2 or 3)."""

    anchor: str
    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The text below one heading, without marks; the passage below the title has the title's anchor."""

    heading: Heading
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered document: the text of its first heading, its first sentence, HTML and headings.

    `passages`: its text for a search, heading by heading.

    """

    title: str
    summary: str
    html: str
    headings: tuple[Heading, ...]
    passages: tuple[Passage, ...]


def render(text: str, *, folder: str = "", address_of: Callable[[str], str | None]) -> Rendered:
    """A Markdown document as clean HTML.

    `folder`: its folder below `docs`, "" at the top. `address_of`: the address of a linked document (path
    below `docs`, without `.md`), None when the help lacks it: the link then becomes plain words.
    """
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    headings = _anchor_headings(tokens)
    for token in tokens:
        for child in token.children or ():
            _follow(child, folder, address_of)
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    html = markdown.renderer.render(tokens, markdown.options, {})
    clean = nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, link_rel=None, url_schemes={"http", "https"}
    )
    title = next((heading.text for heading in headings if heading.level == 1), "")
    below = tuple(heading for heading in headings if heading.level in (2, 3))
    return Rendered(title, _summary(tokens), clean, below, tuple(_passages(tokens, headings)))


def anchor_of(text: str) -> str:
    """A heading's anchor: its words in small letters without accents, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("’", " ")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-") or "section"


def _anchor_headings(tokens: Sequence[Token]) -> list[Heading]:
    found: list[Heading] = []
    taken: set[str] = set()
    last = ""
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            text = _words(content)
            base = anchor_of(text)
            numbered = (base if n == 1 else f"{base}-{n}" for n in count(1))
            last = next(anchor for anchor in numbered if anchor not in taken)
            taken.add(last)
            token.attrSet("id", last)
            found.append(Heading(last, text, int(token.tag[1])))
        elif token.type == "table_open":
            token.meta["heading"] = last
    return found


def _passages(tokens: Sequence[Token], headings: Sequence[Heading]) -> Iterator[Passage]:
    texts: list[list[str]] = []
    for token, after in pairwise(tokens):
        if token.type == "heading_open":
            texts.append([])
        elif after.type == "inline" and texts:
            texts[-1].append(_words(after, between=" "))
    for heading, paragraphs in zip(headings, texts, strict=True):
        yield Passage(heading, re.sub(r"[ \n]+", " ", " ".join(paragraphs)).strip())


def _words(token: Token, between: str = "") -> str:
    """The text of an inline token without its marks."""
    kept = ("text", "code_inline")
    texts = (child.content if child.type in kept else between for child in token.children or ())
    return "".join(texts).strip()


def _summary(tokens: Sequence[Token]) -> str:
    """The first sentence of the first paragraph that is not about files of code."""
    for token, content in pairwise(tokens):
        if token.type == "paragraph_open" and token.level == 0:
            kept = ("text", "code_inline", "softbreak")
            text = "".join(child.content or " " for child in content.children or () if child.type in kept)
            # a no-break space stays one
            sentences = re.split(r"(?<=[.!?])\s", re.sub(r"[ \n]+", " ", text).strip())
            for sentence in sentences:
                if not sentence.startswith(OF_CODE):
                    return sentence.rstrip(":\u00a0 ")
    return ""


def _follow(token: Token, folder: str, address_of: Callable[[str], str | None]) -> None:
    """Turns a link to another document into its address in the help."""
    href = token.attrGet("href") if token.type == "link_open" else None
    if not isinstance(href, str) or ELSEWHERE.match(href):
        return
    path, _, anchor = href.partition("#")
    address = address_of(posixpath.normpath(posixpath.join(folder, path)).removesuffix(".md"))
    if address is None:
        del token.attrs["href"]
    else:
        token.attrSet("href", address + (f"#{anchor}" if anchor else ""))


def _table_open(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Mapping[str, Any]
) -> str:
    heading = tokens[index].meta.get("heading")
    named = f' aria-labelledby="{heading}"' if heading else ""
    return f'<div class="wide" tabindex="0" role="group"{named}><table>'


def _table_close(
    _: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Mapping[str, Any]
) -> str:
    return "</table></div>"
