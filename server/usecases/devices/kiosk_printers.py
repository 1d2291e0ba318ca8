"""The printers of kiosks: their state, their paper, and whether one needs somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self, TypedDict

from annotated_types import Interval

from hardware.json_types import Count, InstantText
from hardware.status import PrinterState
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import PrinterConnection, PrinterKind
from server.domain.instants import text_or_none, to_text
from server.domain.printing.handovers import is_too_slow
from server.domain.printing.printers import (
    UNKNOWN,
    EndedRoll,
    PaperLeft,
    PrinterSighting,
    Roll,
    learnt,
    paper_left,
    state_now,
)
from server.store.devices import printers
from server.store.devices.printers import Lease, PrinterProbe, PulledPrinter
from server.store.devices.sightings import KnownPresence
from server.store.engine.statements import Rows
from server.usecases.devices.devices import places_of
from server.usecases.devices.presence import Uptime, uptime_of
from server.usecases.printing.printers import known_here


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


@dataclass(frozen=True, slots=True)
class KnownPrinters:
    """What is stored of printers, by the ids of their kiosks."""

    leases: Mapping[str, Lease]
    pulled: Mapping[str, PulledPrinter]
    probes: Mapping[str, PrinterProbe]
    rolls: Mapping[str, Roll]
    ended_rolls: Mapping[str, list[EndedRoll]]

    @classmethod
    def read(cls, rows: Rows, halls: Iterable[HallConfiguration]) -> Self:
        """Of the printers of these halls, in as many statements for one hall as for many."""
        kiosks = [kiosk.id for hall in halls for kiosk in hall.kiosks.values() if kiosk.printer is not None]
        return cls(
            {each.printer: each for each in printers.leases_of(rows, kiosks)},
            {each.printer: each for each in printers.pulled_printers_of(rows, kiosks)},
            {each.printer: each for each in printers.probes_of(rows, kiosks)},
            printers.rolls_in(rows, kiosks),
            printers.ended_rolls(rows, kiosks),
        )

    def paper_left(self, printer: str, *, paper_mm: int) -> PaperLeft:
        """About how many papers a printer can still print."""
        capacity = learnt(self.ended_rolls.get(printer, ()), paper_mm=paper_mm)
        return paper_left(self.rolls.get(printer) or Roll(), capacity)


def printers_of(
    configuration: HallConfiguration,
    known: KnownPrinters,
    presences: Mapping[tuple[str, str], KnownPresence],
    now: datetime,
) -> list[PrinterOfKiosk]:
    """The printers of a hall's kiosks, in the order of its document. A printer has the id of its kiosk."""
    answers: list[PrinterOfKiosk] = []
    for kiosk, label in places_of(configuration, "kiosk").items():
        printer = configuration.kiosks[kiosk].printer
        if printer is None:
            continue
        sighting = printers.sighting_of(known.leases.get(kiosk))
        backup = configuration.backup_of(kiosk)
        probe = known_here(known.probes.get(kiosk), printer)
        left = known.paper_left(kiosk, paper_mm=printer.paper_mm)
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
                "fetches": fetching(known.pulled.get(kiosk), printer),
                "paper": {"left": left.papers, "is_low": left.is_low, "is_learnt": left.is_learnt},
                "backup": None if backup is None else backup.label,
                "probe": _probe(probe),
                "paper_read_at": None if probe is None else text_or_none(probe.read_at),
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
