"""What the dictionary shows: each indicator of the registry with its sentences, by group."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.quality.indicators import INDICATORS, MEASURED_ELSEWHERE, NOT_MEASURED
from server.web.pages.quality.tables import GROUPS, PRESENCE, SATISFACTION
from server.web.rendering.viewer import Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator in words; `name` is its anchor and its code in sheets and the API."""

    name: str
    label: str
    definition: str
    convention: str
    unit: str


@dataclass(frozen=True, slots=True)
class EntryGroup:
    """The entries of one group."""

    name: str
    title: str
    entries: Sequence[Entry]

    @property
    def anchor_and_title(self) -> tuple[str, str]:
        """How the list of contents names it."""
        return f"groupe-{self.name}", self.title


@dataclass(frozen=True, slots=True)
class UncountedEntry:
    """What the registry does not count. `facts`: titles and texts; empty where nothing measures it.

    `table`: the anchor of its table in the explorer.
    """

    name: str
    label: str
    text: str
    facts: Sequence[tuple[str, str]] = ()
    table: str = ""


def elsewhere_of(words: Sentence) -> list[UncountedEntry]:
    """The indicators that are not counted from visits, each with the place of its value."""
    facts = (
        ("sample", "quality.dictionary.sample"),
        ("convention", "quality.figures.convention"),
        ("edges", "quality.dictionary.edges"),
        ("where", "quality.dictionary.where"),
    )
    return [
        UncountedEntry(
            name,
            words(f"quality.elsewhere.{name}.label"),
            words(f"quality.elsewhere.{name}.definition"),
            [(words(title), words(f"quality.elsewhere.{name}.{fact}")) for fact, title in facts],
            PRESENCE if name == "device_presence" else SATISFACTION,
        )
        for name in MEASURED_ELSEWHERE
    ]


def not_measured_of(words: Sentence) -> list[UncountedEntry]:
    """What is not measured, each with the reason."""
    return [
        UncountedEntry(
            name, words(f"quality.not_measured.{name}.label"), words(f"quality.not_measured.{name}.reason")
        )
        for name in NOT_MEASURED
    ]


def dictionary_of(words: Sentence) -> list[EntryGroup]:
    """Every indicator, in the order of the pages."""
    return [
        EntryGroup(group, words(f"quality.group.{group}"), [_entry(name, words) for name in names])
        for group, names in GROUPS.items()
    ]


def _entry(name: str, words: Sentence) -> Entry:
    indicator = INDICATORS[name]
    return Entry(
        name,
        words(indicator.label_key),
        words(indicator.definition_key),
        words(indicator.convention_key),
        words(f"quality.sheet.unit.{indicator.unit}"),
    )
