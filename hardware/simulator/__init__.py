"""A simulated ESC/POS printer, on TCP or on a cable: status, faults, tickets as pictures."""

from hardware.simulator.epson_printer import EpsonFault, SimulatedEpsonPrinter
from hardware.simulator.faulty_printer import CutReceipt
from hardware.simulator.printer import SimulatedPrinter
from hardware.simulator.replies import PrinterFault
from hardware.simulator.sharing import (
    AnyPulledPrinter,
    PrinterSharing,
    SharedPrinter,
    set_up_elsewhere,
    shared_printers,
)
from hardware.simulator.star_printer import SimulatedStarPrinter, StarFault

__all__ = [
    "AnyPulledPrinter",
    "CutReceipt",
    "EpsonFault",
    "PrinterFault",
    "PrinterSharing",
    "SharedPrinter",
    "SimulatedEpsonPrinter",
    "SimulatedPrinter",
    "SimulatedStarPrinter",
    "StarFault",
    "set_up_elsewhere",
    "shared_printers",
]
