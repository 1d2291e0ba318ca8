"""When the calling rule would call each visitor who waits or would come now, by playing it forward."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.calling.queue_order import PRIORITY, WALK_IN
from server.domain.calling.waiting_legs import CallingCounter, LinkedTurn, QueuedLeg
from server.domain.hall.configuration import HallConfiguration, Service
from server.domain.visits.transitions import LegState
from server.domain.waits.estimate import new_in, residual_s
from server.domain.waits.hall_snapshot import ServicePace
from server.domain.waits.play_forward import ExpectedCaller, HallAhead, called_in_s
from server.store.visits.legs import LegRow, as_queued
from server.store.visits.open_legs import OpenLegs
from server.usecases.calling.pick_next import count_open_places, profile_of
from server.usecases.waits.serving_now import Receiving

AFTER_ALL = "~" * 12
"""A ticket number that sorts behind all that were issued at the same instant."""
_AT_COUNTER = frozenset({LegState.CALLED, LegState.IN_SERVICE})


def predict_calls(
    configuration: HallConfiguration,
    legs: OpenLegs,
    receiving: Iterable[Receiving],
    paces: Mapping[str, ServicePace],
    now: datetime,
) -> dict[str, float]:
    """Seconds until the call of each waiting visit, and of a newcomer in each service (key: `new_in`).

    Legs that let calls pass are taken as if none had passed yet. Refusal: unknown_rule, when the rule of a
    session is none of this version.
    """
    receiving, opened = list(receiving), list(legs)
    waiting = [leg for leg in opened if leg.state == LegState.WAITING]
    at_counter = {leg.counter: leg for leg in opened if leg.state in _AT_COUNTER}
    services = {each.id: each for each in configuration.services.values() if each.queue in paces}
    found = called_in_s(
        HallAhead(
            now=now,
            time_zone=ZoneInfo(configuration.site.time_zone),
            callers=[_caller(configuration, legs, each, at_counter, paces) for each in receiving],
            legs=[
                as_queued(leg, legs.needs(leg.visit), link=legs.link(leg.visit))
                for leg in waiting
                if leg.service in services
            ],
            newcomers=dict(_newcomers(services.values(), now)),
            takes_s={each.id: paces[each.queue].mean_s for each in services.values()},
            mean_s={each.id: float(each.typed_mean_s) for each in services.values()},
            counters_open=count_open_places(
                (place for _, places in receiving for place in places), configuration
            ),
        )
    )
    visits = {leg.id: leg.visit for leg in waiting}
    return {visits.get(key, key): in_s for key, in_s in found.items()}


def _caller(
    configuration: HallConfiguration,
    legs: OpenLegs,
    receiving: Receiving,
    at_counter: Mapping[str | None, LegRow],
    paces: Mapping[str, ServicePace],
) -> ExpectedCaller:
    counter, places = receiving
    found, linked, rest_s = [], None, counter.wraps_up_s
    for place in places:
        leg = at_counter.get(place.counter)
        configured = configuration.counters.get(place.counter)
        calling = CallingCounter(
            place.counter, frozenset(place.services), configured is not None and configured.is_step_free
        )
        found.append((calling, profile_of(configuration, place.terms)))
        if leg is not None:
            rest_s += residual_s(paces[leg.queue]) if leg.queue in paces else 0.0
            link = legs.link(leg.visit)
            linked = linked if link is None else LinkedTurn(link, leg.number)
    return ExpectedCaller(tuple(found), rest_s, linked)


def _newcomers(services: Iterable[Service], now: datetime) -> Iterable[tuple[str, QueuedLeg]]:
    """The legs of visitors who would take a ticket of each service now, with and without a priority."""
    for service in services:
        for leg_class in (WALK_IN, PRIORITY):
            key = new_in(service.id, has_priority=leg_class == PRIORITY)
            yield (
                key,
                QueuedLeg(
                    id=key,
                    number=AFTER_ALL,
                    series=service.series.prefix,
                    service=service.id,
                    queue=service.queue,
                    leg_class=leg_class,
                    reference=now,
                    issued_at=now,
                    target_s=service.target_for(leg_class),
                ),
            )
