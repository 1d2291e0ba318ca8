"""What a notice must respect beyond its form: places, a queue, languages and a medium that exist."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from server.documents.notices import MediumNotice, NoticeContent
from server.documents.problems import DocumentProblem, problem


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """The ids an installation has: `targets` by `sites`, `halls`, `screens`; queues of the halls aimed at."""

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


def check_medium(notice: NoticeContent, *, is_ready: bool) -> tuple[DocumentProblem, ...]:
    """Errors of a notice whose medium cannot be shown."""
    if is_ready or not isinstance(notice, MediumNotice):
        return ()
    return (problem(("medium",), "unknown_medium", id=notice.medium),)


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
