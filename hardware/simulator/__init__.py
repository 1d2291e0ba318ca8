"""A simulated ESC/POS printer on TCP, shipped with the product: status, faults, tickets as pictures."""

from hardware.simulator.printer import SimulatedPrinter, Ticket
from hardware.simulator.replies import Fault

__all__ = ["Fault", "SimulatedPrinter", "Ticket"]
