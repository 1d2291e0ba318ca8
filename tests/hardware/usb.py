"""Simulated printers on USB: folders that look like `/sys` and `/dev/usb`, pseudo-terminals as files."""

import array
import errno
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import usb.backend
import usb.core

from hardware.simulator.printer import SimulatedPrinter
from hardware.transports import usb as transport
from hardware.transports.usb import UsbBusAddress, UsbFilePrinter, usb_name

OUT, IN, BULK, INTERRUPT = 0x01, 0x82, 0x02, 0x03
PACKET = 64
NAME = usb_name("04b8:0e15:J2XE000001")


class UsbPorts:
    """The USB ports of a machine. A file's number may change at each plugging in, as the kernel's do."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sys, self._dev = folder / "sys", folder / "dev-usb"
        (self._sys / "class" / "usbmisc").mkdir(parents=True)
        self._dev.mkdir()
        monkeypatch.setattr(transport, "SYS", self._sys)
        monkeypatch.setattr(transport, "DEV", self._dev)

    def plug(self, cable: Path, lp: int, *, serial: str = "", port: str = "1-1") -> None:
        """Plugs a printer in; its file is `lp<number>`."""
        device = self._sys / "devices" / "usb1" / port
        entry = device / f"{port}:1.0" / "usbmisc" / f"lp{lp}"
        entry.mkdir(parents=True)
        described = {
            "idVendor": "04B8",
            "idProduct": "0e15",
            "manufacturer": "EPSON ",
            "product": "TM-T20III",
        }
        if serial:
            described["serial"] = serial
        for name, text in described.items():
            (device / name).write_text(f"{text}\n")
        number = cable.stat().st_rdev
        (entry / "dev").write_text(f"{os.major(number)}:{os.minor(number)}\n")
        (entry / "device").symlink_to(Path("..") / "..")
        (self._sys / "class" / "usbmisc" / f"lp{lp}").symlink_to(entry)
        (self._dev / f"lp{lp}").symlink_to(cable.resolve())

    def unplug(self, lp: int) -> None:
        """Takes a printer's cable out."""
        (self._sys / "class" / "usbmisc" / f"lp{lp}").unlink()
        (self._dev / f"lp{lp}").unlink()
        for device in (self._sys / "devices" / "usb1").iterdir():
            if (device / f"{device.name}:1.0" / "usbmisc" / f"lp{lp}").exists():
                device.rename(self._sys / f"gone-{device.name}-{len(list(self._sys.iterdir()))}")

    def plug_without_file(self, *, bus: int, address: int, serial: str, driver: str = "") -> None:
        """Plugs a printer in at `1-1` that has no file; `driver`: what of the kernel has it."""
        device = self._sys / "devices" / "usb1" / "1-1"
        interface = device / "1-1:1.0"
        interface.mkdir(parents=True)
        described = {"idVendor": "04b8", "idProduct": "0e15", "manufacturer": "EPSON", "product": "TM-T20III"}
        described |= {"serial": serial, "busnum": str(bus), "devnum": str(address)}
        for name, text in described.items():
            (device / name).write_text(f"{text}\n")
        for name, text in {"bInterfaceClass": "07", "bInterfaceNumber": "00"}.items():
            (interface / name).write_text(f"{text}\n")
        if driver:
            (self._sys / "drivers" / driver).mkdir(parents=True, exist_ok=True)
            (interface / "driver").symlink_to(self._sys / "drivers" / driver)
        listed = self._sys / "bus" / "usb" / "devices"
        listed.mkdir(parents=True, exist_ok=True)
        (listed / "1-1:1.0").symlink_to(interface)

    def unplug_from_bus(self) -> None:
        """Takes the cable of that printer out."""
        (self._sys / "bus" / "usb" / "devices" / "1-1:1.0").unlink()
        shutil.rmtree(self._sys / "devices" / "usb1" / "1-1")

    def found(self) -> list[UsbFilePrinter]:
        """The printers that are plugged in."""
        return transport.printers_with_files()

    def file(self, lp: int) -> Path:
        """Where the file of a printer is."""
        return self._dev / f"lp{lp}"


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
