"""The table of verdicts of docs/rules/printing.md for printers that fetch their jobs.

Behind the kiosk agent nothing is lost or doubled, whatever is killed, cut, or run twice.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import HttpAnswer
from hardware.simulator.printer import PrinterFault
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault
from server.domain.author import SYSTEM
from server.usecases.devices.devices import pair_device, revoke_device
from tests.hardware.promised_verdicts import FAULTS, UNKNOWABLE, cell, promised
from tests.server.web.api_site import HALL, OTHER
from tests.server.web.pulled_printers.conftest import (
    KIOSK,
    OTHER_KIOSK,
    Killed,
    KioskComputer,
    PullingHall,
)


@pytest.fixture
def computer(gateway_hall: PullingHall, tmp_path: Path, fonts_dir: Path) -> Iterator[KioskComputer]:
    made = KioskComputer(gateway_hall, tmp_path / "cable", fonts_dir)
    yield made
    made.plugged.stop()


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


@pytest.mark.parametrize("is_serial", [False, True], ids=["usb", "serial"])
def test_each_fault_of_a_printer_behind_the_gateway_has_the_verdict_of_the_table(
    gateway_hall: PullingHall, tmp_path: Path, fonts_dir: Path, is_serial: bool
):
    if is_serial:  # a stopped printer has room for a ticket in text, on a line
        printer = {"kind": "gateway", "profile": "text-80", "paper_mm": 80}
        gateway_hall.connect(HALL, "gateway", printer=printer)
    table, found, printed = promised("gateway"), {}, {}
    for row in table:
        computer = KioskComputer(gateway_hall, tmp_path / "cable", fonts_dir, is_serial=is_serial)
        run, first = computer.run(), computer.plugged
        run.steps()
        fault = FAULTS.get(row)
        if fault is not None:
            first.set_fault(fault)
        elif row == "paper out in mid ticket":
            first.paper_rows, fault = 200, PrinterFault.PAPER_OUT
        elif row == "closes at once":
            first.stop()

        def end(computer: KioskComputer = computer, fault: PrinterFault | None = fault) -> None:
            if fault is not None:
                computer.plugged.clear_fault(fault)
            elif not computer.cable.exists():
                computer.plug_in()

        found[row] = cell_of(gateway_hall, run.steps, end)
        printed[row] = len({*first.tickets(), *computer.plugged.tickets()})
        run.gateway.leave()
        computer.plugged.stop()
        gateway_hall.later(120)
    assert found == table
    assert_on_paper_once(table, printed)


@pytest.mark.parametrize(
    ("dies_at", "verdict", "papers"),
    [("POST", "printed", 1), ("GET", "printed", 1), ("print", "unknown", 0), ("PUT", "unknown", 1)],
)
def test_a_killed_program_prints_no_ticket_twice_and_none_of_those_it_fetched(
    computer: KioskComputer, monkeypatch: pytest.MonkeyPatch, dies_at: str, verdict: str, papers: int
):
    hall, run = computer.hall, computer.run()
    run.steps()
    job = hall.press()
    run.server.dies_at = dies_at
    if dies_at == "print":
        monkeypatch.setattr(run.printer, "print", lambda blob: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        run.steps()
    again = computer.run()
    again.steps()
    assert "kiosk_agent.server.shared" in again.told
    hall.later(13)
    again.steps(2)
    assert hall.job(job)[1] == verdict
    assert len(computer.plugged.tickets()) == papers


def test_after_a_crash_with_a_ticket_in_the_printer_it_is_dropped_and_unknown(computer: KioskComputer):
    hall, run = computer.hall, computer.run()
    run.steps()
    computer.plugged.paper_rows = 200
    job = hall.press()
    run.steps()
    assert hall.job(job) == ("sending", "held", "paper_out")
    assert run.gateway.in_printer is not None
    run.gateway.in_printer.held.release()  # the kernel does that for a killed program
    hall.later(13)
    again = computer.run()
    again.steps()
    assert hall.job(job) == ("done", "unknown", "paper_out")
    computer.plugged.clear_fault(PrinterFault.PAPER_OUT)
    again.steps()
    assert computer.plugged.tickets() == []


def test_a_ticket_that_a_stopped_printer_keeps_is_dropped_before_the_server_gives_it_up(
    computer: KioskComputer,
):
    now_s = [0.0]
    hall, run = computer.hall, computer.run(elapsed_s=lambda: now_s[0])
    run.steps()
    computer.plugged.paper_rows = 200
    job = hall.press()
    hall.later(20)
    run.steps()
    now_s[0] = 34.0
    run.steps()
    assert hall.job(job) == ("sending", "held", "paper_out")
    now_s[0] = 36.0
    run.steps()
    assert hall.job(job) == ("cancelled", "held", "paper_out")
    computer.plugged.clear_fault(PrinterFault.PAPER_OUT)
    later = hall.press()
    run.steps(2)
    assert hall.job(later)[1] == "printed"
    assert len(computer.plugged.tickets()) == 1


def test_a_fetch_without_its_answer_is_unknown_at_once_and_one_that_never_came_is_repeated(
    computer: KioskComputer,
):
    hall, run = computer.hall, computer.run()
    run.steps()
    job = hall.press()
    run.server.loses_requests = {"GET"}
    run.steps()
    run.server.loses_requests = set()
    run.steps(2)
    assert hall.job(job)[1] == "printed"
    lost = hall.press()
    run.server.loses_answers = {"GET"}
    run.steps()
    run.server.loses_answers = set()
    run.steps(2)
    assert hall.job(lost) == ("done", "unknown", "connection_lost")
    assert len(computer.plugged.tickets()) == 1


def test_a_verdict_is_said_again_until_the_server_answers(computer: KioskComputer):
    hall, run = computer.hall, computer.run()
    run.steps()
    job = hall.press()
    run.server.loses_requests = {"PUT"}
    run.steps()
    assert hall.job(job)[0] == "sending"
    run.steps(2)
    run.server.loses_requests = set()
    run.server.loses_answers = {"PUT"}
    run.steps()
    assert hall.job(job) == ("done", "printed", None)
    run.server.loses_answers = set()
    run.steps()
    assert run.gateway.unreported is None
    assert len(computer.plugged.tickets()) == 1


def test_of_two_programs_with_one_token_one_prints_until_it_leaves(computer: KioskComputer):
    hall, first, second = computer.hall, computer.run(), computer.run()
    first.steps()
    job = hall.press()
    second.steps()
    assert second.told[-1] == "kiosk_agent.server.shared"
    assert hall.job(job)[0] == "queued"
    first.steps()
    assert hall.job(job)[1] == "printed"
    first.gateway.leave()
    other = hall.press()
    second.steps(2)
    assert hall.job(other)[1] == "printed"


def test_a_revoked_kiosk_gets_no_papers_and_another_kiosks_token_opens_nothing(computer: KioskComputer):
    hall, run = computer.hall, computer.run()
    run.steps()
    job = hall.press()
    other = pair_device(hall.site.database, SYSTEM, OTHER, kind="kiosk", configured=OTHER_KIOSK).token
    assert (
        hall.client.get(hall.secret.path, auth=(KIOSK, other), base_url="https://localhost").status_code
        == 401
    )
    revoke_device(hall.site.database, SYSTEM, KIOSK)
    run.steps()
    assert run.told[-1] == "kiosk_agent.server.wrong_secret"
    assert hall.job(job)[0] == "queued"


def test_a_job_is_given_once_and_to_the_run_that_has_the_printer(gateway_hall_on_both: PullingHall):
    hall, secret = gateway_hall_on_both, gateway_hall_on_both.secret
    send = hall.exchange()
    address = f"https://localhost{secret.path}"

    def ask(method: str, query: str = "", **said: Any) -> tuple[int, bytes]:
        answer = hall.client.open(
            f"{secret.path}{query}",
            method=method,
            auth=(secret.user, secret.secret),
            json=said or None,
            base_url="https://localhost",
        )
        return answer.status_code, answer.data

    poll: dict[str, Any] = {"state": "ready", "is_printing": False, "interval_s": 1}
    job = hall.press()
    status, body = ask("POST", program="a" * 16, **poll)
    offer = json.loads(body)
    assert (status, offer["dialect"]) == (200, "epson")
    assert ask("POST", program="b" * 16, **poll)[0] == 409
    name = f"?job={offer['offer']}"
    assert ask("GET", f"{name}&program={'b' * 16}")[0] == 409
    assert ask("PUT", name, verdict="printed", why=None)[0] == 410  # it was not fetched
    assert ask("GET", f"{name}&program={'a' * 16}")[1].startswith(b"\x1b@")
    assert ask("GET", f"{name}&program={'a' * 16}")[0] == 410
    assert ask("PUT", name, verdict="printed", why="because")[0] == 400
    assert ask("PUT", name, verdict="printed", why=None)[0] == 204
    assert ask("PUT", name, verdict="unknown", why=None)[0] == 410
    assert hall.job(job) == ("done", "printed", None)
    assert ask("GET")[0] == 204
    assert ask("POST", **poll | {"program": "x"})[0] == 400
    assert send("GET", address, {}, b"").status == 401
    elsewhere = hall.exchange(REMOTE_ADDR="192.0.2.7")
    assert elsewhere("GET", address.replace("https", "http"), {}, b"").status == 403


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
