"""Run the screen's browser, replace it when its page no longer answers, and keep its panel on or off.

`python3 -m hardware.player.agent CONFIGURATION`: a JSON file with `address` (of the page to begin at),
`browser` (the command), `loop_s` and `panel`. Rule: docs/rules/panels.md.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from hardware.player.browser import Browser
from hardware.player.panel_keeper import PanelKeeper
from hardware.player.panels import panel_of

STEP_S = 1.0
LOOP_S = 20.0
"""Seconds without an answer of the page after which the browser is replaced."""
STARTS_S = 60.0
"""The same for a browser that has just started."""
_ASK = (
    "(() => {{ document.documentElement.dataset.panel = {report};"
    ' return document.body?.dataset.asleep ?? "no"; }})()'
)


class StoppedBySignal(Exception):
    """Somebody ends this program."""


class Agent:
    """The browser of a screen and its panel."""

    def __init__(self, configuration: Mapping[str, object]) -> None:
        command = configuration["browser"]
        panel = configuration.get("panel", {})
        if not isinstance(command, list) or not isinstance(panel, dict):
            raise TypeError("browser, panel")
        self._command = [str(each) for each in command]
        self._address = str(configuration["address"])
        self._loop_s = float(str(configuration.get("loop_s", LOOP_S)))
        found = panel_of(panel)
        self._keeper = PanelKeeper(found) if found is not None else None
        self._browser: Browser | None = None
        self._answered_at = 0.0

    def step(self) -> None:
        """Asks the page once whether it is asleep, and does what follows from its answer or its silence."""
        if self._browser is None:
            self._start()
        is_asleep = self.ask()
        if self._keeper is not None:
            self._keeper.step(is_asleep, time.monotonic())
        notify("WATCHDOG=1")

    def close(self) -> None:
        """Ends the browser, and lights the panel: nothing would wake it for an alert."""
        if self._keeper is not None:
            self._keeper.light()
        if self._browser is not None:
            self._browser.end()
            self._browser = None

    def _start(self) -> None:
        log(f"starts the browser at {self._address}")
        self._browser = Browser(self._command, self._address)
        self._answered_at = time.monotonic() + STARTS_S - self._loop_s

    def ask(self) -> bool | None:
        """Whether the page is asleep; None while the page does not answer. Ends a browser that loops."""
        browser = self._browser
        if browser is None:
            return None
        report = "" if self._keeper is None else json.dumps(self._keeper.report())
        try:
            value = browser.evaluate(_ASK.format(report=json.dumps(report)), within_s=min(5.0, self._loop_s))
        except TimeoutError:
            silent_s = time.monotonic() - self._answered_at
            if silent_s < self._loop_s and browser.is_running:
                return None
            log(f"the page has not answered for {silent_s:.0f} s: the browser is replaced")
            browser.end()
            self._browser = None
            return None
        self._answered_at = time.monotonic()
        return value == "yes" if isinstance(value, str) else None


def notify(text: str) -> None:
    """Tells systemd, where it started this program, that it is ready or alive."""
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect(f"\0{place[1:]}" if place.startswith("@") else place)
        line.send(text.encode())


def log(text: str) -> None:
    """Writes one line to the journal of the computer."""
    sys.stderr.write(f"parvis-player: {text}\n")
    sys.stderr.flush()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise StoppedBySignal


def main(place: str) -> None:
    """Runs until it is ended."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    agent = Agent(json.loads(Path(place).read_text("utf-8")))
    notify("READY=1")
    try:
        while True:
            began = time.monotonic()
            agent.step()
            time.sleep(max(0.0, STEP_S - (time.monotonic() - began)))
    except StoppedBySignal:
        log("ends")
    finally:
        agent.close()


if __name__ == "__main__":
    main(sys.argv[1])
