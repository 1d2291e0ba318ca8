"""What is wrong with a notice in its installation: its places, its kind, its day, its media."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.documents.notices import ClosureNotice, NoticeContent
from server.documents.problems import DocumentProblem, problem
from server.documents.values import CalendarPart


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """The ids an installation has: `targets` by `sites`, `halls`, `screens`, `groups`; queues of halls."""

    targets: Mapping[str, Collection[str]]
    queues: Collection[str]
    languages: Collection[str]


def check_notice(notice: NoticeContent, places: KnownPlaces) -> tuple[DocumentProblem, ...]:
    """The targets, the queue and the languages of a notice that the installation does not have."""
    return tuple(_problems(notice, places))


def check_kind(notice: NoticeContent, kind: str) -> tuple[DocumentProblem, ...]:
    """A notice keeps the kind of its first version: what shows a medium or a feed is told by it."""
    return () if notice.kind == kind else (problem(("kind",), "kind_stays"),)


def check_aimed(notice: NoticeContent) -> tuple[DocumentProblem, ...]:
    """The error of a notice that is proposed or published for no screen at all."""
    return (problem(("targets",), "no_target"),) if notice.targets.is_nowhere else ()


def check_not_over(notice: NoticeContent, today: date) -> tuple[DocumentProblem, ...]:
    """The error of a notice whose own day is past where it is shown; `today`: the earliest date there."""
    if notice.own_end is None or notice.own_end[1] >= today.isoformat():
        return ()
    field, on = notice.own_end
    return (problem((field,), "day_over", on=on),)


MOST_CLOSED_DAYS = 60
"""Days of one closure that are entered into a calendar, each as an exception."""


def check_calendar(
    notice: ClosureNotice, hall: str, known: CalendarPart, *, is_open: bool
) -> Iterator[DocumentProblem]:
    """The errors of a closure that cannot be entered into the calendar of a hall (its name).

    `is_open`: the author may configure the hall.
    """
    if not is_open:
        yield problem(("in_calendar",), "calendar_not_yours", hall=hall)
    if len(notice.days) > MOST_CLOSED_DAYS:
        yield problem(("happens", "ends"), "closure_too_long", limit=MOST_CLOSED_DAYS)
    for day in known.exceptions:
        if day.on in notice.days and day.spans != notice.opens:
            yield problem(("happens", "starts"), "exception_there", on=day.on.isoformat(), hall=hall)


def check_medium(
    notice: NoticeContent, *, is_ready: Callable[[str, str], bool]
) -> tuple[DocumentProblem, ...]:
    """Errors of a notice with a medium for which `is_ready(field, medium)` is false."""
    return tuple(
        problem((name,), "unknown_medium", id=medium)
        for name, medium in notice.media.items()
        if not is_ready(name, medium)
    )


def _problems(notice: NoticeContent, places: KnownPlaces) -> Iterator[DocumentProblem]:
    for name, ids in places.targets.items():
        for at, target in enumerate(getattr(notice.targets, name)):
            if target not in ids:
                yield problem(("targets", name, at), "unknown_target", id=target)
    for language in notice.titles:
        if language not in places.languages:
            yield problem(("titles", language), "language_not_installed", language=language)
    if notice.when is not None and notice.when.queue not in places.queues:
        yield problem(("when", "queue"), "unknown_queue", id=notice.when.queue)
