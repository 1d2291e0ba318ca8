"""Read the last print job of each visit, in the form of the live message."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from hardware.verdict import Verdict
from server.domain.hall.configuration import HallConfiguration
from server.domain.printing.print_jobs import PrintJobState
from server.store.engine.rows import Rows
from server.store.printing.print_jobs import PrintJob, last_job_of_visit
from server.store.transactions.database import Database


class PrintState(TypedDict):
    """A print job's state, and its verdict; null before it was tried."""

    job: str
    state: PrintJobState
    verdict: Verdict | None
    other_printer: NotRequired[str]
    """The label of the kiosk whose printer got the job after the first one refused it; left out otherwise."""


class PrintVerdict(PrintState):
    """A print job with the visit whose paper it is, null for a trial, and the reason of a failure."""

    visit: str | None
    why: str | None


def queued_answer(job: str, *, other_printer: str | None = None) -> PrintState:
    """A print job that was queued just now; `other_printer`: the label of another kiosk, which prints it."""
    answer: PrintState = {"job": job, "state": "queued", "verdict": None}
    if other_printer is not None:
        answer["other_printer"] = other_printer
    return answer


def read_prints(database: Database, hall: str, visits: Sequence[str]) -> list[PrintVerdict]:
    """The last print job of each of these visits of a hall (id) that has one."""
    configuration = database.configuration(hall)
    with database.read() as rows:
        return last_prints(rows, configuration, hall, visits)


def last_prints(
    rows: Rows, configuration: HallConfiguration, hall: str, visits: Sequence[str]
) -> list[PrintVerdict]:
    """`read_prints` inside a read."""
    found = [last_job_of_visit(rows, hall, visit) for visit in visits]
    return [print_answer(row, configuration) for row in found if row is not None]


def print_answer(row: PrintJob, configuration: HallConfiguration) -> PrintVerdict:
    """A print job in the form of the live message."""
    answer: PrintVerdict = {
        "job": row.id,
        "visit": row.visit,
        "state": row.state,
        "verdict": None if row.verdict is None else Verdict(row.verdict),
        "why": row.why,
    }
    if row.first_printer is not None:
        answer["other_printer"] = label_of_printer(configuration, row.printer)
    return answer


def label_of_printer(configuration: HallConfiguration, printer: str) -> str:
    """The name of a printer for people: the label of its kiosk, or the id where the document has none."""
    kiosk = configuration.kiosks.get(printer)
    return printer if kiosk is None else kiosk.label
