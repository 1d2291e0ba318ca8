"""The display report of a notice for print: with its title, the organisation, and the head of the journal."""

from collections.abc import Callable
from datetime import date
from typing import TypedDict

from server.documents.reading import parse_installation
from server.domain.instants import to_text
from server.store.configuration.documents import newest
from server.store.journal.anchors import INSTALLATION
from server.store.journal.heads import head_of
from server.store.notices.versions import versions_of
from server.store.transactions.database import Database
from server.usecases.answers import Period
from server.usecases.notices.read_displays import (
    DisplaysOnScreen,
    DisplaySums,
    read_displays,
)


class JournalHead(TypedDict):
    """How many facts a journal has, and the hash of the last."""

    facts: int
    head: str


class DisplaysInHall(DisplaysOnScreen):
    """The displays on one screen, with the name of its hall."""

    hall_name: str


class DisplayReport(DisplaySums, Period):
    """What a printed letter says of the displays of a notice.

    `title`: in French; the id of a notice that no screen there has shown. `journal`: that of the
    installation, read before the sums. `first`, `last`: the local dates of the displays, within the dates of
    the request. `time_zone`: that of the first hall.
    """

    notice: str
    title: str
    organisation: str
    screens: list[DisplaysInHall]
    first: str
    last: str
    time_zone: str
    journal: JournalHead
    as_of: str


def read_display_report(
    database: Database, notice: str, days: tuple[date, date], *, may_read: Callable[[str], bool]
) -> DisplayReport:
    """The displays of `read_displays`, with what a printed letter needs."""
    with database.read() as rows:
        head = head_of(rows, None)
        found = newest(rows, INSTALLATION, INSTALLATION)
        versions = versions_of(rows, notice)
    report = read_displays(database, notice, days, may_read=may_read)
    shown_days = [day["shown_on"] for screen in report["screens"] for day in screen["days"]]
    halls = {screen["hall"]: database.configuration(screen["hall"]) for screen in report["screens"]}
    screens: list[DisplaysInHall] = [
        {**screen, "hall_name": halls[screen["hall"]].name} for screen in report["screens"]
    ]
    zones = [hall.site.time_zone for hall in halls.values()]
    is_shown = bool(versions) and bool(screens)
    return {
        "notice": notice,
        "title": versions[-1].content["titles"]["fr"] if is_shown else notice,
        "organisation": parse_installation(found.content).organisation if found else "",
        "from": report["from"],
        "to": report["to"],
        "shown_s": report["shown_s"],
        "completed": report["completed"],
        "cut": report["cut"],
        "failed": report["failed"],
        "screens": screens,
        "first": max([report["from"], *([min(shown_days)] if shown_days else [])]),
        "last": min([report["to"], *([max(shown_days)] if shown_days else [])]),
        "time_zone": zones[0] if zones else "UTC",
        "journal": {"facts": head.journal_length, "head": head.head_hash},
        "as_of": to_text(database.clock.now()),
    }
