"""A screen's day at sixty times its pace, both ways up, while calls come: no task keeps the page from a call.

It begins two minutes before midnight: what marks today is made anew while calls come.

Real timers, each a task of its own (fast_clock.js). What is bounded is the processor time of each task of the
page's main thread, which other programs of the machine do not lengthen; only a soak bounds it.
"""

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.campaigns.whole_screen import SIZES, WATCH
from tests.harness.chromium import Pages
from tests.harness.counts import IS_LARGE, count, record_measurement
from tests.signage.contract_server import ContractServer

FAST_CLOCK = Path(__file__).with_name("fast_clock.js").read_text(encoding="utf-8")
PACE = 60
DAY_S = count(small=4, large=10 * 60)
"""Of real time: in a soak the ten hours in which a hall is open."""
PART_S = 60
"""Of real time that one trace holds."""
CALL_S, HELD_S, BEAT_S = 1.5, 0.5, 0.33
BEFORE_MIDNIGHT = timedelta(minutes=2)
LONGEST_TASK_MS = 50


class Calls:
    """Calls, their ends and heartbeats of a hall, in real time since `began`."""

    def __init__(self, hall: ContractServer) -> None:
        self.hall, self.began, self.number = hall, time.monotonic(), 0
        self.next_call_s, self.ends_s, self.next_beat_s = CALL_S, 0.0, BEAT_S
        now = datetime.now(ZoneInfo(hall.screen["time_zone"]))
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0)
        self.starts_s = (midnight - BEFORE_MIDNIGHT - now).total_seconds()
        hall.ahead_s = self.starts_s

    def send_what_is_due(self) -> None:
        """The server's clock follows the page's; a call comes every ninety seconds of it."""
        elapsed_s = time.monotonic() - self.began
        self.hall.ahead_s = self.starts_s + elapsed_s * (PACE - 1)
        if elapsed_s >= self.next_call_s:
            self.number += 1
            self.hall.announce(self.hall.call(f"A{self.number % 900 + 100}"))
            self.hall.send_board()
            self.next_call_s, self.ends_s = elapsed_s + CALL_S, elapsed_s + HELD_S
        if self.hall.calls and elapsed_s >= self.ends_s:
            self.hall.end(self.hall.calls[0]["number"])
            del self.hall.recent[6:]
            self.hall.send_board()
        if elapsed_s >= self.next_beat_s:
            self.hall.beat()
            self.next_beat_s = elapsed_s + BEAT_S


def tasks_ms(trace: Path) -> list[float]:
    """The processor time of each task of the pages' main threads in a trace."""
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    main = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    return [
        each.get("tdur", 0) / 1000
        for each in events
        if each["ph"] == "X" and "RunTask" in each["name"] and (each["pid"], each["tid"]) in main
    ]


def traced_part(browser: Browser, page: Page, calls: Calls, seconds: float, trace: Path) -> list[float]:
    """Plays a part of the day; the processor time of each task of it in milliseconds."""
    browser.start_tracing(path=trace, categories=["toplevel", "__metadata"])
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        calls.send_what_is_due()
        page.wait_for_timeout(20)
    browser.stop_tracing()
    return tasks_ms(trace)


@pytest.mark.timeout(count(small=120, large=1_800))
@pytest.mark.parametrize("size", list(SIZES)[: count(small=1, large=2)])
def test_no_task_of_a_screen_is_long_while_calls_come(
    hall: ContractServer, pages: Pages, browser: Browser, tmp_path: Path, size: str
):
    width, height = SIZES[size]
    calls, tasks, left_s = Calls(hall), [], float(DAY_S)
    page = pages.open(width=width, height=height)
    page.add_init_script(WATCH)
    page.add_init_script(FAST_CLOCK)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    while left_s > 0:
        tasks += traced_part(browser, page, calls, min(left_s, PART_S), tmp_path / "trace.json")
        left_s -= PART_S
    longest_ms = max(tasks)
    record_measurement(
        f"{DAY_S} minutes of a screen at {PACE} times its pace, {size}: tasks while calls come",
        calls=calls.number,
        tasks=len(tasks),
        over_50_ms=sum(each > LONGEST_TASK_MS for each in tasks),
        longest_ms=round(longest_ms),
        cut=len(page.evaluate("window.cut")),
    )
    assert page.evaluate("window.blanks") == []
    assert page.evaluate("window.broken") == []
    assert page.evaluate("window.cut") == []
    assert pages.troubles == []
    assert longest_ms <= LONGEST_TASK_MS or not IS_LARGE
