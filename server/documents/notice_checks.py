"""What is wrong with a notice in its installation: its places, its kind, its day, its media."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.documents.notices import NoticeContent
from server.documents.problems import DocumentProblem, problem


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
