"""Three ways to switch a panel on and off and to read whether it is on; and when that is done.

CEC, the display's signal, RS-232. The screen's page decides (`data-asleep`): this program only follows it. No
clock and no panel in the rule itself. Rule: docs/rules/panels.md. None was tried on a real panel; stand-ins
record the commands in the tests.
"""

import json
import os
import select
import subprocess
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

COMMAND_S = 8.0
"""Seconds a program may take that talks to the panel."""
ANSWER_S = 1.5
"""Seconds a panel may take to answer over a serial line."""
MAKERS = Path(__file__).with_name("panel_commands.json")
FIELDS = ("on", "off", "read", "answers_on", "answers_off")
SETTLES_S = 60
"""Seconds the page must be asleep before its panel goes off; also how long a page may be silent first."""
LOOKS_AFTER_S = 20
"""Seconds a panel gets to follow a command before its state is read."""
LOOKS_EVERY_S = 60
AGAIN_ON_S = 60
"""Seconds after which a panel that should be on and is not is commanded again."""
AGAIN_OFF_S = 600
"""The same for one that should be off: somebody in front of it may have turned it on."""


class WrongPanel(ValueError):
    """The configuration describes no panel; the text says what is wrong."""


class Panel(Protocol):
    """A panel: `method` as reported to the server; `switch` commands it; `read` asks for its state."""

    method: str

    def switch(self, *, on: bool) -> None:
        """Commands the panel. A command that cannot be given leaves no trace but the state that is read."""

    def read(self) -> bool | None:
        """Whether the panel is on; None when it does not answer."""


def run(*command: str) -> str | None:
    """The output of a program; None when it is missing, fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


class CecPanel:
    """A panel on HDMI-CEC, commanded by `cec-ctl` of Debian's v4l-utils at logical address 0."""

    method = "cec"

    def __init__(self, adapter: str) -> None:
        self._adapter = adapter

    def _say(self, *options: str) -> str | None:
        return run("cec-ctl", "--device", self._adapter, *options)

    def switch(self, *, on: bool) -> None:
        """Wakes the panel or sends it to standby."""
        self._say("--playback")
        self._say("--to", "0", "--image-view-on" if on else "--standby")

    def read(self) -> bool | None:
        """Whether the panel says that it is on, or on its way there."""
        answer = self._say("--to", "0", "--give-device-power-status") or ""
        states = [line.split(":", 1)[1].split() for line in answer.splitlines() if "pwr-state:" in line]
        if not states or not states[-1]:
            return None
        return {"on": True, "to-on": True, "standby": False, "to-standby": False}.get(states[-1][0])


class SignalPanel:
    """A panel that follows its picture signal, which `wlr-randr` turns off and on in the compositor.

    The state comes from the compositor: the panel itself gives no answer.
    """

    method = "signal"

    def __init__(self, output: str) -> None:
        self._output = output

    def switch(self, *, on: bool) -> None:
        """Turns the signal on or off."""
        run("wlr-randr", "--output", self._output, "--on" if on else "--off")

    def read(self) -> bool | None:
        """Whether the compositor gives a signal to the output; None when it knows no such output."""
        try:
            outputs = json.loads(run("wlr-randr", "--json") or "[]")
            return next((bool(each["enabled"]) for each in outputs if each["name"] == self._output), None)
        except (ValueError, TypeError, KeyError):
            return None


class SerialPanel:
    """A panel on an RS-232 line, 8 bits, no parity, one stop bit; its bytes are a row of the table."""

    method = "rs232"

    def __init__(self, line: str, number: int, row: Mapping[str, object]) -> None:
        self._line = line
        self._speed = getattr(termios, f"B{row.get('speed', 9600)}", None)
        if self._speed is None:
            raise WrongPanel(f"speed: {row.get('speed')}")
        self._bytes = {name: bytes_of(str(row.get(name, "")), number) for name in FIELDS}

    def switch(self, *, on: bool) -> None:
        """Sends the command, and takes its answer off the line."""
        self._exchange(self._bytes["on" if on else "off"])

    def read(self) -> bool | None:
        """Whether the panel answers that it is on; None for no answer, or another one."""
        answer = self._exchange(self._bytes["read"])
        if self._bytes["answers_on"] in answer:
            return True
        return False if self._bytes["answers_off"] in answer else None

    def _exchange(self, sent: bytes) -> bytes:
        try:
            line = os.open(self._line, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return b""
        try:
            self._set_up(line)
            os.write(line, sent)
            return self._answer(line)
        except (OSError, termios.error):
            return b""
        finally:
            os.close(line)

    def _set_up(self, line: int) -> None:
        speed = self._speed
        control = termios.CS8 | termios.CLOCAL | termios.CREAD
        special = termios.tcgetattr(line)[6]
        termios.tcsetattr(line, termios.TCSANOW, [0, 0, control, 0, speed, speed, special])
        termios.tcflush(line, termios.TCIFLUSH)

    def _answer(self, line: int) -> bytes:
        """The bytes until the answer is complete or its time is over."""
        answer, until = b"", time.monotonic() + ANSWER_S
        while (left := until - time.monotonic()) > 0:
            if self._bytes["answers_on"] in answer or self._bytes["answers_off"] in answer:
                break
            if select.select([line], [], [], left)[0]:
                answer += os.read(line, 256)
        return answer


def bytes_of(text: str, number: int) -> bytes:
    """The bytes of a row's field for the panel with this number.

    Pairs of hexadecimal digits; `ID` is the number as one byte, `ID2` as two letters of hexadecimal digits,
    `SUM` the sum of all bytes before it but the first, modulo 256. Raises WrongPanel for anything else.
    """
    found = b""
    for word in text.split():
        if word == "ID":
            found += bytes([number])
        elif word == "ID2":
            found += f"{number:02X}".encode()
        elif word == "SUM":
            found += bytes([sum(found[1:]) % 256])
        else:
            try:
                found += bytes.fromhex(word)
            except ValueError as wrong:
                raise WrongPanel(f"bytes: {word}") from wrong
    if not found:
        raise WrongPanel("bytes: none")
    return found


def panel_of(configured: Mapping[str, object]) -> Panel | None:
    """The panel that a computer's configuration describes; None for `none`. Raises WrongPanel."""
    method = configured.get("method", "none")
    if method == "cec":
        return CecPanel(str(configured.get("adapter", "/dev/cec0")))
    if method == "signal":
        return SignalPanel(str(configured.get("output", "HDMI-A-1")))
    if method == "rs232":
        number = configured.get("number", 1)
        if not isinstance(number, int) or not 1 <= number <= 254:
            raise WrongPanel(f"number: {number}")
        return SerialPanel(str(configured.get("line", "/dev/ttyS0")), number, _row(configured))
    if method == "none":
        return None
    raise WrongPanel(f"method: {method}")


def _row(configured: Mapping[str, object]) -> Mapping[str, object]:
    """The row of the maker; `custom`: the row that the configuration itself holds."""
    maker = configured.get("maker")
    row = configured.get("custom") if maker == "custom" else json.loads(MAKERS.read_text("utf-8")).get(maker)
    if not isinstance(row, Mapping):
        raise WrongPanel(f"maker: {maker}")
    return row


@dataclass(frozen=True, slots=True)
class PanelPlan:
    """What was commanded and read; times in seconds of one clock that only goes forward.

    `asleep_since`, `silent_since`: since when the page is asleep, or says nothing; None while it is awake.
    `answered`: what the panel last said, None for no answer or not read since the command.
    `is_read`: whether it was read since the command.
    """

    is_on: bool = True
    commanded_at: float = float("-inf")
    read_at: float = float("-inf")
    asleep_since: float | None = None
    silent_since: float | None = None
    answered: bool | None = None
    is_read: bool = False


def with_page(plan: PanelPlan, is_asleep: bool | None, now: float) -> PanelPlan:
    """The plan after the page said whether it is asleep; None when it says nothing at all."""
    if is_asleep is None:
        since = now if plan.silent_since is None else plan.silent_since
        return replace(plan, silent_since=since)
    if not is_asleep:
        return replace(plan, asleep_since=None, silent_since=None)
    since = now if plan.asleep_since is None else plan.asleep_since
    return replace(plan, asleep_since=since, silent_since=None)


def should_be_on(plan: PanelPlan, now: float) -> bool:
    """Whether the panel should be on: at once when the page wakes, off after a minute of sleep.

    A page that says nothing changes nothing for a minute; then the panel is on.
    """
    if plan.silent_since is not None:
        return True if now - plan.silent_since >= SETTLES_S else plan.is_on
    if plan.asleep_since is None:
        return True
    return plan.is_on and now - plan.asleep_since < SETTLES_S


def must_command(plan: PanelPlan, now: float) -> bool:
    """Whether to command now: for the first time, another state, or again where the panel did not follow."""
    if plan.commanded_at == float("-inf") or should_be_on(plan, now) != plan.is_on:
        return True
    again_s = AGAIN_ON_S if plan.is_on else AGAIN_OFF_S
    return plan.is_read and plan.answered is not plan.is_on and now - plan.commanded_at >= again_s


def must_read(plan: PanelPlan, now: float) -> bool:
    """Whether to read the panel's state now."""
    if not plan.is_read:
        return now - plan.commanded_at >= LOOKS_AFTER_S
    return now - plan.read_at >= LOOKS_EVERY_S


class PanelKeeper:
    """Keeps a panel as its page wants it. `step` is called about once a second."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._plan = PanelPlan()

    def step(self, is_asleep: bool | None, now: float) -> None:
        """Takes what the page says at a time in seconds; commands and reads the panel where it is due."""
        plan = with_page(self._plan, is_asleep, now)
        if must_command(plan, now):
            on = should_be_on(plan, now)
            is_same = plan.is_on == on
            self._panel.switch(on=on)
            answered, is_read = (plan.answered, plan.is_read) if is_same else (None, False)
            plan = replace(plan, is_on=on, commanded_at=now, answered=answered, is_read=is_read, read_at=now)
        elif must_read(plan, now):
            plan = replace(plan, answered=self._panel.read(), is_read=True, read_at=now)
        self._plan = plan

    def light(self) -> None:
        """Switches the panel on: nothing watches it any longer."""
        self._panel.switch(on=True)

    def report(self) -> dict[str, str]:
        """What is reported: the way, the state commanded, the state answered (`waiting`, `silent`)."""
        plan = self._plan
        answered = "waiting" if not plan.is_read else "silent"
        if plan.is_read and plan.answered is not None:
            answered = "on" if plan.answered else "off"
        commanded = "on" if plan.is_on else "off"
        return {"method": self._panel.method, "commanded": commanded, "answered": answered}
