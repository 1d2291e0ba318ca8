"""Simulated printers on USB: folders that look like `/sys` and `/dev/usb`, pseudo-terminals as files."""

import os
import shutil
from pathlib import Path

import pytest

from hardware.transports import usb
from hardware.transports.usb import UsbFilePrinter


class UsbPorts:
    """The USB ports of a machine. A file's number may change at each plugging in, as the kernel's do."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._sys, self._dev = folder / "sys", folder / "dev-usb"
        (self._sys / "class" / "usbmisc").mkdir(parents=True)
        self._dev.mkdir()
        monkeypatch.setattr(usb, "SYS", self._sys)
        monkeypatch.setattr(usb, "DEV", self._dev)

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
        return usb.printers_with_files()

    def file(self, lp: int) -> Path:
        """Where the file of a printer is."""
        return self._dev / f"lp{lp}"
