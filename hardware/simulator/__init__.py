"""A simulated ESC/POS printer on TCP, shipped with the product: status, faults, tickets as pictures."""

from hardware.simulator.printer import SimulatedPrinter, Ticket
from hardware.simulator.replies import Fault
from hardware.simulator.sharing import PrinterSharing, SharedPrinter, shared_printers

__all__ = ["Fault", "PrinterSharing", "SharedPrinter", "SimulatedPrinter", "Ticket", "shared_printers"]
