"""Watch what may fail in a hall, and record alarms."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.clock import SUSPECT_AFTER
from server.domain.alarms.alarms import (
    RETURNS_WITHIN,
    Alarm,
    AlarmChange,
    AlarmKind,
    AlarmTurn,
    Decision,
    Memory,
    Observed,
    Sign,
    Watched,
    alarm_cleared,
    alarm_raised,
    alarm_returned,
    decide,
)
from server.domain.alarms.signs import (
    SERVER,
    CounterObservation,
    PrinterObservation,
    awaited_sign,
    bulletin_sign,
    clock_sign,
    counter_sign,
    cover_sign,
    key_sign,
    presence_sign,
    printer_signs,
    queue_sign,
    twice_sign,
    vigilance_sign,
)
from server.domain.author import SYSTEM
from server.domain.bulletins.proposals import is_current
from server.domain.devices.device_state import Sighting, is_present
from server.domain.facts import Json
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.fold import FORGOTTEN
from server.domain.hours.calendars import half_day_at
from server.domain.printing.printers import state_now
from server.domain.quality.grades import Grades
from server.domain.refusals import Refusal
from server.domain.visits.off_line import HEARD_FOR, PROVISION_DAYS
from server.ids import new_id
from server.language import Translate
from server.store import alarms
from server.store.configuration.halls import HallRow, hall_row
from server.store.devices.printers import sighting_of
from server.store.engine.statements import Rows
from server.store.people.sign_ins import keys_in
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.watched_halls import WatchedHalls, watched_halls
from server.usecases.alarms.record_alarms import record_alarm
from server.usecases.notices.read_programme import VIGILANCE_URL


@dataclass(frozen=True, slots=True)
class KnownSightings:
    """The last sightings of a hall's kiosks and screens; `are_known`: whether they could be read.

    `waits`: the grades of its last announced waits, as far as they were read.
    """

    sightings: Mapping[str, Sighting]
    are_known: bool = True
    waits: Grades = field(default_factory=Grades)


@dataclass(frozen=True, slots=True)
class _HallCheck:
    """A check of a hall. `now`: an instant not before its last fact; `wall`: the wall clock then."""

    configuration: HallConfiguration
    devices: KnownSightings
    now: datetime
    wall: datetime


def halls_to_watch(
    database: Database, halls: Sequence[HallRow], devices: Mapping[str, KnownSightings]
) -> list[HallRow]:
    """The halls whose alarms change now, in as many statements for one hall as for many.

    `devices`: by hall (id). One that cannot be checked is among them: its own check says why.
    """
    wall = database.clock.now()
    configurations: dict[str, HallConfiguration] = {}
    with database.read() as rows:
        known = _known(rows, halls[0].id if len(halls) == 1 else None, wall)
        for row in halls:
            with suppress(Refusal):
                configurations[row.id] = database.configurations.of(rows, row)
    found = []
    for row in halls:
        with suppress(Exception):
            if _is_quiet(row, configurations[row.id], devices[row.id], known, wall):
                database.breathe()
                continue
        found.append(row)
    return found


def _is_quiet(
    row: HallRow,
    configuration: HallConfiguration,
    devices: KnownSightings,
    known: WatchedHalls,
    wall: datetime,
) -> bool:
    last = row.last_recorded_at or wall
    check = _HallCheck(configuration, devices, max(wall, last), wall)
    return not _decision(row, check, known) and wall >= last - SUSPECT_AFTER


def watch_alarms(database: Database, hall: str, devices: KnownSightings, translate: Translate) -> int:
    """Checks a hall (id) once; how many facts it recorded. Safe with several workers."""
    with database.read() as rows:
        row = hall_row(rows, hall)
    assert row is not None
    if not halls_to_watch(database, [row], {hall: devices}):
        return 0
    wall = database.clock.now()
    with database.transaction(hall, SYSTEM) as transaction:
        check = _HallCheck(transaction.configuration, devices, transaction.now, wall)
        decision = _decision(transaction.row, check, _known(transaction, hall, wall))
        alarms.keep_memories(transaction, transaction.hall, decision.kept, decision.forgotten)
        for change in decision.changes:
            _record(transaction, change, wall, translate)
    return len(decision.changes)


def _known(rows: Rows, hall: str | None, wall: datetime) -> WatchedHalls:
    return watched_halls(rows, hall, since=wall - RETURNS_WITHIN, now=wall, vigilance=VIGILANCE_URL)


def _decision(row: HallRow, check: _HallCheck, known: WatchedHalls) -> Decision:
    memories = known.memories.get(row.id, {})
    signs = dict(_signs(row, check, known, memories))
    return decide(signs, memories, known.last.get(row.id, {}), check.configuration.alarms, check.now)


def _record(transaction: HallTransaction, change: AlarmChange, wall: datetime, translate: Translate) -> None:
    alarm = change.alarm or Alarm(new_id(), *change.watched)
    values: Json = change.values
    if change.turn is AlarmTurn.RAISED:
        fact = alarm_raised(alarm.id, change)
    elif change.turn is AlarmTurn.RETURNED:
        fact = alarm_returned(alarm, change)
        alarm = replace(alarm, returns=alarm.returns + 1)
    else:
        fact = alarm_cleared(alarm, reason=change.reason)
        row = alarms.alarm_row(transaction, alarm.id)
        values = {} if row is None else row.values
    turn = str(change.turn)
    record_alarm(transaction, alarm, fact, turn=turn, values=values, now=wall, translate=translate)


def _signs(
    row: HallRow, check: _HallCheck, known: WatchedHalls, memories: Mapping[Watched, Memory]
) -> Iterator[tuple[Watched, Observed]]:
    """The present sign of every subject of a hall."""
    yield (
        (AlarmKind.CLOCK_SUSPECT, SERVER),
        clock_sign(check.wall, row.last_recorded_at, SUSPECT_AFTER),
    )
    site = check.configuration.site.slug
    waits = check.devices.waits
    yield (AlarmKind.ESTIMATES_OFF, check.configuration.hall), cover_sign(waits.told, waits.inside)
    yield (AlarmKind.BULLETIN_WAITING, site), bulletin_sign(known.bulletins.get(site, 0))
    yield from _vigilance(check, known)
    yield from _keys(check, known)
    yield from _printers(check, known)
    is_open = half_day_at(check.configuration.calendar, check.now) is not None
    yield from _agents(row.id, check, known, is_open=is_open)
    yield from _devices(check, known, memories, is_open=is_open)
    yield from _queues(row.id, check, known)
    yield from _counters(check, known)


def _vigilance(check: _HallCheck, known: WatchedHalls) -> Iterator[tuple[Watched, Observed]]:
    """The sign of the vigilance; nothing where it is not read."""
    site = check.configuration.site
    kept = known.vigilance if site.department else None
    if kept is not None:
        current = is_current(kept.content, site.department, check.wall)
        yield (AlarmKind.VIGILANCE_OLD, site.slug), vigilance_sign(is_current=current)


def _keys(check: _HallCheck, known: WatchedHalls) -> Iterator[tuple[Watched, Observed]]:
    """The signs of the API keys for this hall; of a revoked one, or one without an end, none."""
    for key in keys_in(known.keys, [check.configuration.hall]):
        if key.revoked_at is None and key.expires_at is not None:
            is_used_after = key.used_after_end_at is not None
            yield from key_sign(key.id, key.scopes, key.expires_at, check.wall, is_used_after=is_used_after)


def _printers(check: _HallCheck, known: WatchedHalls) -> Iterator[tuple[Watched, Observed]]:
    for kiosk in check.configuration.kiosks.values():
        if kiosk.printer is None or kiosk.is_retired:
            continue
        lease = known.leases.get(kiosk.id)
        unprinted = 0 if lease is None else lease.unprinted
        seen_printer = PrinterObservation(state_now(sighting_of(lease), check.wall), unprinted)
        yield from printer_signs(kiosk.id, seen_printer, check.configuration.alarms)


def _agents(
    hall: str, check: _HallCheck, known: WatchedHalls, *, is_open: bool
) -> Iterator[tuple[Watched, Observed]]:
    """The signs of the agents of kiosks. Silence is watched while the kiosk's page is there, and until the
    agent could give no ticket by itself any more; never of one that said that it leaves."""
    for agent in known.agents.get(hall, ()):
        yield (AlarmKind.KIOSK_TWICE, agent.kiosk), twice_sign(agent.refused_at, check.wall)
        silent_for = check.wall - agent.heard_at
        if silent_for < timedelta(days=PROVISION_DAYS):
            is_there = is_present(check.devices.sightings.get(agent.kiosk), check.wall)
            yield (
                (AlarmKind.AGENT_SILENT, agent.kiosk),
                presence_sign(is_present=silent_for < HEARD_FOR, was_seen=is_there, is_open=is_open),
            )


def _devices(
    check: _HallCheck, known: WatchedHalls, memories: Mapping[Watched, Memory], *, is_open: bool
) -> Iterator[tuple[Watched, Observed]]:
    configuration = check.configuration
    for kind, listed in (
        (AlarmKind.KIOSK_SILENT, configuration.kiosks),
        (AlarmKind.SCREEN_SILENT, configuration.screens),
    ):
        for device in listed.values():
            watched = (kind, device.id)
            if device.id not in known.paired or device.is_retired:
                continue
            if not check.devices.are_known:
                yield watched, Observed(Sign.UNSURE)
                continue
            is_here = is_present(check.devices.sightings.get(device.id), check.wall)
            yield watched, presence_sign(is_present=is_here, was_seen=watched in memories, is_open=is_open)


def _queues(hall: str, check: _HallCheck, known: WatchedHalls) -> Iterator[tuple[Watched, Observed]]:
    for queue in check.configuration.queues.values():
        most = queue.most_waiting or check.configuration.alarms.queue_people
        yield (AlarmKind.QUEUE_LONG, queue.id), queue_sign(known.waiting.get((hall, queue.id), 0), most)


def _counters(check: _HallCheck, known: WatchedHalls) -> Iterator[tuple[Watched, Observed]]:
    for counter in check.configuration.counters.values():
        place = known.places.get(counter.id)
        awaited = awaited_sign(known.sent.get(counter.id, 0), is_open=place is not None)
        if place is None and counter.is_retired and awaited.sign is Sign.WELL:
            continue
        yield (AlarmKind.COUNTER_AWAITED, counter.id), awaited
        seen_counter = CounterObservation()
        if place is not None:
            is_forgotten = place.is_paused and place.pause_reason == FORGOTTEN
            seen_counter = CounterObservation(True, is_forgotten, counter.id in known.serving)
        sign = counter_sign(seen_counter, check.configuration.calendar, check.configuration.alarms, check.now)
        yield (AlarmKind.COUNTER_FORGOTTEN, counter.id), sign
