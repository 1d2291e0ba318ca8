"""The way to a printer that its configuration describes."""

from hardware.transports.interface import PrinterAddress
from hardware.transports.tcp.tcp_address import TcpAddress
from server.domain.hall.configuration import PrinterConnection

SIMULATED_HOST = "127.0.0.1"


def address_of(connection: PrinterConnection) -> PrinterAddress:
    """Where the jobs of a printer are pushed to. ValueError: it fetches them itself."""
    match connection.kind:
        case "tcp":
            return TcpAddress(connection.host or SIMULATED_HOST, connection.port, connection.reach)
        case _:
            raise ValueError(f"nothing is pushed to a printer of kind {connection.kind}")
