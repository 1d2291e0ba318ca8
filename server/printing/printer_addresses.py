"""The way to a printer that its configuration describes."""

from pathlib import Path

from hardware.transports import PrinterAddress
from hardware.transports.device_file import FileAddress, UsbFileAddress
from hardware.transports.serial_line import SerialAddress
from hardware.transports.tcp import TcpAddress
from hardware.transports.usb import usb_name
from hardware.transports.usb_bus import UsbBusAddress
from server.domain.hall.devices import PrinterConnection

SIMULATED_HOST = "127.0.0.1"
CABLES = "cables"
"""The folder of the run-time state with the other ends of simulated printers that are not on the network."""


def address_of(connection: PrinterConnection, cable: Path) -> PrinterAddress:
    """Where the jobs of a printer are pushed to. `cable`: the other end, where it is simulated.

    ValueError: it fetches its jobs itself, or has no name.
    """
    match connection.kind:
        case "tcp":
            return TcpAddress(connection.host or SIMULATED_HOST, connection.port, connection.reach)
        case "usb_file":
            return FileAddress(cable) if connection.usb is None else UsbFileAddress(usb_name(connection.usb))
        case "usb_bus":
            return UsbBusAddress(usb_name(connection.usb or ""))
        case "serial":
            line = cable if connection.line is None else Path(connection.line)
            return SerialAddress(line, connection.speed)
        case _:
            raise ValueError(f"nothing is pushed to a printer of kind {connection.kind}")
