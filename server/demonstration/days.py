"""The plan of one day in a hall: arrivals, counter sessions and lunch breaks."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from server.demonstration.bookings import Booked, comes_at
from server.demonstration.habits import WEEKS_A_MONTH, habits
from server.demonstration.play import HallPlay
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import HalfDay, half_days

GREETED_SHARE = 0.06
"""The share of the people received who get help without a ticket."""
CLOSED_SHARE = 0.02
COUNTED = 0.6
"""The share of the appointments subtracted from the walk-ins of the day: months keep their volume."""
TOO_LATE_SHARE = 0.012
EARLY_SHARE = 0.12
"""The share of a half-day's visitors who waited at the door before it opened."""
SLOT_S = 600
LONG_HALF_DAY = timedelta(hours=5)
"""In a half-day longer than this, agents have lunch one after the other."""
LUNCH_EVERY_S = 40 * 60
LUNCHES = 3


def plan_day(
    play: HallPlay,
    configuration: HallConfiguration,
    on: date,
    halves: Sequence[HalfDay],
    booked: Sequence[Booked] = (),
) -> None:
    """Plans a day: arrivals, with and without appointment, greetings, counters, lunches, presses too late."""
    visitors = max(0, visitors_of(play, configuration, on) - round(COUNTED * len(booked)))
    for each in booked:
        at = comes_at(each, play.chance)
        if at is not None:
            comes = max(at, halves[0].opens_at).timestamp()
            play.time.at(comes, lambda each=each: play.come_expected(each))  # type: ignore[misc]
    tickets = round(visitors * (1 - GREETED_SHARE))
    margin_s = configuration.calendar.last_ticket_margin_s
    instants = arrivals(play, halves, tickets, zone=ZoneInfo(configuration.site.time_zone), margin_s=margin_s)
    for instant in instants:
        play.time.at(instant, play.arrive)
    for _ in range(visitors - tickets):
        play.time.at(play.chance.choice(instants or [play.time.now_s]), play.greet)
    for place, half in enumerate(halves):
        _plan_counters(play, configuration, half, place)
    _plan_refused(play, halves, visitors, margin_s=margin_s)


def visitors_of(play: HallPlay, configuration: HallConfiguration, on: date) -> int:
    """How many people come on a date: the hall's monthly volume shared over the week, with chance."""
    monday = on - timedelta(days=on.weekday())
    weights = [
        weight * math.sqrt(_open_s(configuration, monday + timedelta(days=place)))
        for place, weight in enumerate(habits().weekdays)
    ]
    usual = [weight for weight in weights if weight > 0]
    a_week = play.own.visitors_a_month / WEEKS_A_MONTH * len(usual) / len(weights)
    mean = a_week * weights[on.weekday()] / sum(usual) if on.weekday() < len(weights) else 0.0
    return max(0, round(play.chance.gauss(mean, math.sqrt(mean) * 0.9 + mean * 0.04)))


def _open_s(configuration: HallConfiguration, on: date) -> float:
    return sum(
        (half.closes_at - half.opens_at).total_seconds() for half in half_days(configuration.calendar, on)
    )


def arrivals(
    play: HallPlay, halves: Sequence[HalfDay], how_many: int, *, zone: ZoneInfo, margin_s: int
) -> list[float]:
    """Instants of presses within the hours at which tickets are issued, in seconds since 1970, in order."""
    slots: list[float] = []
    weights: list[float] = []
    for half in halves:
        slot_s, end_s = half.opens_at.timestamp(), half.closes_at.timestamp() - max(margin_s, SLOT_S)
        while slot_s < end_s:
            hour = datetime.fromtimestamp(slot_s, zone).hour
            slots.append(slot_s)
            weights.append(habits().hours.get(hour, 0.3) * min(SLOT_S, end_s - slot_s) / SLOT_S)
            slot_s += SLOT_S
    if not slots:
        return []
    found = []
    for slot_s in play.chance.choices(slots, weights, k=how_many):
        if play.chance.random() < EARLY_SHARE:
            found.append(_opening_before(halves, slot_s) + play.chance.uniform(5, 360))
        else:
            found.append(slot_s + play.chance.uniform(1, SLOT_S))
    return sorted(found)


def _opening_before(halves: Sequence[HalfDay], instant_s: float) -> float:
    return max(half.opens_at.timestamp() for half in halves if half.opens_at.timestamp() <= instant_s)


def _plan_counters(play: HallPlay, configuration: HallConfiguration, half: HalfDay, place: int) -> None:
    """Opens and closes the counters; visitors press only services that an open counter serves."""
    opens_s, closes_s = half.opens_at.timestamp(), half.closes_at.timestamp()
    sessions = [
        counter
        for counter, chances in play.own.staffing.items()
        if play.chance.random() < chances[0 if place == 0 else 1]
    ]
    posts = [post for counter in sessions for post in play.own.posts_with(counter)]
    served = {service.id for post in posts for service in configuration.services_served_by(post)}
    play.time.at(opens_s - 1200, lambda: play.expect(served))
    for rank, counter in enumerate(sessions):
        opened_s = opens_s + play.chance.uniform(-180, 300)
        play.time.at(opened_s, lambda counter=counter: play.open(counter))  # type: ignore[misc]
        if half.closes_at - half.opens_at > LONG_HALF_DAY:
            _plan_lunch(play, counter, opens_s, rank)
        ends_s = closes_s + play.chance.uniform(-60, 120)
        play.time.at(ends_s, lambda counter=counter: play.leave(counter, serves_all=True))  # type: ignore[misc]


def _plan_lunch(play: HallPlay, counter: str, opens_s: float, rank: int) -> None:
    noon = opens_s - opens_s % 3600
    from_s = noon + 3 * 3600 + (rank % LUNCHES) * LUNCH_EVERY_S + play.chance.uniform(-300, 300)
    back_s = from_s + play.chance.uniform(40, 55) * 60
    play.time.at(from_s, lambda: play.leave(counter, serves_all=False))
    play.time.at(back_s, lambda: play.open(counter))


def _plan_refused(play: HallPlay, halves: Sequence[HalfDay], visitors: int, *, margin_s: int) -> None:
    """Presses while the hall is closed at lunch, and in the margin before a half-day ends."""
    gaps = [(first.closes_at, then.opens_at) for first, then in pairwise(halves)]
    for from_at, until_at in gaps:
        for _ in range(_rounded(play, visitors * CLOSED_SHARE)):
            play.time.at(play.chance.uniform(from_at.timestamp(), until_at.timestamp()), play.arrive)
    if margin_s:
        for half in halves:
            for _ in range(_rounded(play, visitors * TOO_LATE_SHARE / len(halves))):
                play.time.at(half.closes_at.timestamp() - play.chance.uniform(1, margin_s), play.arrive)


def _rounded(play: HallPlay, mean: float) -> int:
    return int(mean + play.chance.random())
