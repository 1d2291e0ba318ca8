"""The figures of a month that anybody may read as open data (docs/rules/public-page.md). Pure."""

from collections.abc import Collection
from typing import Literal, TypedDict

from server.domain.quality.few_people import FEWEST_PUBLISHED, unpublished_parts
from server.domain.quality.indicators import INDICATORS, OF_AGENTS, Figure, figures_of
from server.domain.quality.rollup import Rollup

OPEN_INDICATORS = tuple(name for name, each in INDICATORS.items() if each.readers.is_open)
OPEN_OF_SERVICES = tuple(name for name in OPEN_INDICATORS if name not in OF_AGENTS)
"""Those that are given by service too: one agent may be the only one of a service."""

type LeftOut = Literal["few", "few_agents"]


class OpenFigure(TypedDict):
    """A value of an indicator, in whole seconds, visits, tickets, people or percent.

    `n`: of how many; of a duration or a share in tens, rounded down: the difference of two exact samples
    may be a count of fewer than ten. Both are null where `reason` says why: `few`: of fewer than ten people,
    or it would give the figure of a service with fewer; `few_agents`: fewer than three agents worked.
    """

    indicator: str
    value: int | None
    n: int | None
    reason: LeftOut | None


def open_figures(
    month: Rollup, withheld: Collection[str]
) -> tuple[list[OpenFigure], dict[str, list[OpenFigure]]]:
    """The figures of a hall in a month, and of each of its services.

    `withheld`: the indicators that are left out because few agents worked.
    """
    of_services = {
        service: {each.indicator: each for each in figures_of(month.of_service(service), OPEN_OF_SERVICES)}
        for service in sorted(month.services())
    }
    left_out = {
        name: unpublished_parts({service: figures[name].n for service, figures in of_services.items()})
        for name in OPEN_OF_SERVICES
    }
    whole = [
        _figure(each, is_small=each.n < FEWEST_PUBLISHED)
        for each in figures_of(month, OPEN_INDICATORS, withheld=withheld)
    ]
    services = {
        service: [_figure(each, is_small=service in left_out[name]) for name, each in figures.items()]
        for service, figures in of_services.items()
    }
    return whole, services


def _figure(figure: Figure, *, is_small: bool) -> OpenFigure:
    reason: LeftOut | None = "few_agents" if figure.is_withheld else "few" if is_small else None
    if reason is not None or figure.value is None:
        return {"indicator": figure.indicator, "value": None, "n": None, "reason": reason or "few"}
    unit = INDICATORS[figure.indicator].unit
    value = int(figure.value + 0.5) if unit == "percent" else int(figure.value)
    n = figure.n // 10 * 10 if unit in ("s", "percent") else figure.n
    return {"indicator": figure.indicator, "value": value, "n": n, "reason": None}
