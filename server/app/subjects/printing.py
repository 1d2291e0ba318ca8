"""The printers of an installation, real and simulated."""

from server.apart import IsolatedWorker
from server.app.subjects.foundation import Foundation
from server.live.publisher import Publisher
from server.printing.service import PrintService
from server.printing.simulated_printers import SimulatedPrinters


def build_printing(base: Foundation, publisher: Publisher) -> PrintService:
    """The service that prints; the publisher learns of verdicts that are not final."""
    return PrintService(
        base.database,
        base.settings,
        base.catalogues.translate,
        IsolatedWorker().call,
        tell=publisher.print_noted,
    )


def build_simulated_printers(base: Foundation) -> SimulatedPrinters:
    """The printers that exist on a page only."""
    return SimulatedPrinters(base.database, base.settings.var)
