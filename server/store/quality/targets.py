"""Reads what people decided or typed: targets, figures, annotations; sites with figures of one agent."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, or_, select

from server.domain.quality.periods import parse_period
from server.domain.quality.targets import Target, TargetSpan, Withdrawal, spans
from server.domain.quality.typed_figures import DayAnnotation, TypedFigure
from server.store.engine.lookups import Distinct, Exists, One, Several
from server.store.engine.statements import Read, Rows, rows_of
from server.store.tables.counters import target, target_withdrawal
from server.store.tables.people import individual_figures
from server.store.tables.reports import day_annotation, typed_figure

_TARGETS = Read.of(Target, target, "hall", order=("recorded_at", "id"))
_WITHDRAWALS = Read.of(Withdrawal, target_withdrawal, "hall", order=("recorded_at", "id"))


def target_spans(rows: Rows, hall: str) -> dict[str, list[TargetSpan]]:
    """Every target decided for a hall (id) with the days on which it applies, by service."""
    targets: dict[str, list[Target]] = {}
    for each in rows.all(_TARGETS, hall=hall):
        targets.setdefault(each.service, []).append(each)
    withdrawals = rows.all(_WITHDRAWALS, hall=hall) if targets else []
    return {service: spans(found, withdrawals) for service, found in targets.items()}


def targets_on(rows: Rows, hall: str, on: date) -> dict[str, Target]:
    """The target of each service of a hall (id) on a local date, where one applies."""
    return {
        service: span.target
        for service, found in target_spans(rows, hall).items()
        for span in found
        if span.applies(on)
    }


_IS_ON = individual_figures.c.is_on.is_(True)
sites_of_individual_figures = Distinct(str, select(individual_figures.c.site).where(_IS_ON))
"""The sites (slugs) at which they are on."""
are_individual_figures_on = Exists(
    str, select(individual_figures.c.site).where(_IS_ON, individual_figures.c.site == bindparam("site"))
)
"""Whether figures of one agent may be shown at a site (slug)."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    indicator: str
    period: str
    value: str
    source: str
    is_from_other_tool: bool
    author: str
    recorded_at: datetime
    service: str | None


_OF_HALL = rows_of(_Row, typed_figure).where(typed_figure.c.hall == bindparam("hall"))
_ORDER = typed_figure.c.recorded_at, typed_figure.c.id
_STANDING = Read(_Row, _OF_HALL.where(typed_figure.c.withdrawn_at.is_(None)).order_by(*_ORDER))
_STOOD = Read(
    _Row,
    _OF_HALL.where(
        typed_figure.c.recorded_at <= bindparam("at"),
        or_(typed_figure.c.withdrawn_at.is_(None), typed_figure.c.withdrawn_at > bindparam("at")),
    ).order_by(*_ORDER),
)


def typed_figures(rows: Rows, hall: str, *, at: datetime | None = None) -> list[TypedFigure]:
    """The typed figures of a hall (id) that stand, or that stood at an instant, in the order of recording."""
    found = rows.all(_STANDING, hall=hall) if at is None else rows.all(_STOOD, hall=hall, at=at)
    return [
        TypedFigure(
            each.indicator,
            parse_period(each.period),
            Decimal(each.value),
            each.source,
            each.is_from_other_tool,
            each.service or "",
            id=each.id,
            author=each.author,
            recorded_at=each.recorded_at,
        )
        for each in found
    ]


_STANDING_ANNOTATIONS = rows_of(DayAnnotation, day_annotation).where(
    day_annotation.c.hall == bindparam("hall"), day_annotation.c.withdrawn_at.is_(None)
)
annotations_between = Several(
    DayAnnotation,
    _STANDING_ANNOTATIONS.where(
        day_annotation.c.day >= bindparam("starts_on"), day_annotation.c.day < bindparam("ends_on")
    ).order_by(day_annotation.c.day, day_annotation.c.annotated_at, day_annotation.c.id),
    names=("hall", "starts_on", "ends_on"),
)
"""The annotations of a hall (id) that stand, from `starts_on`, before `ends_on`, by day."""
annotation_of = One(
    DayAnnotation, _STANDING_ANNOTATIONS.where(day_annotation.c.id == bindparam("id")), names=("hall", "id")
)
"""An annotation (id) of a hall (id); None: there is none, or it was withdrawn."""
