"""The table of verdicts of docs/rules/printing.md for printers that fetch their jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault
from tests.hardware.promised_verdicts import UNKNOWABLE, cell, promised
from tests.server.web.pulled_printers.pulling_hall import PullingHall

STAR_FAULTS = {
    "near end": StarFault.NEAR_END,
    "paper out before": StarFault.PAPER_OUT,
    "paper out in mid ticket": StarFault.STOPS_IN_MID_TICKET,
    "cover open": StarFault.COVER_OPEN,
    "jam": StarFault.JAM,
    "mute": StarFault.OFFLINE,
    "dies after the bytes": StarFault.DIES_AFTER_BYTES,
    "not taken": StarFault.NOT_TAKEN,
}
EPSON_FAULTS = {
    "near end": EpsonFault.NEAR_END,
    "paper out before": EpsonFault.PAPER_OUT,
    "paper out in mid ticket": EpsonFault.PAPER_OUT,
    "cover open": EpsonFault.COVER_OPEN,
    "jam": EpsonFault.CUTTER,
    "mute": EpsonFault.OFFLINE,
    "dies after the bytes": EpsonFault.DIES_AFTER_BYTES,
    "not taken": EpsonFault.NOT_TAKEN,
}
OFFLINE, ONLINE = 0xF00000C, 0xF000004


@dataclass
class Line:
    """Carries requests of a printer; `is_cut`: no answer with a body comes back."""

    hall: PullingHall
    is_cut: bool = False

    def __call__(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> HttpAnswer:
        answer = self.hall.exchange()(method, address, headers, body)
        if self.is_cut and answer.status == 200 and answer.body:
            raise OSError
        return answer


def cell_of(hall: PullingHall, poll: Callable[[], None], end: Callable[[], None]) -> str:
    """What becomes of one job, in the words of the table; `end`: ends the fault."""
    job = hall.press()
    poll()
    if hall.job(job)[:2] == ("sending", None):
        hall.later(61)
        hall.watch()
    state, verdict, why = hall.job(job)
    if verdict == "printed" and hall.state() != "ready":
        why = hall.state()
    end()
    if state == "done":
        return cell(str(verdict), why)
    poll()
    if hall.job(job)[0] != "done":
        hall.later(61)
        hall.watch()
    return cell(verdict or "waits", why, hall.job(job)[1])


def assert_on_paper_once(table: Mapping[str, str], printed: Mapping[str, int]) -> None:
    """A printed job is on paper once; one that is unknown may be."""
    least = {row: int("printed" in text) for row, text in table.items()}
    assert {row: n for row, n in printed.items() if not least[row] <= n <= 1} == {}


def test_each_fault_of_a_printer_of_star_has_the_verdict_of_the_table(star_hall: PullingHall):
    table = {row: text for row, text in promised("star_cloudprnt").items() if text != UNKNOWABLE}
    found, printed = {}, {}
    for row in table:
        line = Line(star_hall, is_cut=row == "closes at once")
        of_hall = star_hall.star()
        star = SimulatedStarPrinter(of_hall.address, star_hall.secret.user, star_hall.secret.secret, line)
        faults = [STAR_FAULTS[row]] if row in STAR_FAULTS else []
        for fault in faults:
            star.set_fault(fault)

        def end(star: SimulatedStarPrinter = star, line: Line = line) -> None:
            line.is_cut = False
            for fault in star.faults():
                star.clear_fault(fault)

        found[row] = cell_of(star_hall, star.poll, end)
        printed[row] = len(star.tickets())
        star_hall.later(120)
        star.poll()
        assert star_hall.state() == "ready"
    assert found == table
    assert_on_paper_once(table, printed)


def test_each_fault_of_a_printer_of_epson_has_the_verdict_of_the_table(epson_hall: PullingHall):
    table, found, printed = promised("epson_direct"), {}, {}
    for row in table:
        line = Line(epson_hall, is_cut=row == "closes at once")
        of_hall = epson_hall.epson()
        secret = epson_hall.secret.secret
        is_heard = row not in ("paper out in mid ticket", "offline")
        epson = SimulatedEpsonPrinter(of_hall.address, of_hall.user, secret, line, notifies=is_heard)
        if row in EPSON_FAULTS:
            epson.set_fault(EPSON_FAULTS[row])
        if row == "offline":
            epson.send_status(OFFLINE)

        def end(epson: SimulatedEpsonPrinter = epson, line: Line = line) -> None:
            line.is_cut = False
            for fault in epson.faults():
                epson.clear_fault(fault)
            epson.send_status(ONLINE)

        found[row] = cell_of(epson_hall, epson.poll, end)
        printed[row] = len(epson.tickets())
        epson_hall.later(120)
        epson.poll()
    assert found == table
    assert_on_paper_once(table, printed)
