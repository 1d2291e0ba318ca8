"""What `parvis doctor` says of printers that fetch their jobs, and of printers that nobody has tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from server.commands.examination import Finding
from server.commands.say import day_and_time
from server.domain.hall.devices import Kiosk
from server.domain.printing.pulled.handovers import is_silent, is_too_slow
from server.printing.refused_secrets import FOLDER, last_refused_secret
from server.settings import Settings
from server.store.printing.printers import PulledPrinter

LATELY = timedelta(days=1)
UNTRIED = {
    "tcp": "ESC/POS (TCP)",
    "star_cloudprnt": "Star CloudPRNT",
    "epson_direct": "Epson Server Direct Print",
    "gateway": "ESC/POS (parvis-print-gateway)",
}
"""Kinds of printers that were tried on simulated printers only; the lines of those on USB and serial lines
say it themselves.
"""


@dataclass(frozen=True, slots=True)
class FetchingPrinter:
    """A printer (the id of its kiosk) that fetches its jobs; `known`: None, it never had a secret."""

    kiosk: str
    known: PulledPrinter | None

    def finding(self, now: datetime) -> Finding:
        """When it asked last, and what is wrong with that."""
        known, values = self.known, {"kiosk": self.kiosk}
        if known is None:
            return Finding("off", "doctor.fetching.no_secret", values)
        kind = "gateway" if known.kind == "gateway" else "fetching"
        if known.polled_at is None:
            return Finding("off", f"doctor.{kind}.never", values)
        interval = "–" if known.interval_s is None else known.interval_s
        shown = {**values, "at": day_and_time(known.polled_at), "interval": interval}
        if is_silent(known.polled_at, known.interval_s, now):
            return Finding("off", f"doctor.{kind}.silent", shown)
        if is_too_slow(known.interval_s):
            return Finding("off", "doctor.fetching.slow", shown)
        return Finding("right", "doctor.fetching", shown)

    def refused(self, folder: Path, now: datetime) -> Finding | None:
        """A wrong secret of it that was refused within a day, since it has its present one."""
        at = last_refused_secret(folder, self.kiosk)
        if at is None or self.known is None or at < self.known.renewed_at or now - at > LATELY:
            return None
        return Finding("off", "doctor.fetching.refused", {"kiosk": self.kiosk, "at": day_and_time(at)})


def fetching_found(
    settings: Settings, kiosks: Sequence[Kiosk], known: Sequence[PulledPrinter], now: datetime
) -> list[Finding]:
    """What is to be said of printers that fetch their jobs, among the printers of all kiosks."""
    by_printer = {each.printer: each for each in known}
    fetching = [
        FetchingPrinter(kiosk.id, by_printer.get(kiosk.id))
        for kiosk in kiosks
        if kiosk.printer is not None and kiosk.printer.is_pulled
    ]
    folder = settings.var / FOLDER
    refused = [found for each in fetching if (found := each.refused(folder, now)) is not None]
    https = [] if settings.is_https or not fetching else [Finding("off", "doctor.fetching.no_https")]
    return [*(each.finding(now) for each in fetching), *refused, *https]


def untried_found(kiosks: Sequence[Kiosk]) -> list[Finding]:
    """The kinds in use that no real printer was tried with."""
    printers = [kiosk.printer for kiosk in kiosks if kiosk.printer is not None]
    used = {printer.kind for printer in printers if not printer.is_simulated}
    names = [name for kind, name in UNTRIED.items() if kind in used]
    return [Finding("off", "doctor.printers.untried", {"kinds": ", ".join(names)})] if names else []
