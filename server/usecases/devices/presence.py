"""How often devices were present, and panels off on purpose; the kiosks that ask for attention."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple, TypedDict

from annotated_types import Interval

from hardware.json_types import Count, InstantText, Share
from hardware.status import PrinterState
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.devices.connections import DAYS, uptime
from server.domain.devices.device_state import Sighting, is_off_on_purpose, is_present, player_report
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import PrinterConnection, PrinterKind
from server.domain.hours.calendars import opening_at
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.printing.handovers import is_too_slow
from server.domain.printing.printers import (
    UNKNOWN,
    PaperLeft,
    PrinterSighting,
    learnt,
    may_print,
    paper_left,
    state_now,
)
from server.store.configuration.halls import HallRow
from server.store.devices import printers
from server.store.devices.paired_devices import paired_devices
from server.store.devices.printers import Lease, PrinterProbe, PulledPrinter
from server.store.devices.sightings import (
    KnownPresence,
    PresenceCheck,
    add_checks,
    add_panel_rest,
    presences_of_hall,
)
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.usecases.devices.devices import UNKNOWN_PLACES, places_of
from server.usecases.printing.printers import known_here

type Uptime = Share | None
"""The share of opening hours of the last 30 days in which a device was there; null: not known yet."""


class _Look(NamedTuple):
    """What was seen of the devices of a hall (id) on its local day: checks, and panels off on purpose."""

    hall: str
    on: date
    checks: Sequence[PresenceCheck]
    off: Sequence[str]


def look_at_devices(
    database: Database, halls: Sequence[HallRow], sightings: Mapping[str, Mapping[str, Sighting]]
) -> None:
    """Checks each device of these halls, and adds the results to the sums of its local day.

    A device counts from its pairing on, a printer from the first time it was asked for its state. Outside
    opening hours only the last sign of life is kept. `sightings`: by hall (id). Reads as many statements for
    one hall as for many.
    """
    now = database.clock.now()
    with database.read() as rows:
        paired = {device.configured for device in paired_devices(rows) if device.revoked_at is None}
        leases = {lease.printer: lease for lease in printers.every_lease(rows)}
        configurations = {hall.id: database.configurations.of(rows, hall) for hall in halls}
    looks = []
    for hall, configuration in configurations.items():
        is_open = opening_at(configuration.calendar, now).is_open
        checks = [
            *_pages(configuration, paired, sightings[hall], now, counts=is_open),
            *_printers(configuration, leases, now, counts=is_open),
        ]
        kept = [check for check in checks if check.counts or check.seen_at is not None]
        off = _panels_off(configuration, sightings[hall], now)
        if kept or off:
            looks.append(_Look(hall, configuration.site.local_day(now), kept, off))
        database.breathe()
    if looks:
        with database.store.write() as rows:
            for look in looks:
                add_checks(rows, look.hall, look.on, look.checks)
                for screen in look.off:
                    add_panel_rest(rows, look.hall, screen, now)


def _pages(
    configuration: HallConfiguration,
    paired: set[str],
    sightings: Mapping[str, Sighting],
    now: datetime,
    *,
    counts: bool,
) -> Iterator[PresenceCheck]:
    for kind in UNKNOWN_PLACES:
        for device in places_of(configuration, kind):
            if device in paired:
                sighting = sightings.get(device)
                seen_at = None if sighting is None else sighting.seen_at
                yield PresenceCheck(kind, device, is_present(sighting, now), counts, seen_at)


def _printers(
    configuration: HallConfiguration, leases: Mapping[str, Lease], now: datetime, *, counts: bool
) -> Iterator[PresenceCheck]:
    for kiosk in places_of(configuration, "kiosk"):
        sighting = printers.sighting_of(leases.get(kiosk))
        if configuration.kiosks[kiosk].printer is not None and sighting is not None:
            yield PresenceCheck("printer", kiosk, may_print(sighting, now), counts, sighting.seen_at)


def known_presences(
    rows: Rows, hall: str, configuration: HallConfiguration, now: datetime
) -> Mapping[tuple[str, str], KnownPresence]:
    """The presence of a hall's devices in the days an uptime covers, by kind and id in its document."""
    today = configuration.site.local_day(now)
    return presences_of_hall(rows, hall, today - timedelta(days=DAYS - 1))


def uptime_of(
    presence: KnownPresence | None, configuration: HallConfiguration, now: datetime
) -> float | None:
    """The share of opening hours of the last 30 days in which a device was present, from 0 to 1.

    None after too few checks.
    """
    if presence is None:
        return None
    share = uptime(presence.days, configuration.site.local_day(now))
    return None if share is None else round(share, 4)


@dataclass(frozen=True, slots=True)
class PresentDevice:
    """How many checks in opening hours found a device, and how many did not, on `days` days from `since` on.

    `device`: its id in the hall's document; `label`: what the document calls it, of a printer its kiosk.
    """

    kind: str
    device: str
    label: str
    seen: int
    missed: int
    days: int
    since: date

    @property
    def checks(self) -> int:
        """How many checks there were."""
        return self.seen + self.missed


def read_presence(database: Database, hall: str, starts_on: date, ends_on: date) -> list[PresentDevice]:
    """The devices of a hall (id or slug) from `starts_on`, before `ends_on`: those with a day that is kept.

    Days are kept for three months. Refusal: unknown_hall.
    """
    configuration = database.configuration(hall)
    labels = places_of(configuration, "kiosk") | places_of(configuration, "screen")
    with database.read() as rows:
        presences = presences_of_hall(rows, database.hall_id(hall), starts_on)
    found = []
    for (kind, device), known in sorted(presences.items()):
        days = [each for each in known.days if each.on < ends_on]
        if days:
            seen, missed = sum(each.seen for each in days), sum(each.missed for each in days)
            since = min(each.on for each in days)
            label = labels.get(device, device)
            found.append(PresentDevice(kind, device, label, seen, missed, len(days), since))
    return found


def _panels_off(
    configuration: HallConfiguration, sightings: Mapping[str, Sighting], now: datetime
) -> list[str]:
    """The screens whose panel is off on purpose now.

    Only a screen that is present counts: what happened while it was away, nobody saw.
    """
    return [
        screen
        for screen in places_of(configuration, "screen")
        if _is_off(sightings.get(screen)) and is_present(sightings.get(screen), now)
    ]


def _is_off(sighting: Sighting | None) -> bool:
    report = player_report(sighting)
    return report is not None and report["panel"] is not None and is_off_on_purpose(report["panel"])


def kiosks_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The paired kiosks without a printer, of the halls that the reader configures; not those that show the
    number only on purpose.
    """
    with database.read() as rows:
        devices = paired_devices(rows)
    paired = {each.configured: each.created_at for each in devices if each.revoked_at is None}
    for hall in reach.halls_where(Permission.CONFIGURE):
        lacking = [each for each in hall.kiosks.values() if each.paper == "undecided" and not each.is_retired]
        for kiosk in lacking:
            if kiosk.id in paired:
                yield AttentionRow(
                    kind=AttentionKind.KIOSK_WITHOUT_PRINTER,
                    urgency=Urgency.TODAY,
                    since=paired[kiosk.id],
                    site=hall.site.slug,
                    sentence="device_list.to_attend.no_printer",
                    values={"label": kiosk.label, "hall": hall.name},
                    path="/appareils",
                )


class PaperLeftAnswer(TypedDict):
    """About how many tickets a roll still gives."""

    left: Count
    is_low: bool
    is_learnt: bool
    """Reckoned from the rolls before; false: from the length of a usual roll."""


class FetchingAnswer(TypedDict):
    """A printer that fetches its jobs."""

    has_secret: bool
    interval_s: int | None
    """Seconds between its questions; null: not known yet."""
    is_too_slow: bool
    """Visitors wait too long for their paper."""
    identity: str | None
    """Its network address, as it says itself; null: it never did, or a kiosk agent asks."""


class ProbeAnswer(TypedDict):
    """What a printer answered to `parvis devices probe`."""

    asked_at: InstantText
    state: PrinterState
    name: str
    """Its maker and its model; empty when it does not say them."""
    has_process_id: bool | None
    """Whether it confirms each paper by its number; null: it could not print then."""
    speed: int | None
    """Of its serial line, in bits a second; null: it is on none."""


class PrinterOfKiosk(TypedDict):
    """The printer of a kiosk, as its driver last found it."""

    kind: Literal["printer"]
    id: str
    """The id of its kiosk."""
    label: str
    transport: PrinterKind
    """How it gets its jobs."""
    host: str | None
    """Its address in the network; null: a simulated printer, or one that is not on the network."""
    usb: str | None
    """Its name on USB; null: a simulated printer, or one that is not on USB."""
    line: str | None
    """Its serial line; null: a simulated printer, or one that is not on a serial line."""
    speed: int | None
    """Of its serial line, in bits a second; null: found by asking the printer."""
    port: Annotated[int, Interval(ge=1, le=65_535)]
    paper_mm: Literal[58, 80]
    state: PrinterState | Literal["unknown"]
    since: InstantText | None
    seen_at: InstantText | None
    fetches: FetchingAnswer | None
    """How it asks for its jobs; null: it is sent them."""
    paper: PaperLeftAnswer
    backup: str | None
    """The label of the kiosk whose printer gets the jobs that this one refuses; null: there is none."""
    probe: ProbeAnswer | None
    """What it answered where it is now; null: it was never probed there."""
    paper_read_at: InstantText | None
    """When somebody last read the number on a sheet of it, where it is now; null: never."""
    uptime: Uptime


def read_printers(
    rows: Rows,
    configuration: HallConfiguration,
    presences: Mapping[tuple[str, str], KnownPresence],
    now: datetime,
) -> list[PrinterOfKiosk]:
    """The printers of a hall's kiosks, in the order of its document. A printer has the id of its kiosk."""
    answers: list[PrinterOfKiosk] = []
    for kiosk, label in places_of(configuration, "kiosk").items():
        printer = configuration.kiosks[kiosk].printer
        if printer is None:
            continue
        sighting = printers.printer_sighting(rows, kiosk)
        backup = configuration.backup_of(kiosk)
        probe = known_here(printers.probe_of(rows, kiosk), printer)
        read_at = None if probe is None else probe.read_at
        left = paper_left_in(rows, kiosk, paper_mm=printer.paper_mm)
        answers.append(
            {
                "kind": "printer",
                "id": kiosk,
                "label": label,
                "transport": printer.kind,
                "host": printer.host,
                "usb": printer.usb,
                "line": printer.line,
                "speed": printer.speed,
                "port": printer.port,
                "paper_mm": printer.paper_mm,
                "state": printer_state(sighting, now),
                "since": None if sighting is None else to_text(sighting.since),
                "seen_at": None if sighting is None else to_text(sighting.seen_at),
                "fetches": fetching(printers.pulled_printer_of(rows, kiosk), printer),
                "paper": {"left": left.papers, "is_low": left.is_low, "is_learnt": left.is_learnt},
                "backup": None if backup is None else backup.label,
                "probe": _probe(probe),
                "paper_read_at": None if read_at is None else to_text(read_at),
                "uptime": uptime_of(presences.get(("printer", kiosk)), configuration, now),
            }
        )
    return answers


def _probe(known: PrinterProbe | None) -> ProbeAnswer | None:
    if known is None or known.asked_at is None or known.state is None:
        return None
    return {
        "asked_at": to_text(known.asked_at),
        "state": PrinterState(known.state),
        "name": known.name or "",
        "has_process_id": known.has_process_id,
        "speed": known.speed,
    }


def printer_state(sighting: PrinterSighting | None, now: datetime) -> PrinterState | Literal["unknown"]:
    """The state of a printer now, from what its driver last read."""
    state = state_now(sighting, now)
    return "unknown" if state == UNKNOWN else PrinterState(state)


def fetching(known: PulledPrinter | None, printer: PrinterConnection) -> FetchingAnswer | None:
    """How a printer asks for its jobs; None: it is sent them. A kiosk agent shows the token of its kiosk."""
    if not printer.is_pulled:
        return None
    interval_s = None if known is None else known.interval_s
    return {
        "has_secret": known is not None or printer.kind == "gateway",
        "interval_s": interval_s,
        "is_too_slow": is_too_slow(interval_s),
        "identity": None if known is None or known.kind == "gateway" else known.identity,
    }


def printer_needs_somebody(state: PrinterState | Literal["unknown"], fetches: FetchingAnswer | None) -> bool:
    """Whether a printer is silent, asks too seldom, or may not print."""
    is_mute = fetches is not None and (not fetches["has_secret"] or fetches["is_too_slow"])
    return is_mute or state == "unknown" or not state.may_print


def paper_left_in(rows: Rows, printer: str, *, paper_mm: int) -> PaperLeft:
    """About how many papers a printer (the id of its kiosk) can still print."""
    return paper_left(
        printers.roll_in(rows, printer), learnt(printers.ended_rolls(rows, printer), paper_mm=paper_mm)
    )
