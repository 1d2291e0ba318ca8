"""The screen's browser as a child of this program, spoken to over a pair of pipes that no one else can open.

Messages are JSON of Chromium's DevTools protocol, each ended by a zero byte (`--remote-debugging-pipe`).
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence

COMMANDS_FD, ANSWERS_FD = 3, 4
MOST_BYTES = 16_000_000


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
        while True:
            result = self._ask("Target.getTargets", {}, until).get("result")
            found = result.get("targetInfos", []) if isinstance(result, Mapping) else []
            pages = [each["targetId"] for each in found if each.get("type") == "page"]
            if pages:
                break
            time.sleep(0.1)
        target = {"targetId": pages[0], "flatten": True}
        result = self._ask("Target.attachToTarget", target, until).get("result")
        return str(result["sessionId"]) if isinstance(result, Mapping) else ""

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
