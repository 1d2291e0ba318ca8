"""The cached estimate of each hall. Answers only read it; it is computed when the hall has changed.

At most once a second.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.calling.queue_order import PRIORITY
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.domain.waits.estimate import (
    AfterClosing,
    Estimate,
    Quote,
    WaitSubject,
    estimate_at,
    estimate_hall,
    estimate_linked,
    estimate_services,
    new_in,
    pace_of,
    pool_paces,
)
from server.domain.waits.hall_snapshot import HallSnapshot, QueueNow, ServicePace
from server.domain.waits.play_forward import MOST_FOLLOWED
from server.domain.waits.service_times import OccupiedTimes, ReceivedVisit, occupied_times
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import LegRow, ReceivedLeg, received_last, waiting_by_queue
from server.usecases.hall_view import HallState, hall_state
from server.usecases.waits.play_rule_forward import predict_calls
from server.usecases.waits.serving_now import Receiving, closes_in_s, linked_now, receiving_now, rest_now

MOST_RECENT = 600
"""How many of the legs received last tell how long services take."""
PACES_KEPT_S = 60.0
"""How long the paces of a hall's services are kept before they are read again."""
AGED_EVERY_S = 5.0
"""An older estimate is computed again where time alone changes it (a break that comes nearer, a wrap-up)."""


@dataclass
class HallEstimate:
    """The waits of a hall at `as_of`: its state as estimates read it, and the waits of a ticket taken then.

    `ranges`: by queue; `by_service`: by service.
    """

    now: HallSnapshot
    ranges: dict[str, Estimate]
    by_service: dict[str, Estimate]
    as_of: datetime


@dataclass
class Estimates:
    """The estimates of every hall, by id."""

    database: Database
    by_hall: dict[str, HallEstimate] = field(default_factory=dict)
    _paces: dict[str, tuple[float, dict[str, ServicePace]]] = field(default_factory=dict)

    def refresh(self, hall: str) -> HallEstimate:
        """Computes the estimate of a hall (id) from its committed state."""
        with self.database.read() as rows:
            state = hall_state(self.database, rows, hall)
            paces = self._paces_of(rows, hall, state.configuration)
            counts = waiting_by_queue(rows, hall)
            receiving = receiving_now(rows, hall, state)
            rest = rest_now(rows, hall, state)
            linked = linked_now(self.database, rows, state)
            called_in_s = self._predict_calls(
                rows, state, receiving, paces, sum(each.people for each in counts.values())
            )
        queues = [
            QueueNow(
                queue.id,
                counts[queue.id].people if queue.id in counts else 0,
                paces[queue.id],
                queue.services,
            )
            for queue in state.configuration.queues.values()
            if queue.id in paces
        ]
        now = HallSnapshot(
            queues,
            [counter for counter, _ in receiving],
            rest,
            linked,
            called_in_s,
            closes_in_s(state.configuration, state.position.as_of),
        )
        return self._reckoned(hall, now, state.position.as_of)

    def _reckoned(self, hall: str, now: HallSnapshot, as_of: datetime) -> HallEstimate:
        self.by_hall[hall] = found = HallEstimate(now, estimate_hall(now), estimate_services(now), as_of)
        return found

    def of(self, hall: str) -> HallEstimate:
        """The cached estimate of a hall (id). The first time it is read; computed again as time goes by."""
        found = self.by_hall.get(hall)
        if found is None:
            return self.refresh(hall)
        if not found.now.changes_by_itself:
            return found
        as_of = self.database.clock.now()
        age_s = (as_of - found.as_of).total_seconds()
        if age_s < AGED_EVERY_S:
            return found
        return self._reckoned(hall, found.now.later(age_s), as_of)

    def quote(self, hall: str, service: str, leg_class: str, ahead: int) -> Quote | None:
        """The wait announced with a ticket of a service now; None when it cannot be estimated.

        `leg_class`: the class the visitor waits in; `ahead`: how many people of the queue are in front.
        """
        found = self._of_newcomer(hall, service, leg_class, ahead)
        if found is None:
            return None
        median_s = round(found.median_s)
        if isinstance(found, AfterClosing):
            return Quote(None, median_s, None)
        return Quote(found.low_s, median_s, found.high_s)

    def _of_newcomer(self, hall: str, service: str, leg_class: str, ahead: int) -> Estimate:
        estimate = self.of(hall)
        if leg_class != PRIORITY:
            return estimate.by_service.get(service)
        queue = next((each.queue for each in estimate.now.queues if service in each.services), None)
        if queue is None:
            return None
        subject = WaitSubject(service, new_in(service, has_priority=True))
        return estimate_at(estimate.now, queue=queue, ahead=ahead, subject=subject)

    def remaining(self, leg: LegRow, ahead: int) -> Estimate:
        """The remaining wait of a leg behind `ahead` others of its queue."""
        now = self.of(leg.hall).now
        if all(each.queue != leg.queue for each in now.queues):
            return None
        return estimate_linked(now, subject=WaitSubject(leg.service, leg.visit), queue=leg.queue, ahead=ahead)

    def _predict_calls(
        self,
        rows: Rows,
        state: HallState,
        receiving: list[Receiving],
        paces: dict[str, ServicePace],
        people: int,
    ) -> dict[str, float]:
        """Seconds until each call by the calling rule; empty when too many wait or the rule is unknown."""
        if people > MOST_FOLLOWED:
            return {}
        legs = self.database.open_legs(rows, state.row)
        try:
            return predict_calls(state.configuration, legs, receiving, paces, state.position.as_of)
        except Refusal:
            return {}

    def _paces_of(self, rows: Rows, hall: str, configuration: HallConfiguration) -> dict[str, ServicePace]:
        elapsed_s = self.database.clock.elapsed_s()
        cached = self._paces.get(hall)
        if (
            cached is not None
            and elapsed_s - cached[0] < PACES_KEPT_S
            and set(cached[1]) == set(configuration.queues)
        ):
            return cached[1]
        taken = _taken(received_last(rows, hall, limit=MOST_RECENT), configuration)
        recent = taken.by_service
        paces = {}
        for queue in configuration.queues:
            services = [s for s in configuration.services.values() if s.queue == queue]
            if services:
                paces[queue] = pool_paces(
                    (
                        pace_of(s.typed_mean_s + taken.after_s(s.wrap_up_s), recent.get(s.id, [])),
                        len(recent.get(s.id, [])) + 1,
                    )
                    for s in services
                )
        self._paces[hall] = (elapsed_s, paces)
        return paces


def _taken(recent: Iterable[ReceivedLeg], configuration: HallConfiguration) -> OccupiedTimes:
    received = [
        ReceivedVisit(
            leg.counter,
            leg.service,
            leg.reference_at.timestamp(),
            leg.first_called_at.timestamp(),
            leg.ended_at.timestamp(),
        )
        for leg in recent
    ]
    return occupied_times(received, {each.id: each.wrap_up_s for each in configuration.services.values()})
