"""How announced waits came true, on the explorer: a sentence, then one table by length, class and hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.domain.quality.doubt import interval_of
from server.domain.quality.figures import announced_share
from server.domain.quality.grades import LENGTHS, NO_WAIT, Grades, graded, ungraded
from server.domain.quality.leg_records import CLASSES
from server.web.pages.quality import wording
from server.web.pages.quality.changes import interval_text
from server.web.pages.quality.comparisons import OpenDays
from server.web.pages.quality.tables import OtherTable
from server.web.pages.quality.wording import FEWEST, NBSP, minutes
from server.web.rendering.viewer import Sentence

ANNOUNCED = "annonces"
"""The anchor of the section, and its file."""
_COLUMNS = ("announcement", "checked", "inside", "above", "below", "width", "score")


@dataclass(frozen=True, slots=True)
class GradedRow:
    """A part of the announcements: how many, then its shares and minutes; none where they are too few.

    `between`: the interval of the share inside.
    """

    name: str
    checked: str
    cells: Sequence[str] = ()
    between: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncedWaits:
    """The section; `said`: sentences, the first of which says how many of a hundred were inside."""

    said: Sequence[str]
    columns: Sequence[str]
    groups: Sequence[tuple[str, Sequence[GradedRow]]]

    @property
    def table(self) -> OtherTable:
        """The same as a sheet."""
        rows = [
            (row.name, row.checked, *(row.cells or ("",) * (len(self.columns) - 2)))
            for _, rows in self.groups
            for row in rows
        ]
        return OtherTable(ANNOUNCED, self.columns, rows)


def announced_waits(days: OpenDays, words: Sentence) -> AnnouncedWaits | None:
    """The grades of some days; None where no announcement has one."""
    if not graded(days.total.announced).told:
        return None
    return AnnouncedWaits(
        list(_said(days, words)),
        [words(f"quality.announced.{name}") for name in _COLUMNS],
        [(words(f"quality.announced.by_{name}"), rows) for name, rows in _groups(days, words) if rows],
    )


def of_hundred(grades: Grades) -> tuple[int, int, int]:
    """How many of a hundred were inside, above and below: whole numbers that add up to a hundred."""
    shares = [100 * part / grades.told for part in (grades.inside, grades.above, grades.below)]
    found = [int(share) for share in shares]
    for place in sorted(range(3), key=lambda place: found[place] - shares[place])[: 100 - sum(found)]:
        found[place] += 1
    return found[0], found[1], found[2]


def _said(days: OpenDays, words: Sentence) -> Iterator[str]:
    counts, language = days.total.announced, words.language
    grades, waits = graded(counts), graded(counts, [each for each in LENGTHS if each != NO_WAIT])
    n = wording.number(grades.told, language)
    if grades.told < FEWEST:
        yield words("quality.announced.few", n=n)
        return
    inside, above, below = of_hundred(grades)
    yield words("quality.announced.said", inside=inside, above=above, below=below)
    if FEWEST <= waits.told < grades.told:
        inside, above, below = of_hundred(waits)
        yield words("quality.announced.with_wait", inside=inside, above=above, below=below)
    if grades.compared >= FEWEST:
        yield words(
            "quality.announced.simple",
            own=wording.number(grades.own_error_s / grades.compared / 60, language, decimals=1),
            simple=wording.number(grades.simple_error_s / grades.compared / 60, language, decimals=1),
            n=wording.number(grades.compared, language),
        )
    without = ungraded(counts)
    if n_without := sum(without.values()):
        percent = wording.whole_percent(100 * n_without / (n_without + grades.told))
        reasons = (
            words(f"quality.announced.why.{why}", n=wording.number(each, language))
            for why, each in sorted(without.items(), key=lambda one: -one[1])
        )
        yield words("quality.announced.without", percent=percent, reasons=", ".join(reasons))


def _groups(days: OpenDays, words: Sentence) -> Iterator[tuple[str, Sequence[GradedRow]]]:
    yield "length", [_row(words("quality.announced.all"), days, LENGTHS, words), *_lengths(days, words)]
    classes = days.classes
    yield (
        "class",
        [
            _row(words(f"quality.class.{name}"), classes[name], LENGTHS, words)
            for name in CLASSES
            if name in classes and graded(classes[name].total.announced).told
        ],
    )
    yield (
        "hour",
        [
            _row(wording.hour_label(int(hour), words.language), part, LENGTHS, words)
            for hour, part in sorted(days.hours.items())
            if graded(part.total.announced).told
        ],
    )


def _lengths(days: OpenDays, words: Sentence) -> Iterator[GradedRow]:
    for length in LENGTHS:
        if graded(days.total.announced, [length]).told:
            yield _row(words(f"quality.announced.length.{length}"), days, [length], words)


def _row(name: str, days: OpenDays, lengths: Sequence[str], words: Sentence) -> GradedRow:
    grades, language = graded(days.total.announced, lengths), words.language
    checked = wording.number(grades.told, language)
    if grades.told < FEWEST or not grades.called:
        return GradedRow(name, checked)
    shares = (100 * part / grades.told for part in (grades.inside, grades.above, grades.below))
    means = (grades.width_s / grades.called, grades.score_s / grades.called)
    cells = [
        *(f"{wording.whole_percent(share)}{NBSP}%" for share in shares),
        *(f"{wording.number(minutes(mean), language)}{NBSP}min" for mean in means),
    ]
    measure = announced_share(lambda part: part.inside, lengths)
    between = interval_text(interval_of(measure, days.counted), "percent", words)
    return GradedRow(name, checked, cells, between)
