"""Read the printers of a hall: the state of each when it was last asked, and the paper it has left."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypedDict

from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.printer_kinds import PrinterKind
from server.domain.instants import to_text
from server.domain.printing.paper_rolls import PaperLeft, learnt, paper_left
from server.domain.printing.printers import state_now
from server.domain.printing.pulled.polls import is_too_slow
from server.store.devices.presence import KnownPresence
from server.store.engine.rows import Rows
from server.store.printing.leases import printer_sighting
from server.store.printing.paper_rolls import ended_rolls, roll_in
from server.store.printing.printer_probes import PrinterProbe, probe_of
from server.store.printing.pulled_printers import pulled_printer_of
from server.usecases.devices.devices import places_of
from server.usecases.devices.record_presence import uptime_of
from server.usecases.printing.keep_probe import known_here


class PaperLeftAnswer(TypedDict):
    """About how many papers a roll still gives; `is_learnt`: reckoned from the rolls before."""

    left: int
    is_low: bool
    is_learnt: bool


class FetchingAnswer(TypedDict):
    """How a printer asks for its jobs. `interval_s`: between its questions, null: not known yet.

    `is_too_slow`: visitors wait too long. `identity`: its network address as it says itself, null for a print
    gateway.
    """

    has_secret: bool
    interval_s: int | None
    is_too_slow: bool
    identity: str | None


class ProbeAnswer(TypedDict):
    """What a printer answered when it was probed. `name`: maker and model, "" not said.

    `has_process_id`: whether it confirms each paper, null: it could not print then. `speed`: of its line.
    """

    asked_at: str
    state: str
    name: str
    has_process_id: bool | None
    speed: int | None


class PrinterOfKiosk(TypedDict):
    """The printer of a kiosk (`id`); `host` null: the simulated one.

    `backup`: the label of the kiosk whose printer gets what this one refuses, null: none.
    `probe`: what it answered, null: it was never probed where it is. `paper_read_at`: when somebody last read
    a sheet of it. `state`: of the hardware, or `unknown`. Instants are in RFC 3339, null before its driver
    found it.
    `uptime`: the share of opening hours of the last 30 days, 0 to 1, null after too few checks.
    """

    kind: Literal["printer"]
    id: str
    label: str
    transport: PrinterKind
    host: str | None
    usb: str | None
    line: str | None
    speed: int | None
    port: int
    paper_mm: Literal[80, 58]
    state: str
    since: str | None
    seen_at: str | None
    fetches: FetchingAnswer | None
    paper: PaperLeftAnswer
    backup: str | None
    probe: ProbeAnswer | None
    paper_read_at: str | None
    uptime: float | None


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
                "state": state_now(sighting, now),
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
    if known is None or known.asked_at is None:
        return None
    return {
        "asked_at": to_text(known.asked_at),
        "state": known.state or "",
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
