"""A bus of our own for pyusb: printers with the descriptors of a real one, whose bytes go over a cable."""

import array
import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import usb.backend
import usb.core

from hardware.simulator.printer import SimulatedPrinter
from hardware.transports.usb import usb_name
from hardware.transports.usb_bus import UsbBusAddress
from tests.hardware.usb import UsbPorts

OUT, IN, BULK, INTERRUPT = 0x01, 0x82, 0x02, 0x03
PACKET = 64
NAME = usb_name("04b8:0e15:J2XE000001")


@dataclass
class BusDevice:
    """A device of the bus; `takes`: bytes it takes in one transfer, 0: it is busy."""

    bus: int
    address: int
    cable: Path
    endpoints: tuple[tuple[int, int], ...] = ((OUT, BULK), (IN, BULK))
    takes: int = 512
    is_configured: bool = True
    open: list[int] = field(default_factory=list)
    claimed: list[int] = field(default_factory=list)


class OwnBus(usb.backend.IBackend):  # type: ignore[misc]
    """What libusb would be. Errors are those of libusb on Linux."""

    def __init__(self) -> None:
        self.devices: list[BusDevice] = []

    def enumerate_devices(self) -> Any:
        return iter(self.devices)

    def get_parent(self, dev: BusDevice) -> None:
        return None

    def get_device_descriptor(self, dev: BusDevice) -> Any:
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "bDeviceSubClass", "bDeviceProtocol"), 0),
            **dict.fromkeys(("iManufacturer", "iProduct", "iSerialNumber", "bDeviceClass", "bcdDevice"), 0),
            bcdUSB=0x200,
            bMaxPacketSize0=PACKET,
            idVendor=0x04B8,
            idProduct=0x0E15,
            bNumConfigurations=1,
            address=dev.address,
            bus=dev.bus,
            port_number=1,
            port_numbers=(1,),
            speed=2,
        )

    def get_configuration_descriptor(self, dev: BusDevice, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "wTotalLength", "iConfiguration"), 0),
            bNumInterfaces=1,
            bConfigurationValue=1,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: BusDevice, intf: int, alt: int, config: int) -> Any:
        if intf or alt:
            raise IndexError
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "bInterfaceNumber", "bAlternateSetting"), 0),
            bNumEndpoints=len(dev.endpoints),
            bInterfaceClass=7,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(self, dev: BusDevice, ep: int, intf: int, alt: int, config: int) -> Any:
        address, kind = dev.endpoints[ep]
        return SimpleNamespace(
            **dict.fromkeys(("bLength", "bDescriptorType", "bInterval", "bRefresh", "bSynchAddress"), 0),
            bEndpointAddress=address,
            bmAttributes=kind,
            wMaxPacketSize=PACKET,
            extra_descriptors=[],
        )

    def open_device(self, dev: BusDevice) -> BusDevice:
        dev.open.append(os.open(dev.cable, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY))
        return dev

    def close_device(self, dev_handle: BusDevice) -> None:
        os.close(dev_handle.open.pop())

    def get_configuration(self, dev_handle: BusDevice) -> int:
        return 1 if dev_handle.is_configured else 0

    def set_configuration(self, dev_handle: BusDevice, config_value: int) -> None:
        dev_handle.is_configured = True

    def claim_interface(self, dev_handle: BusDevice, intf: int) -> None:
        if intf in dev_handle.claimed:
            raise usb.core.USBError("Resource busy", errno=errno.EBUSY)
        dev_handle.claimed.append(intf)

    def release_interface(self, dev_handle: BusDevice, intf: int) -> None:
        dev_handle.claimed.remove(intf)

    def bulk_write(self, dev_handle: BusDevice, ep: int, intf: int, data: Any, timeout: int) -> int:
        assert ep == OUT
        if not dev_handle.takes:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT)
        return self._moved(dev_handle, lambda fd: os.write(fd, bytes(data)[: dev_handle.takes]))

    def bulk_read(self, dev_handle: BusDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        assert ep == IN

        def read(fd: int) -> int:
            received = os.read(fd, len(buff))
            if not received:
                raise OSError(errno.EIO, "hung up")
            buff[: len(received)] = array.array("B", received)
            return len(received)

        return self._moved(dev_handle, read)

    def _moved(self, handle: BusDevice, move: Any) -> int:
        try:
            return int(move(handle.open[-1]))
        except BlockingIOError:
            raise usb.core.USBTimeoutError("Operation timed out", errno=errno.ETIMEDOUT) from None
        except OSError as error:
            raise usb.core.USBError("No such device", errno=errno.ENODEV) from error


class Bus:
    """A machine with one printer on the bus, and no driver for it."""

    def __init__(self, printer: SimulatedPrinter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert printer.cable is not None
        self.printer = printer
        self.ports = UsbPorts(folder, monkeypatch)
        self.ports.plug_without_file(bus=1, address=7, serial="J2XE000001")
        self.device = BusDevice(1, 7, printer.cable)
        self.backend = OwnBus()
        self.backend.devices.append(self.device)
        self.address = UsbBusAddress(NAME, self.backend)
