"""A simulated printer that speaks Star CloudPRNT: it asks a server for its jobs over HTTP.

Source: Star, CloudPRNT protocol guide 2.4.0. `step` is one poll and what follows from it; `start` polls by
itself.
"""

import base64
import io
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlencode

from PIL import Image

from hardware.simulator.faulty_printer import Exchange, HttpAnswer, SimulatedPulledPrinter

MEDIA_TYPE = "image/png"
_MOST_STEPS_AT_ONCE = 4
"""A printer polls again at once after an action or a job; no more often than that without a pause."""


class StarFault(StrEnum):
    """What can go wrong with a printer that asks for its jobs."""

    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    JAM = "jam"
    OFFLINE = "offline"
    """It asks for nothing."""
    NOT_TAKEN = "not_taken"
    """Each paper stays in the outlet until the fault is cleared."""
    STOPS_IN_MID_TICKET = "stops_in_mid_ticket"
    """The paper runs out while it prints: it keeps the rest and confirms it when the fault is cleared."""
    DOWNLOAD_FAILS = "download_fails"
    DIES_AFTER_BYTES = "dies_after_bytes"
    """It fetches a job and says no more about it."""


_CODES = {
    StarFault.COVER_OPEN: "420 Cover open",
    StarFault.JAM: "411 Paper jam",
    StarFault.PAPER_OUT: "410 Paper out",
    StarFault.STOPS_IN_MID_TICKET: "410 Paper out",
    StarFault.NOT_TAKEN: "221 Paper present",
    StarFault.NEAR_END: "211 Paper low",
}
_STOPPED = frozenset({StarFault.COVER_OPEN, StarFault.PAPER_OUT, StarFault.JAM})


class SimulatedStarPrinter(SimulatedPulledPrinter[StarFault]):
    """A printer set up with the address of its server, its user and its password.

    `width_dots`: it prints nothing wider, and says 511 to it.
    """

    fault_kind = StarFault

    def __init__(
        self,
        address: str,
        user: str,
        password: str,
        exchange: Exchange,
        *,
        width_dots: int = 576,
        interval_s: float = 5.0,
        mac: str = "00:11:62:00:00:01",
    ) -> None:
        super().__init__(address, exchange, width_dots=width_dots, interval_s=interval_s)
        self.mac = mac
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}", "X-Star-Mac": mac}
        self._kept: tuple[str, bytes] | None = None
        """A job that it stopped in the middle of: its token and picture."""
        self._results: list[dict[str, str]] = []
        self._has_paper_in_outlet = False

    def clear_fault(self, fault: StarFault) -> None:
        """Turn a fault off: a stopped printer prints the rest of its job, a paper in the outlet is taken."""
        with self._lock:
            super().clear_fault(fault)
            if fault is StarFault.NOT_TAKEN:
                self._has_paper_in_outlet = False

    def poll(self) -> None:
        """One turn: a poll, and further ones at once as long as each led to something."""
        for _ in range(_MOST_STEPS_AT_ONCE):
            if not self.step():
                return

    def step(self) -> bool:
        """One poll and what follows from it; whether the printer polls again at once."""
        with self._lock:
            if StarFault.OFFLINE in self._faults:
                return False
            try:
                return self._step()
            except OSError:
                self.last_status = None
                return False

    def _step(self) -> bool:
        if self._kept is not None and StarFault.STOPS_IN_MID_TICKET not in self._faults:
            (token, picture), self._kept = self._kept, None
            self._print(picture)
            self.confirm(token, self._code())
        answer = self._send("POST", self.address, json.dumps(self._status()).encode())
        if answer.status != 200:
            return False
        answered = json.loads(answer.body)
        self._results = [
            result
            for action in answered.get("clientAction") or ()
            if (result := self._acted(action)) is not None
        ]
        if not answered.get("jobReady") or _STOPPED & self._faults:
            return bool(self._results)
        self._fetch(answered)
        return True

    def _status(self) -> dict[str, Any]:
        results, self._results = self._results, []
        return {
            "status": "23 6 0 0 0 0 0 0 0 ",
            "printerMAC": self.mac,
            "uniqueID": None,
            "statusCode": quote(self._code()),
            "jobToken": None if self._kept is None else self._kept[0],
            "printingInProgress": self._kept is not None,
            "clientAction": results or None,
        }

    def _code(self) -> str:
        faults = set(self._faults)
        if not self._has_paper_in_outlet:
            faults.discard(StarFault.NOT_TAKEN)
        if self._kept is None:
            faults.discard(StarFault.STOPS_IN_MID_TICKET)
        return next((code for fault, code in _CODES.items() if fault in faults), "200 OK")

    def _acted(self, action: Mapping[str, str]) -> dict[str, str] | None:
        results = {"GetPollInterval": f"{self.interval_s:.0f}", "ClientType": "Parvis simulated printer"}
        request = action.get("request", "")
        return {"request": request, "result": results[request]} if request in results else None

    def _fetch(self, offer: Mapping[str, Any]) -> None:
        token = offer.get("jobToken") or ""
        if MEDIA_TYPE not in offer.get("mediaTypes", ()):
            self.confirm(token, "510 Media type", method=offer.get("deleteMethod"))
            return
        answer = self.get(token)
        if StarFault.DIES_AFTER_BYTES in self._faults or answer.status != 200:
            return
        if StarFault.DOWNLOAD_FAILS in self._faults:
            self.confirm(token, "520 Download failed", method=offer.get("deleteMethod"))
        elif not self._is_printable(answer.body):
            self.confirm(token, "511 Decoding failed", method=offer.get("deleteMethod"))
        elif StarFault.STOPS_IN_MID_TICKET in self._faults:
            self._kept = token, answer.body
            self.confirm(token, self._code(), method=offer.get("deleteMethod"))
        else:
            self._print(answer.body)
            self.confirm(token, self._code(), method=offer.get("deleteMethod"))

    def get(self, token: str, media_type: str = MEDIA_TYPE) -> HttpAnswer:
        """Fetch a job."""
        query = {"uid": "", "mac": self.mac, "type": media_type, "token": token, "mono_len": "8000"}
        return self._send("GET", f"{self.address}?{urlencode(query)}")

    def confirm(self, token: str, code: str, *, method: str | None = "DELETE") -> HttpAnswer:
        """Say what became of a job; `method` GET: for servers that get no other."""
        query = urlencode({"uid": "", "mac": self.mac, "code": code, "token": token})
        if method == "GET":
            return self._send("GET", f"{self.address}?{query}&delete")
        return self._send("DELETE", f"{self.address}?{query}")

    def _send(self, method: str, address: str, body: bytes = b"") -> HttpAnswer:
        headers = self._headers | ({"Content-Type": "application/json"} if method == "POST" else {})
        answer = self._exchange(method, address, headers, body)
        self.last_status = answer.status
        return answer

    def _is_printable(self, picture: bytes) -> bool:
        try:
            with Image.open(io.BytesIO(picture), formats=("PNG",)) as opened:
                opened.load()
                return opened.width <= self.width_dots
        except (OSError, SyntaxError, ValueError):
            return False

    def _print(self, picture: bytes) -> None:
        self._has_paper_in_outlet = StarFault.NOT_TAKEN in self._faults
        self._keep_ticket(picture)
