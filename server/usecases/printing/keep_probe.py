"""Keep what `parvis devices probe` found, and that somebody has read a sheet of a printer."""

from dataclasses import dataclass, replace

from server.domain.hall.devices import PrinterConnection
from server.domain.refusals import Refusal
from server.store.printing.printers import PrinterProbe, keep_answers, note_read
from server.store.transactions.database import Database
from server.usecases.find_configured import find_kiosk


@dataclass(frozen=True, slots=True)
class ProbeAnswers:
    """What a printer answered; the fields are those of `PrinterProbe`."""

    state: str
    name: str
    has_process_id: bool | None
    speed: int | None


def keep_probe(database: Database, kiosk: str, place: str, answers: ProbeAnswers) -> None:
    """Keeps the answers of the printer of a kiosk (id) at a place (`PrinterConnection.place`)."""
    found = PrinterProbe(
        printer=kiosk,
        place=place,
        asked_at=database.clock.now(),
        state=answers.state,
        name=answers.name[:200],
        has_process_id=answers.has_process_id,
        speed=answers.speed,
        read_place=None,
        read_at=None,
    )
    with database.store.write() as rows:
        keep_answers(rows, found)


def note_paper_read(database: Database, hall: str, kiosk: str) -> None:
    """Keeps that somebody read the number on a sheet of a kiosk's printer: it prints on real paper.

    Refusals: unknown_kiosk, no_printer.
    """
    printer = find_kiosk(database.configuration(hall), kiosk).printer
    if printer is None:
        raise Refusal("no_printer")
    with database.store.write() as rows:
        note_read(rows, kiosk, printer.place, database.clock.now())


def known_here(probe: PrinterProbe | None, printer: PrinterConnection) -> PrinterProbe | None:
    """What is known of a printer where it is now; None: nothing.

    Answers and sheets of another place are left out.
    """
    if probe is None:
        return None
    here = probe
    if probe.place != printer.place:
        here = replace(
            here, place=None, asked_at=None, state=None, name=None, has_process_id=None, speed=None
        )
    if probe.read_place != printer.place:
        here = replace(here, read_place=None, read_at=None)
    return None if here.asked_at is None and here.read_at is None else here
