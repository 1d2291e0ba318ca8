"""Who is usually still to come to a hall, learnt once a day from the weeks before; it is shown to nobody."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import half_hour
from server.domain.waits.usual_hours import LEARNT_FROM
from server.domain.waits.usual_visitors import (
    WAIT_STEP_S,
    Kind,
    UsualVisitors,
    usual_visitors,
    wait_step,
)
from server.store.engine.statements import Rows
from server.store.visits.usual_visitors import came_between, waits_ended_between
from server.usecases.hall_view import HallState


@dataclass
class LearntVisitors:
    """The usual visitors of every hall, by its id."""

    _learnt: dict[str, tuple[date, UsualVisitors]] = field(default_factory=dict)

    def today(self, rows: Rows, state: HallState) -> UsualVisitors:
        """Who usually comes to a hall on its day."""
        hall, day = state.row.id, state.configuration.site.local_day(state.as_of)
        known = self._learnt.get(hall)
        if known is None or known[0] != day:
            self._learnt[hall] = known = day, _learn(rows, hall, state.configuration, day)
        return known[1]


def _learn(rows: Rows, hall: str, configuration: HallConfiguration, day: date) -> UsualVisitors:
    zone, starts_on = configuration.site.zone, day - LEARNT_FROM
    days: dict[date, Counter[tuple[Kind, int]]] = {}
    for each in came_between(rows, hall, starts_on, day):
        came = days.setdefault(each.business_day, Counter())
        came[(each.service, each.leg_class), half_hour(each.at, zone)] += each.people
    received: Counter[int] = Counter()
    gone: Counter[int] = Counter()
    for ended in waits_ended_between(rows, hall, starts_on, day):
        (gone if ended.is_gone else received)[wait_step(ended.step * WAIT_STEP_S)] += ended.people
    return usual_visitors(days, day, received, gone)
