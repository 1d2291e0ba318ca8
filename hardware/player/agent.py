"""Run the screen's browser, replace it when its page no longer answers, and keep its panel on or off.

`python3 -m hardware.player.agent CONFIGURATION`: a JSON file with `address` (of the page to begin at),
`browser` (the command), `loop_s` and `panel`. Rule: docs/rules/panels.md. The browser is a child of this
program, spoken to over a pair of pipes that no one else can open: JSON of Chromium's DevTools protocol, each
message ended by a zero byte (`--remote-debugging-pipe`).
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from hardware.player.panels import PanelKeeper, panel_of

COMMANDS_FD, ANSWERS_FD = 3, 4
MOST_BYTES = 16_000_000
STEP_S = 1.0
LOOP_S = 20.0
"""Seconds without an answer of the page after which the browser is replaced."""
STARTS_S = 60.0
"""The same for a browser that has just started."""
_ASK = (
    "(() => {{ document.documentElement.dataset.panel = {report};"
    ' return document.body?.dataset.asleep ?? "no"; }})()'
)


def _pipe() -> tuple[int, int]:
    """A pipe whose two ends have other numbers than those that the browser gets."""
    ends = os.pipe()
    reading, writing = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, ANSWERS_FD + 1) for end in ends)
    for end in ends:
        os.close(end)
    return reading, writing


class Browser:
    """A running browser with one page."""

    def __init__(self, command: Sequence[str], address: str) -> None:
        out_of_here, self._to = _pipe()
        self._from, into_here = _pipe()
        line = [*command, "--remote-debugging-pipe", address]
        dup2 = os.POSIX_SPAWN_DUP2
        given = [(dup2, out_of_here, COMMANDS_FD), (dup2, into_here, ANSWERS_FD)]
        self._program = os.posix_spawnp(line[0], line, os.environ, file_actions=given, setsid=True)
        os.close(out_of_here)
        os.close(into_here)
        os.set_blocking(self._from, False)
        self._pending, self._last, self._session, self._is_running = b"", 0, "", True
        self._target = ""

    @property
    def is_running(self) -> bool:
        """Whether the browser’s first process lives."""
        if self._is_running:
            self._is_running = os.waitpid(self._program, os.WNOHANG)[0] == 0
        return self._is_running

    def evaluate(self, expression: str, within_s: float) -> object:
        """The value of an expression in the page; raises TimeoutError when the page does not answer."""
        until = time.monotonic() + within_s
        if not self._session:
            self._session = self._attach(until)
        parameters = {"expression": expression, "returnByValue": True}
        answer = self._ask("Runtime.evaluate", parameters, until, self._session)
        self._close_others(until)
        if "error" in answer:
            self._session = ""  # another page took its place: found again next time
            return None
        result = answer.get("result")
        value = result.get("result") if isinstance(result, Mapping) else None
        return value.get("value") if isinstance(value, Mapping) else None

    def end(self) -> None:
        """Ends the browser and everything it started: a page in a loop would not end by itself."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._program, signal.SIGKILL)
        if self._is_running:
            os.waitpid(self._program, 0)
            self._is_running = False
        os.close(self._to)
        os.close(self._from)

    def _attach(self, until: float) -> str:
        while not (pages := self._pages(until)):
            time.sleep(0.1)
        self._target = pages[0]
        target = {"targetId": self._target, "flatten": True}
        result = self._ask("Target.attachToTarget", target, until).get("result")
        return str(result["sessionId"]) if isinstance(result, Mapping) else ""

    def _pages(self, until: float) -> list[str]:
        """The open pages of the browser (ids), in tabs and windows."""
        result = self._ask("Target.getTargets", {}, until).get("result")
        found = result.get("targetInfos", []) if isinstance(result, Mapping) else []
        return [str(each["targetId"]) for each in found if each.get("type") == "page"]

    def _close_others(self, until: float) -> None:
        """Closes what a keyboard opened over the page: another tab, another window."""
        for page in self._pages(until):
            if page != self._target:
                self._ask("Target.closeTarget", {"targetId": page}, until)

    def _ask(
        self, method: str, parameters: Mapping[str, object], until: float, session: str = ""
    ) -> Mapping[str, object]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        text = json.dumps({**message, "sessionId": session} if session else message)
        try:
            os.write(self._to, text.encode() + b"\0")
        except OSError as gone:
            raise TimeoutError(method) from gone
        while True:
            answer = self._next_message(until)
            if answer.get("id") == self._last:
                return answer

    def _next_message(self, until: float) -> Mapping[str, object]:
        while b"\0" not in self._pending:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                raise TimeoutError("no answer")
            read = os.read(self._from, 65_536)
            if not read or len(self._pending) > MOST_BYTES:
                raise TimeoutError("the browser ended")
            self._pending += read
        text, _, self._pending = self._pending.partition(b"\0")
        message = json.loads(text)
        return message if isinstance(message, dict) else {}


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
