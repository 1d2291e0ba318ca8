"""When a panel is switched on and off, and what is reported of it. No clock and no panel in the rule itself.

Rule: docs/rules/panels.md. The screen's page decides (`data-asleep`): this program only follows it.
"""

from dataclasses import dataclass, replace

from hardware.player.panels import Panel

SETTLES_S = 60
"""Seconds the page must be asleep before its panel goes off; also how long a page may be silent first."""
LOOKS_AFTER_S = 20
"""Seconds a panel gets to follow a command before its state is read."""
LOOKS_EVERY_S = 60
AGAIN_ON_S = 60
"""Seconds after which a panel that should be on and is not is commanded again."""
AGAIN_OFF_S = 600
"""The same for one that should be off: somebody in front of it may have turned it on."""


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
