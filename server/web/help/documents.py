"""The documents of `docs/`, each with its place, its language and who may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from server.web.help.rendering import Rendered, render

ADDRESS = "/aide"
PUBLIC = frozenset({"manuels/usager", "accessibilite"})
"""What everybody may read without signing in."""
SECTIONS = ("manuals", "about", "reference", "rules", "decisions")
"""The parts of the help, in the order in which they are listed."""
_SECTION_OF_FOLDER = {"manuels": "manuals", "rules": "rules", "decisions": "decisions"}
_FRENCH = frozenset({"manuals", "about"})

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


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `name` is its path below `docs` without `.md`; its language is French or English."""

    name: str
    section: str
    language: str
    rendered: Rendered

    @property
    def address(self) -> str:
        """Where it is read."""
        return f"{ADDRESS}/{self.name}"

    @property
    def is_public(self) -> bool:
        """Whether it is read without signing in."""
        return self.name in PUBLIC


class Library:
    """The documents below a folder, read again when a file has changed."""

    def __init__(self, docs_dir: Path) -> None:
        self.docs_dir = docs_dir
        self._stamps: tuple[tuple[str, int], ...] = ()
        self._documents: dict[str, Document] = {}

    def documents(self) -> Mapping[str, Document]:
        """Every document by its name, in the order of the names."""
        files = {self._name(file): file for file in sorted(self.docs_dir.rglob("*.md"))}
        stamps = tuple((name, file.stat().st_mtime_ns) for name, file in files.items())
        if stamps != self._stamps:
            self._documents = {name: _document(name, file, files) for name, file in files.items()}
            self._stamps = stamps
        return self._documents

    def by_section(self, *, is_public_only: bool) -> dict[str, list[Document]]:
        """The documents a reader may open, by section; empty sections are left out."""
        open_to = [each for each in self.documents().values() if each.is_public or not is_public_only]
        listed = {section: [each for each in open_to if each.section == section] for section in SECTIONS}
        return {section: found for section, found in listed.items() if found}

    def address_of(self, name: str, heading: str = "") -> str:
        """Where a document is read, at a heading of it (its words); without the heading at its beginning."""
        document = self.documents()[name]
        anchors = {each.text: each.anchor for each in document.rendered.headings}
        return document.address + (f"#{anchors[heading]}" if heading else "")

    def _name(self, file: Path) -> str:
        return file.relative_to(self.docs_dir).with_suffix("").as_posix()


def _document(name: str, file: Path, files: Mapping[str, Path]) -> Document:
    folder = name.rpartition("/")[0]
    section = _SECTION_OF_FOLDER.get(folder, "about" if name in PUBLIC else "reference")
    rendered = render(
        file.read_text(encoding="utf-8"),
        folder=folder,
        address_of=lambda linked: f"{ADDRESS}/{linked}" if linked in files else None,
    )
    return Document(name, section, "fr" if section in _FRENCH else "en", rendered)
