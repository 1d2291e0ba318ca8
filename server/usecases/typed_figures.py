"""Figures that people type, as the hall does not measure them, and annotations of days."""

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.typed_figures import (
    MOST_VALUES,
    DayAnnotation,
    Pasted,
    TypedFigure,
    TypedFigureRequest,
    TypedUnit,
    annotation_withdrawn,
    check_day,
    check_figure,
    checked_words,
    current_figures,
    day_annotated,
    figure_typed,
    read_pasted,
    typed_figure_withdrawn,
)
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.quality.figures import days_with_legs
from server.store.quality.targets import annotation_of, annotations_between, typed_figures
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class TypedFiguresAnswer(TypedDict):
    """The ids of the figures that were typed, in the order of the request."""

    figures: list[str]


def type_figures(
    database: Database,
    hall: str,
    author: Author,
    requests: Sequence[TypedFigureRequest],
    *,
    write_key: WriteKey | None = None,
) -> TypedFiguresAnswer:
    """The typed figures of a hall (id or slug).

    Each replaces an earlier one of its indicator, service (id) and period.
    All are taken, or none. A value never takes the place of a measured one (docs/rules/typed-figures.md).

    Refusals: those of `check_figure`; figure_measured for an indicator of the hall in a period with visits of
    its own; unknown_service; typed_too_many.
    """
    if len(requests) > MOST_VALUES:
        raise Refusal("typed_too_many", most=MOST_VALUES)

    def type_all(transaction: HallTransaction) -> TypedFiguresAnswer:
        today = transaction.configuration.site.local_day(transaction.now)
        services = transaction.configuration.services
        check_figures(transaction, transaction.hall, requests, today, services=services)
        figures = [new_id() for _ in requests]
        for figure, request in zip(figures, requests, strict=True):
            transaction.record(figure_typed(figure, request))
        return {"figures": figures}

    return database.write(hall, author, write_key, type_all)


def check_figures(
    rows: Rows,
    hall: str,
    requests: Iterable[TypedFigureRequest],
    today: date,
    *,
    services: Container[str],
) -> None:
    """Checks values of a hall (id) with these services, retired ones too, as of a local date.

    Refusals: those of `type_figures`.
    """
    for request in requests:
        check_figure(request, today)
        if request.service and request.service not in services:
            raise Refusal("unknown_service", service=request.service)
        if request.indicator in INDICATORS and days_with_legs(
            rows, hall, request.period.starts_on, request.period.ends_on
        ):
            raise Refusal("figure_measured", period=request.period.name)


def read_pasted_figures(database: Database, hall: str, pasted: Pasted) -> list[TypedFigureRequest]:
    """The values of a pasted text, which `type_figures` would take for a hall (id or slug).

    Refusals: those of `read_pasted` and of `type_figures`; unknown_hall.
    """
    configuration = database.configuration(hall)
    today = configuration.site.local_day(database.clock.now())
    requests = read_pasted(pasted, today)
    with database.read() as rows:
        check_figures(rows, database.hall_id(hall), requests, today, services=configuration.services)
    return requests


class WithdrawnFigure(TypedDict):
    """The id of a typed figure that was withdrawn."""

    figure: str


def withdraw_typed_figure(
    database: Database, hall: str, author: Author, figure: str, *, write_key: WriteKey | None = None
) -> WithdrawnFigure:
    """The typed figure (id) that was withdrawn; one that it had replaced applies again.

    Refusal: unknown_typed_figure, also when it was withdrawn.
    """

    def withdraw(transaction: HallTransaction) -> WithdrawnFigure:
        for each in typed_figures(transaction, transaction.hall):
            if each.id == figure:
                transaction.record(typed_figure_withdrawn(each))
                return {"figure": figure}
        raise Refusal("unknown_typed_figure", figure=figure)

    return database.write(hall, author, write_key, withdraw)


def read_typed_figures(database: Database, hall: str, *, at: datetime | None = None) -> list[TypedFigure]:
    """The typed figures of a hall (id or slug) that apply now, or that applied at an instant.

    The last one of each indicator, service and period; in the order of indicators, the latest period first.
    Refusal: unknown_hall.
    """
    with database.read() as rows:
        return current_figures(typed_figures(rows, database.hall_id(hall), at=at))


class TypedFigureOfHall(TypedDict):
    """A value that people or a program entered, because the hall does not measure it."""

    figure: str
    indicator: str
    service: str | None
    """The id of a service; null for the whole hall."""
    period: str
    """A month, a quarter or a year."""
    value: float
    unit: TypedUnit
    source: str
    """Where it was counted."""
    is_from_other_tool: bool
    """True: an earlier tool measured it."""
    recorded_at: InstantText


class ReadTypedFigures(TypedDict):
    """The typed figures of a hall (slug) that apply."""

    hall: str
    figures: list[TypedFigureOfHall]


def typed_figures_answer(database: Database, hall: str) -> ReadTypedFigures:
    """The typed figures of a hall (id or slug) as the API gives them. Refusal: unknown_hall."""
    return {
        "hall": database.configuration(hall).hall,
        "figures": [_answer(each) for each in read_typed_figures(database, hall)],
    }


def _answer(figure: TypedFigure) -> TypedFigureOfHall:
    return {
        "figure": figure.id,
        "indicator": figure.indicator,
        "service": figure.service or None,
        "period": figure.period.name,
        "value": float(figure.value),
        "unit": figure.unit,
        "source": figure.source,
        "is_from_other_tool": figure.is_from_other_tool,
        "recorded_at": to_text(figure.recorded_at),
    }


class AnnotatedDay(TypedDict):
    """The id of an annotation, its local day and its words."""

    annotation: str
    day: str
    words: str


def annotate_day(
    database: Database, hall: str, author: Author, day: date, words: str, *, write_key: WriteKey | None = None
) -> AnnotatedDay:
    """The annotation of a local day of a hall (id or slug); a day may have several.

    `words` say what happened, « grève », and name nobody.

    Refusals: annotation_missing, annotation_too_long; bad_annotation_day more than a year ahead.
    """
    line = checked_words(words)

    def annotate(transaction: HallTransaction) -> AnnotatedDay:
        check_day(day, transaction.configuration.site.local_day(transaction.now))
        annotation = new_id()
        transaction.record(day_annotated(annotation, day, line))
        return {"annotation": annotation, "day": day.isoformat(), "words": line}

    return database.write(hall, author, write_key, annotate)


def withdraw_annotation(
    database: Database, hall: str, author: Author, annotation: str, *, write_key: WriteKey | None = None
) -> AnnotatedDay:
    """The annotation (id) that was withdrawn. Refusal: unknown_annotation, also when it was withdrawn."""

    def withdraw(transaction: HallTransaction) -> AnnotatedDay:
        found = existing(
            annotation_of(transaction, transaction.hall, annotation),
            "unknown_annotation",
            annotation=annotation,
        )
        transaction.record(annotation_withdrawn(found))
        return {"annotation": found.id, "day": found.day.isoformat(), "words": found.words}

    return database.write(hall, author, write_key, withdraw)


def read_annotations(database: Database, hall: str, starts_on: date, ends_on: date) -> list[DayAnnotation]:
    """The annotations of a hall (id or slug) that stand, from `starts_on`, before `ends_on`, by day.

    Refusal: unknown_hall.
    """
    with database.read() as rows:
        return annotations_between(rows, database.hall_id(hall), starts_on, ends_on)
