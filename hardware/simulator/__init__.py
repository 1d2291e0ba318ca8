"""A simulated ESC/POS printer, on TCP or on a cable: status, faults, tickets as pictures."""

from hardware.simulator.printer import CutReceipt, SimulatedPrinter
from hardware.simulator.replies import PrinterFault
from hardware.simulator.sharing import PrinterSharing, SharedPrinter, shared_printers

__all__ = [
    "CutReceipt",
    "PrinterFault",
    "PrinterSharing",
    "SharedPrinter",
    "SimulatedPrinter",
    "shared_printers",
]
