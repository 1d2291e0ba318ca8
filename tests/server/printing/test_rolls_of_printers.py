"""The roll of a printer through the whole worker: papers counted, its end learnt from, a trial on it."""

from hardware.simulator.printer import PrinterFault
from server.domain.printing.printers import EndedRoll, Roll
from server.store.devices.printers import ended_rolls, roll_in
from server.usecases.devices.presence import paper_left_in
from server.usecases.printing.print_jobs import print_trial
from server.usecases.printing.printers import change_roll
from tests.harness.waiting import wait_until
from tests.server.printing.printing_hall import AUTHOR, KIOSK, PrintingHall


def rolls(hall: PrintingHall) -> tuple[Roll, list[EndedRoll]]:
    with hall.database.read() as rows:
        return roll_in(rows, KIOSK), ended_rolls(rows, KIOSK)


def left(hall: PrintingHall) -> int:
    with hall.database.read() as rows:
        return paper_left_in(rows, KIOSK, paper_mm=80).papers


def test_papers_are_counted_to_the_roll_and_paper_that_is_back_is_another_one(open_hall, simulated):
    hall = open_hall(simulated.port)
    hall.drive()
    for _ in range(2):
        hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    assert rolls(hall) == (Roll(2), [])
    assert left(hall) == 588
    simulated.set_fault(PrinterFault.NEAR_END)
    wait_until(lambda: rolls(hall)[0].low_at == 2, "the near end is noted")
    hall.wait_for(hall.press()["print"]["job"], "done", "printed")
    assert left(hall) == 19
    simulated.set_fault(PrinterFault.PAPER_OUT)
    wait_until(lambda: left(hall) == 0, "the printer says that it is out")
    refused = hall.press()["print"]["job"]
    hall.wait_for(refused, "queued", "refused")
    simulated.clear_fault(PrinterFault.NEAR_END)
    simulated.clear_fault(PrinterFault.PAPER_OUT)
    hall.wait_for(refused, "done", "printed")
    wait_until(lambda: rolls(hall) == (Roll(1), [EndedRoll(3, 2, "out")]), "another roll")


def test_a_trial_is_printed_with_a_verdict_and_a_roll_is_changed_by_hand(open_hall, simulated):
    hall = open_hall(simulated.port)
    hall.drive()
    job = print_trial(hall.database, "laon", AUTHOR, KIOSK)["job"]
    hall.wait_for(job, "done", "printed")
    assert "Essaid’impression" in "".join(simulated.tickets()[0].text.split())
    assert rolls(hall) == (Roll(1), [])
    assert change_roll(hall.database, "laon", AUTHOR, KIOSK)["papers"] == 1
    assert rolls(hall) == (Roll(), [EndedRoll(1, None, "changed")])
