"""The journal, `/journal`: a form, the facts by day, files, and what proves it whole; without JavaScript.

The search stands in the query of the address.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Response, abort, render_template, request, stream_with_context

from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import midnight
from server.domain.journal import NOT_OF_HALLS, OF_INSTALLATION, SUBJECTS, Subject
from server.domain.people.roles import Permission
from server.store.journal.chain import INSTALLATION, Anchors
from server.store.journal.verify import vanished_halls
from server.usecases.journal.read_journal import (
    Compared,
    JournalSearch,
    KnownFact,
    Proof,
    compare_sheet,
    every_fact,
    people_of,
    read_journal,
    read_proofs,
)
from server.usecases.quality.visits import sites_with_individual_figures
from server.web.access.callers import database, identify
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.journal.lines import COLUMNS, JournalLines, Line, csv_of, json_of, word_filter
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.pdf import Papers

MOST_WORDS = 80
_YEARS = range(1990, 2200)


@dataclass(frozen=True, slots=True)
class JournalRange:
    """Of which journal (a hall's slug or "installation"), from and to which local dates, both included.

    `is_understood`: whether all of the query could be read; the rest is shown.
    """

    journal: str
    first: date | None = None
    last: date | None = None
    subject: Subject | None = None
    author: str = ""
    words: str = ""
    before: int | None = None
    is_understood: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.first or self.last or self.subject or self.author or self.words)

    def query(self, **changes: str) -> str:
        """The query string of this choice, without the position of a page unless given."""
        chosen = {
            "hall": self.journal,
            "du": self.first.isoformat() if self.first else "",
            "au": self.last.isoformat() if self.last else "",
            "sujet": self.subject or "",
            "personne": self.author,
            "mots": self.words,
        } | changes
        return urlencode({name: value for name, value in chosen.items() if value})

    def search(self, hall: str | None, zone: ZoneInfo, *, names_everybody: bool) -> JournalSearch:
        """The same as the use case takes it; days begin at midnight in a time zone."""
        return JournalSearch(
            hall,
            begins_at=None if self.first is None else midnight(self.first, zone),
            ends_at=None if self.last is None else midnight(self.last + timedelta(days=1), zone),
            before=self.before,
            subject=self.subject,
            author=self.author or None,
            words=self.words,
            names_everybody=names_everybody,
        )


def range_of(query: Mapping[str, str], journal: str) -> JournalRange:
    """The range of a journal that a query selects."""
    first, last = _day(query.get("du", "")), _day(query.get("au", ""))
    subject, before = query.get("sujet", ""), query.get("avant", "")
    are_days = (first is not None or not query.get("du")) and (last is not None or not query.get("au"))
    is_place = not before or is_position(before)
    return JournalRange(
        journal,
        first,
        last,
        Subject(subject) if subject in tuple(Subject) else None,
        query.get("personne", "")[:64],
        query.get("mots", "")[:MOST_WORDS].strip(),
        int(before) if before and is_place else None,
        is_understood=are_days and is_place and subject in ("", *Subject),
    )


def is_position(text: str) -> bool:
    """Whether a text is a position of a journal: digits, 15 at most."""
    return text.isascii() and text.isdecimal() and len(text) < 16


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


LONGEST_TYPED = 80
"""The longest typed hash: 64 characters, and the blanks between the groups on the sheet."""

anchors, papers = of_app(Anchors), of_app(Papers)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A reader of one journal: the chosen range, the halls they see, the words of their language."""

    range_shown: JournalRange
    hall: str | None
    zone: ZoneInfo
    lines: JournalLines
    halls: Sequence[HallConfiguration]
    sites: frozenset[str] | None
    names_everybody: bool

    @property
    def sees_installation(self) -> bool:
        """Whether this person reads journals at every site."""
        return self.sites is None

    @property
    def journals(self) -> list[str]:
        """Every journal this person may read, by name."""
        return [hall.hall for hall in self.halls] + ([INSTALLATION] if self.sees_installation else [])

    @property
    def subjects(self) -> list[Subject]:
        """What may be found in this journal."""
        if self.hall is None:
            return list(OF_INSTALLATION)
        return [subject for subject in SUBJECTS if subject not in NOT_OF_HALLS]

    def name(self, journal: str) -> str:
        """A journal as people call it."""
        if journal == INSTALLATION:
            return self.lines.say("journal.installation")
        return self.lines.halls[journal].name


journal_pages = PageRoutes(
    "journal",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static/journal",
)
"""The blueprint of `/journal`: `read_journal` in the hall; for the installation's, at every site."""


@journal_pages.get("/journal", Permission.READ_JOURNAL)
def journal() -> tuple[str, int] | str:
    return _page(_reader())


@journal_pages.get("/journal/<any(csv, json):form>", Permission.READ_JOURNAL)
def file(form: Literal["csv", "json"]) -> Response:
    return _file(_reader(), form)


@journal_pages.get("/journal/tetes", Permission.READ_JOURNAL)
def heads() -> str:
    return _heads(_reader())


@journal_pages.get("/journal/tetes.pdf", Permission.READ_JOURNAL)
def sheet() -> Response:
    return _sheet(_reader())


def _reader() -> _Reader:
    """The reader of this request. Answers 403 without the permission there, 404 for a journal of others."""
    sites = identify().sites_of(Permission.READ_JOURNAL)
    halls = [hall for hall in page.halls_of_reader() if sites is None or hall.site.slug in sites]
    if not halls:
        abort(403)
    range_shown = range_of(request.args, request.args.get("hall") or halls[0].hall)
    configurations = {hall.hall: hall for hall in halls}
    if range_shown.journal == INSTALLATION and sites is not None:
        abort(403)
    if range_shown.journal not in (INSTALLATION, *configurations):
        abort(404)
    shown = configurations.get(range_shown.journal, halls[0])
    zone = ZoneInfo(shown.site.time_zone)
    return _Reader(
        range_shown,
        None if range_shown.journal == INSTALLATION else database().hall_id(range_shown.journal),
        zone,
        JournalLines(configurations, zone, page.sentence()),
        halls,
        sites,
        shown.site.slug in sites_with_individual_figures(database()),
    )


def _page(reader: _Reader) -> str | tuple[str, int]:
    range_shown, lines = reader.range_shown, reader.lines
    with database().read() as rows:
        people = people_of(rows, reader.sites, [hall.hall for hall in reader.halls])
        vanished = vanished_halls(rows) if reader.sees_installation else []
    found = read_journal(database(), _search_of(reader), _matches(reader))
    drawn = render_template(
        "journal/journal.html",
        range_shown=range_shown,
        reader=reader,
        people=sorted(people.items(), key=lambda each: each[1].casefold()),
        days=lines.by_day(found.facts),
        next=None if found.next is None else range_shown.query(avant=str(found.next)),
        looked_until=None if found.looked_until is None else lines.instant(found.looked_until),
        vanished=vanished,
        proof=read_proofs(database(), anchors, [range_shown.journal])[0],
        instant=lines.instant,
        lines=lines,
    )
    return drawn if range_shown.is_understood else (drawn, 400)


def _search_of(reader: _Reader) -> JournalSearch:
    return reader.range_shown.search(reader.hall, reader.zone, names_everybody=reader.names_everybody)


def _matches(reader: _Reader) -> Callable[[KnownFact], bool] | None:
    holds = word_filter(reader.range_shown.words)
    return None if holds is None else lambda fact: holds(reader.lines.line(fact))


def _file(reader: _Reader, form: Literal["csv", "json"]) -> Response:
    if not reader.range_shown.is_understood:
        abort(400)

    def pages() -> Iterator[list[Line]]:
        for facts in every_fact(database(), _search_of(reader), _matches(reader)):
            yield [reader.lines.line(fact) for fact in facts]

    say = reader.lines.say
    heads = [say(f"journal.file.{column}") for column in COLUMNS]
    text = json_of(pages()) if form == "json" else csv_of(pages(), say.language, heads)
    kind = "application/json" if form == "json" else "text/csv; charset=utf-8"
    return file_answer(stream_with_context(text), kind, f"journal-{reader.range_shown.journal}.{form}")


def _proofs(reader: _Reader) -> list[Proof]:
    return read_proofs(database(), anchors, reader.journals)


def _heads(reader: _Reader) -> str:
    position, typed = request.args.get("position", ""), request.args.get("empreinte", "")[:LONGEST_TYPED]
    return render_template(
        "journal/heads.html",
        reader=reader,
        proofs=_proofs(reader),
        instant=reader.lines.instant,
        position=position[:15],
        typed=typed,
        compared=_compared(reader.range_shown.journal, position, typed),
    )


def _compared(journal: str, position: str, typed: str) -> Compared | Literal["not_understood"] | None:
    """What comparing a sheet came to; None where nothing was typed."""
    if not position and not typed:
        return None
    if not is_position(position):
        return "not_understood"
    return compare_sheet(database(), journal, int(position), typed)


def _sheet(reader: _Reader) -> Response:
    lines = reader.lines
    html = render_template(
        "journal/sheet.html",
        reader=reader,
        proofs=_proofs(reader),
        instant=lines.instant,
        now=database().clock.now(),
    )
    return file_answer(papers.made(html), "application/pdf", "tetes-du-journal.pdf", is_shown=True)
