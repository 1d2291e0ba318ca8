"""What the alarms of halls are decided from: of one hall, or of every hall in the same few statements."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from server.domain.alarms.alarms import Alarm, AlarmKind, Memory, Watched
from server.store.alarms import ALARMS, AlarmRow, as_alarm, open_alarms
from server.store.bulletins import open_of_sites
from server.store.counters import SessionPlace, open_places
from server.store.devices.kiosk_agents import KioskAgent, agents_in
from server.store.devices.printers import Lease, every_lease
from server.store.engine.lookups import OfHall, Several
from server.store.engine.statements import Rows
from server.store.notices.media_details import FeedRow, feed_row
from server.store.people.sign_ins import ApiKeyRow, api_keys
from server.store.tables.alerts import alarm, alarm_sign
from server.store.tables.people import device
from server.store.tables.visits import IS_AT_COUNTER, IS_WAITING, leg

_WAITING = OfHall(
    tuple[str, str, str | None, int],
    select(leg.c.hall, leg.c.queue, leg.c.for_counter, func.count().label("legs"))
    .where(IS_WAITING)
    .group_by(leg.c.hall, leg.c.queue, leg.c.for_counter),
    leg.c.hall,
)
waiting_of_halls = Several(
    tuple[str, int],
    select(leg.c.hall, func.count().label("legs")).where(IS_WAITING).group_by(leg.c.hall),
)
"""How many legs wait in each hall (id) where one does."""
_SERVING = OfHall(str, select(leg.c.counter).where(IS_AT_COUNTER), leg.c.hall)
_PAIRED = OfHall(str, select(device.c.configured).where(device.c.revoked_at.is_(None)), device.c.hall)
_SIGNS = OfHall(
    tuple[str, str, str, bool, datetime],
    select(
        *(alarm_sign.c.hall, alarm_sign.c.kind, alarm_sign.c.subject),
        *(alarm_sign.c.is_faulty, alarm_sign.c.since),
    ),
    alarm_sign.c.hall,
)
_CLEARED = OfHall(
    AlarmRow,
    ALARMS.where(alarm.c.cleared_at >= bindparam("since")).order_by("cleared_at", "id"),
    alarm.c.hall,
)


@dataclass(frozen=True, slots=True)
class WatchedHalls:
    """What was read of some halls. Ids of counters, kiosks and screens are of one hall each.

    `memories`: by hall (id), whether each subject was last faulty or well, and since when; `last`: by hall,
    the alarm of each subject, the open one, else the last that was cleared. `waiting`: how many legs wait by
    hall and queue; `sent`: by the counter that alone may call them; `serving`: the counters with a visitor
    who is called or served; `paired`: devices by their id in the document; `bulletins`: how many of a site
    (slug) wait for a person.
    """

    memories: Mapping[str, Mapping[Watched, Memory]]
    last: Mapping[str, Mapping[Watched, Alarm]]
    waiting: Mapping[tuple[str, str], int]
    sent: Mapping[str, int]
    serving: frozenset[str]
    places: Mapping[str, SessionPlace]
    agents: Mapping[str, Sequence[KioskAgent]]
    paired: frozenset[str]
    leases: Mapping[str, Lease]
    keys: Sequence[ApiKeyRow]
    bulletins: Mapping[str, int]
    vigilance: FeedRow | None


def watched_halls(
    rows: Rows, hall: str | None, *, since: datetime, now: datetime, vigilance: str
) -> WatchedHalls:
    """What is known of a hall (id) or, with None, of every hall.

    `since`: from when on a cleared alarm counts; `vigilance`: the address of the feed of warnings.
    """
    memories: dict[str, dict[Watched, Memory]] = defaultdict(dict)
    for of, kind, subject, is_faulty, began in _SIGNS(rows, hall):
        memories[of][AlarmKind(kind), subject] = Memory(is_faulty, began)
    last: dict[str, dict[Watched, Alarm]] = defaultdict(dict)
    for row in (*_CLEARED(rows, hall, since=since), *open_alarms(rows, hall)):
        found = as_alarm(row)
        last[row.hall][found.watched] = found
    waiting, sent = Counter[tuple[str, str]](), Counter[str]()
    for of, queue, counter, legs in _WAITING(rows, hall):
        waiting[of, queue] += legs
        if counter is not None:
            sent[counter] += legs
    agents: dict[str, list[KioskAgent]] = defaultdict(list)
    for agent in agents_in(rows, hall):
        agents[agent.hall].append(agent)
    return WatchedHalls(
        memories,
        last,
        waiting,
        sent,
        frozenset(_SERVING(rows, hall)),
        {place.counter: place for place in open_places(rows, hall)},
        agents,
        frozenset(_PAIRED(rows, hall)),
        {lease.printer: lease for lease in every_lease(rows)},
        api_keys(rows),
        open_of_sites(rows, now),
        feed_row(rows, vigilance),
    )
