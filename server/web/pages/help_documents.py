"""The documents of `docs/`, each with its place, its language and its readers."""

import posixpath
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

ADDRESS = "/aide"
TRANSLATED: Mapping[str, str] = {
    "manuels/usager": "manuals/visitor",
    "manuels/agent": "manuals/agent",
    "manuels/chef-d-accueil": "manuals/supervisor",
    "manuels/communication": "manuals/communication",
    "manuels/diffusion": "manuals/what-screens-show",
    "manuels/mediatheque": "manuals/library",
    "manuels/informations": "manuals/information",
    "manuels/qualite": "manuals/quality",
    "manuels/saisies": "manuals/typed-figures",
    "manuels/objectifs": "manuals/targets",
    "manuels/rapports": "manuals/reports",
    "manuels/affluence": "manuals/busy-hours",
    "manuels/service-informatique": "manuals/administrator",
    "manuels/incidents": "manuals/incidents",
    "manuels/conservation": "manuals/retention",
}
"""The manuals that exist in English too; both have the same headings in the same order."""
PUBLIC = frozenset({"manuels/usager", "manuals/visitor", "accessibilite"})
"""What everybody may read without signing in."""
VISITOR = "manuels/usager"
SECTIONS = ("manuals", "manuals_in_english", "about", "reference", "rules")
"""The parts of the help, in the order in which they are listed."""
_SECTION_OF_FOLDER = {"manuels": "manuals", "manuals": "manuals_in_english", "rules": "rules"}
_FRENCH = frozenset({"manuals", "about"})
_RULES = (
    *("accounts", "alarms", "alerts", "annotations", "calling", "displays", "indicators", "languages"),
    *("reports", "spoken-guidance", "targets", "told-before", "transitions", "typed-figures"),
)
FURTHER = frozenset(
    {"accessibilite", "settings", "commands", "measures", *(f"rules/{name}" for name in _RULES)}
)
"""What the help has besides manuals: what people at work read. The rest of `docs` is for developers."""

MANUALS: Mapping[str, str] = {
    "agent": "manuels/agent",
    "reception": "manuels/accueil",
    "digital_helper": "manuels/accompagnant-numerique",
    "security": "manuels/securite",
    "supervisor": "manuels/chef-d-accueil",
    "communication": "manuels/communication",
    "quality": "manuels/qualite",
    "administrator": "manuels/service-informatique",
    "committee": "manuels/comite",
}
"""The manual of each role."""

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


@dataclass(frozen=True)
class HelpDocument:
    """One document. `name` is its path below `docs` without `.md`; its language is French or English.

    `read`: its content, asked for once, when somebody first needs it.
    """

    name: str
    section: str
    language: str
    read: Callable[[], Rendered]

    @cached_property
    def rendered(self) -> Rendered:
        """Its content."""
        return self.read()

    @property
    def address(self) -> str:
        """Where it is read."""
        return f"{ADDRESS}/{self.name}"

    @property
    def is_public(self) -> bool:
        """Whether it is read without signing in."""
        return self.name in PUBLIC


class HelpLibrary:
    """The documents below a folder, read once: a release brings others with a new process."""

    def __init__(self, docs_dir: Path) -> None:
        self.docs_dir = docs_dir
        self._documents: dict[str, HelpDocument] = {}

    def documents(self) -> Mapping[str, HelpDocument]:
        """Every document by its name, in the order of the names."""
        if not self._documents:
            found = sorted(self.docs_dir.rglob("*.md"))
            names = [file.relative_to(self.docs_dir).with_suffix("").as_posix() for file in found]
            files = {
                name: file
                for name, file in zip(names, found, strict=True)
                if name in FURTHER or name.startswith(("manuels/", "manuals/"))
            }
            self._documents = {name: _document(name, file, files) for name, file in files.items()}
        return self._documents

    def open_to(self, *, is_public_only: bool) -> list[HelpDocument]:
        """The documents a reader may open."""
        return [each for each in self.documents().values() if each.is_public or not is_public_only]

    def by_section(self, *, is_public_only: bool, language: str) -> dict[str, list[HelpDocument]]:
        """The documents a reader may open, by section, English manuals first unless they read French.

        Empty sections are left out.
        """
        sections = sorted(SECTIONS, key=lambda each: language != "fr" and each != "manuals_in_english")
        documents = self.open_to(is_public_only=is_public_only)
        listed = {section: [each for each in documents if each.section == section] for section in sections}
        return {section: found for section, found in listed.items() if found}

    def in_language(self, name: str, language: str) -> HelpDocument | None:
        """The manual of a name in the best language for the reader: theirs, else English, else French."""
        return self.documents().get(name if language == "fr" else TRANSLATED.get(name, name))

    def other_language(self, document: HelpDocument) -> HelpDocument | None:
        """The same manual in the other language."""
        both = dict(TRANSLATED) | {english: french for french, english in TRANSLATED.items()}
        return self.documents().get(both.get(document.name, ""))

    def address_of(self, name: str, heading: str = "", language: str = "fr") -> str:
        """Where a manual is read, at a heading of it (its words in French), in the reader's language.

        At its beginning where it has no such heading.
        """
        texts = [each.text for each in self.documents()[name].rendered.headings]
        document = self.in_language(name, language) or self.documents()[name]
        place = texts.index(heading) if heading in texts else None
        anchor = "" if place is None else f"#{document.rendered.headings[place].anchor}"
        return document.address + anchor


def _document(name: str, file: Path, files: Mapping[str, Path]) -> HelpDocument:
    folder = name.rpartition("/")[0]
    section = _SECTION_OF_FOLDER.get(folder, "about" if name in PUBLIC else "reference")

    def read() -> Rendered:
        return render(
            file.read_text(encoding="utf-8"),
            folder=folder,
            address_of=lambda linked: f"{ADDRESS}/{linked}" if linked in files else None,
        )

    return HelpDocument(name, section, "fr" if section in _FRENCH else "en", read)


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
