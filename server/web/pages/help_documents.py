"""The documents of `docs/`, each with its place, its language and its readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from server.web.pages.help_rendering import Rendered, render

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
    *("accounts", "alarms", "alerts", "annotations", "calling", "displays", "indicators"),
    *("reports", "targets", "transitions", "typed-figures"),
)
FURTHER = frozenset({"accessibilite", "settings", "commands", *(f"rules/{name}" for name in _RULES)})
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
            names = {self._name(file): file for file in self._files()}
            files = {name: file for name, file in names.items() if name in FURTHER or _is_manual(name)}
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

    def _files(self) -> list[Path]:
        return sorted(self.docs_dir.rglob("*.md"))

    def _name(self, file: Path) -> str:
        return file.relative_to(self.docs_dir).with_suffix("").as_posix()


def _is_manual(name: str) -> bool:
    return name.startswith(("manuels/", "manuals/"))


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
