"""Read the printers of a hall: the state of each when it was last asked, and the paper it has left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from annotated_types import Interval

from hardware.json_types import Count, InstantText
from hardware.status import PrinterState
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import PrinterKind
from server.domain.instants import to_text
from server.domain.printing.handovers import is_too_slow
from server.domain.printing.printers import UNKNOWN, PaperLeft, learnt, paper_left, state_now
from server.store.devices.sightings import KnownPresence
from server.store.engine.rows import Rows
from server.store.printing.leases import printer_sighting
from server.store.printing.printers import PrinterProbe, ended_rolls, probe_of, pulled_printer_of, roll_in
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
    """Its network address, as it says itself; null: it never did, or it is a print gateway."""


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
        sighting = printer_sighting(rows, kiosk)
        backup = configuration.backup_of(kiosk)
        probe = known_here(probe_of(rows, kiosk), printer)
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
                "state": "unknown" if (state := state_now(sighting, now)) == UNKNOWN else PrinterState(state),
                "since": None if sighting is None else to_text(sighting.since),
                "seen_at": None if sighting is None else to_text(sighting.seen_at),
                "fetches": _fetching(rows, kiosk) if printer.is_pulled else None,
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


def _fetching(rows: Rows, printer: str) -> FetchingAnswer:
    """How a printer asks for its jobs."""
    known = pulled_printer_of(rows, printer)
    interval_s = None if known is None else known.interval_s
    return {
        "has_secret": known is not None,
        "interval_s": interval_s,
        "is_too_slow": is_too_slow(interval_s),
        "identity": None if known is None or known.kind == "gateway" else known.identity,
    }


def paper_left_in(rows: Rows, printer: str, *, paper_mm: int) -> PaperLeft:
    """About how many papers a printer (the id of its kiosk) can still print."""
    return paper_left(roll_in(rows, printer), learnt(ended_rolls(rows, printer), paper_mm=paper_mm))
