"""Type figures: values that the hall does not measure, or that an earlier tool measured."""

from collections.abc import Container, Iterable, Sequence
from datetime import date
from typing import TypedDict
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.typed_figures import (
    MOST_VALUES,
    TypedFigureRequest,
    check_figure,
    figure_typed,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.quality.figures import days_with_legs
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
        today = transaction.now.astimezone(ZoneInfo(transaction.configuration.site.time_zone)).date()
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
