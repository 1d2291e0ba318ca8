"""Keep what screens showed, and read it: the display report of a notice."""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, TypedDict

from annotated_types import Ge

from hardware.json_types import Count, InstantText, LocalDate
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import half_days
from server.domain.instants import to_text
from server.domain.notices.displays import Display, Interval, check_displays, displays_reported, intervals_of
from server.domain.refusals import Refusal, existing
from server.domain.texts import plain_cells
from server.store.configuration.documents import newest
from server.store.engine.writes import WriteKey
from server.store.journal.chain import INSTALLATION, head_of
from server.store.notices.displays import (
    ReportedIntervals,
    displays_of,
    intervals_between,
    keep_intervals,
    last_number,
)
from server.store.notices.notices import titles_of, versions_of
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.answers import Period

COLUMNS = (
    *("notice", "hall", "screen", "label", "shown_on", "shown_s", "completed", "cut", "failed"),
    *("whole_s", "open_s"),
)
"""The columns of the sheet; `shown_s` and `whole_s` have three decimals."""


class DisplaySums(TypedDict):
    """How long something was really shown, and how often it was so to its end, cut, or not at all."""

    shown_s: Annotated[float, Ge(0)]
    """Seconds, three decimals."""
    completed: Count
    cut: Count
    failed: Count
    whole_s: Annotated[float, Ge(0)]
    """Seconds, three decimals, in which all of it could be read: to its end, or its only page long enough."""
    open_s: Annotated[float, Ge(0)]
    """Opening hours of the days on which it was shown, by the present calendar, in seconds a screen."""


class DisplaysOfDay(DisplaySums):
    """The displays of a local date."""

    shown_on: LocalDate


class DisplaysOnScreen(DisplaySums):
    """The displays on one screen."""

    hall: str
    screen: str
    label: str
    days: list[DisplaysOfDay]


class DisplaysAnswer(DisplaySums, Period):
    """Where a notice was really shown, from a local date to another, both included."""

    notice: str
    screens: list[DisplaysOnScreen]


def read_displays(
    database: Database, notice: str, days: tuple[date, date], *, may_read: Callable[[str], bool]
) -> DisplaysAnswer:
    """The displays of a notice from the first to the last local date, in the halls (ids) one may read.

    Empty for a notice that no screen has shown.
    """
    first, last = days
    with database.read() as rows:
        found = displays_of(rows, notice, first=first, last=last)
    halls = {hall: database.configuration(hall) for hall in {row.hall for row in found} if may_read(hall)}
    days_on: dict[tuple[str, str], list[DisplaysOfDay]] = {}
    for row in found:
        if row.hall not in halls:
            continue
        day: DisplaysOfDay = {
            "shown_on": row.shown_on.isoformat(),
            "shown_s": row.shown_ms / 1000,
            "completed": row.completed,
            "cut": row.cut,
            "failed": row.failed,
            "whole_s": row.whole_ms / 1000,
            "open_s": _open_s(halls[row.hall], row.shown_on),
        }
        days_on.setdefault((row.hall, row.screen), []).append(day)
    screens = [_on_screen(halls[hall], screen, days) for (hall, screen), days in days_on.items()]
    return {
        "notice": notice,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "screens": screens,
        **_sums(screens),
    }


def displays_csv(report: DisplaysAnswer) -> str:
    """The report as a sheet (CSV), with a line for each screen and local date."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for screen in report["screens"]:
        for day in screen["days"]:
            values: dict[str, object] = {"notice": report["notice"], **screen, **day}
            values |= {"shown_s": f"{day['shown_s']:.3f}", "whole_s": f"{day['whole_s']:.3f}"}
            values["open_s"] = round(day["open_s"])
            sheet.writerow(plain_cells(values[column] for column in COLUMNS))
    return text.getvalue()


def _on_screen(configuration: HallConfiguration, screen: str, days: list[DisplaysOfDay]) -> DisplaysOnScreen:
    placed = configuration.screens.get(screen)
    return {
        "hall": configuration.hall,
        "screen": screen,
        "label": placed.label if placed else screen,
        "days": days,
        **_sums(days),
    }


def _open_s(hall: HallConfiguration, on: date) -> float:
    return sum((half.closes_at - half.opens_at).total_seconds() for half in half_days(hall.calendar, on))


def _sums(parts: Collection[DisplaySums]) -> DisplaySums:
    return {
        "shown_s": round(sum(part["shown_s"] for part in parts), 3),
        "completed": sum(part["completed"] for part in parts),
        "cut": sum(part["cut"] for part in parts),
        "failed": sum(part["failed"] for part in parts),
        "whole_s": round(sum(part["whole_s"] for part in parts), 3),
        "open_s": sum(part["open_s"] for part in parts),
    }


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
        "screens": screens,
        **_sums(screens),
        "first": min(shown_days, default=report["from"]),
        "last": max(shown_days, default=report["to"]),
        "time_zone": zones[0] if zones else "UTC",
        "journal": {"facts": head.journal_length, "head": head.head_hash},
        "as_of": to_text(database.clock.now()),
    }


class DisplaysCountedAnswer(TypedDict):
    """How many displays of a report were new, and the last number that is counted."""

    counted: Count
    last: Count


def report_displays(
    database: Database,
    hall: str,
    author: Author,
    displays: Sequence[Display],
    *,
    screen: str,
    record: str,
    write_key: WriteKey | None = None,
) -> DisplaysCountedAnswer:
    """How many displays of a screen were counted, and up to which number of the record.

    `hall`: an id; `screen`: its id in the hall's document; `record`: the player's record that the numbers
    belong to. A number is counted once, however often it is reported. The hall's version does not change.
    Refusals: unknown_screen, displays_unordered, display_too_old, display_reversed, display_in_future,
    idempotency_mismatch.
    """
    configuration = database.configuration(hall)
    if screen not in configuration.screens:
        raise Refusal("unknown_screen", name=screen, known=", ".join(configuration.screens))

    def report(transaction: InstallationTransaction) -> DisplaysCountedAnswer:
        check_displays(displays, transaction.now)
        before = last_number(transaction, screen, record)
        fresh = [display for display in displays if display.number > before]
        if fresh:
            zone = configuration.site.time_zone
            transaction.record(
                displays_reported(fresh, hall=hall, screen=screen, record=record, time_zone=zone)
            )
            _keep_intervals(transaction, fresh, screen, record)
        last = max([before, *(display.number for display in fresh)])
        return {"counted": len(fresh), "last": last}

    return database.write_installation(author, write_key, report)


def _keep_intervals(
    transaction: InstallationTransaction, displays: Sequence[Display], screen: str, record: str
) -> None:
    intervals = intervals_of(displays)
    if intervals:
        began_at, ended_at = intervals[0].began_at, max(each.ended_at for each in intervals)
        reported = ReportedIntervals(screen, record, displays[-1].number, began_at, ended_at, intervals)
        keep_intervals(transaction, reported)


NEARBY = timedelta(hours=1)
"""How far from an instant the intervals before and after it are looked for."""


class ShownInterval(TypedDict):
    """A notice that a screen showed without a break, with its French title (empty: it has none)."""

    notice: str
    title: str
    began_at: InstantText
    ended_at: InstantText


class ShownAtAnswer(TypedDict):
    """What a screen showed at an instant, by its own report."""

    screen: str
    label: str
    at: InstantText
    shown: ShownInterval | None
    """Null: no notice, but a call, an alert, the welcome or nothing at all."""
    before: ShownInterval | None
    """The last notice that ended within an hour before; null: none is known."""
    after: ShownInterval | None
    """The first notice that began within an hour after; null: none is known."""


def read_shown_at(database: Database, hall: str, screen: str, at: datetime) -> ShownAtAnswer:
    """What a screen (its id) of a hall (id or slug) showed at an instant, which is known for 60 days.

    Refusals: unknown_hall, unknown_screen.
    """
    configuration = database.configuration(database.hall_id(hall))
    placed = existing(configuration.screens.get(screen), "unknown_screen", screen=screen)
    with database.read() as rows:
        found = intervals_between(rows, screen, at - NEARBY, at + NEARBY)
        titles = titles_of(rows, sorted({each.notice for each in found}))

    def said(some: list[Interval]) -> ShownInterval | None:
        if not some:
            return None
        first = some[0]
        began_at, ended_at = to_text(first.began_at), to_text(first.ended_at)
        title = titles.get(first.notice, "")
        return {"notice": first.notice, "title": title, "began_at": began_at, "ended_at": ended_at}

    return {
        "screen": screen,
        "label": placed.label,
        "at": to_text(at),
        "shown": said([each for each in found if each.began_at <= at < each.ended_at]),
        "before": said([each for each in reversed(found) if each.ended_at <= at]),
        "after": said([each for each in found if each.began_at > at]),
    }
