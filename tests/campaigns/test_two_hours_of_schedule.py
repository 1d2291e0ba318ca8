"""Two hours of a screen's programme at sixty times its pace, both ways up: memory and frames are kept.

The page's clock is Playwright's: a second passes in a sixtieth of one. Films and decoding keep their pace. It
lets all timers of a second run in one task, so a task that the browser counts is longer than one on a screen.
"""

import json
import time
from collections import Counter
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.campaigns.whole_screen import SIZES, WATCH
from tests.harness.chromium import Pages
from tests.harness.counts import IS_LARGE, count, record_measurement
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer

PACE = 60
BEAT_S, CALL_S, HELD_S = 20, 90, 30
FIRST_MIN, LAST_MIN = count(small=3, large=10), count(small=6, large=120)
"""The programme has been all round before the first."""
GROWTH, WITH_CODE, MORE_NODES = 0.10, (0.10 if IS_LARGE else 0.25), 200
"""Of what the page keeps; with what the engine compiles of what is run often; of nodes, by what is shown."""
OF_THE_TOOLS = {"blink::NetworkResourcesData::ResourceData"}
"""Each request as kept for who debugs the page: Playwright asks for it, no screen does."""


class Heap:
    """What the page keeps after a forced collection."""

    def __init__(self, page: Any) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("HeapProfiler.enable")

    def kept(self) -> dict[str, int]:
        """Bytes of all that is kept, of these without the engine's compiled code, and nodes of the page."""
        for _ in range(3):
            self.session.send("HeapProfiler.collectGarbage")
        sizes, nodes = self._sizes(), self._nodes()
        return {"bytes": sum(sizes.values()), "own": sum(sizes.values()) - sizes["code"], "nodes": nodes}

    def _nodes(self) -> int:
        """Collected memory is counted until it is swept, which the next collection ends."""
        told: list[int] = []
        while len(told) < 2 or told[-1] != told[-2]:
            self.session.send("HeapProfiler.collectGarbage")
            told.append(int(self.session.send("Memory.getDOMCounters")["nodes"]))
        return told[-1]

    def _sizes(self) -> Counter[str]:
        """Bytes by the kind of what a heap snapshot names."""
        parts: list[str] = []
        keep = lambda event: parts.append(event["chunk"])  # noqa: E731 (the very listener is taken off again)
        self.session.on("HeapProfiler.addHeapSnapshotChunk", keep)
        self.session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        self.session.remove_listener("HeapProfiler.addHeapSnapshotChunk", keep)
        found = json.loads("".join(parts))
        fields, kinds = found["snapshot"]["meta"]["node_fields"], found["snapshot"]["meta"]["node_types"][0]
        values, width = found["nodes"], len(fields)
        kind, name, size = (fields.index(each) for each in ("type", "name", "self_size"))
        sizes: Counter[str] = Counter()
        for at in range(0, len(values), width):
            if found["strings"][values[at + name]] not in OF_THE_TOOLS:
                sizes[kinds[values[at + kind]]] += values[at + size]
        return sizes


def is_time(instant: float) -> bool:
    return time.monotonic() >= instant


@pytest.mark.timeout(count(small=120, large=1_800))
@pytest.mark.parametrize("size", list(SIZES)[: count(small=1, large=2)])
def test_two_hours_of_schedule_keep_the_memory_of_the_tenth_minute(
    hall: ContractServer, pages: Pages, size: str
):
    width, height = SIZES[size]
    page = pages.open(width=width, height=height)
    page.add_init_script(WATCH)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    heap, kept, tasks = Heap(page), {}, []
    page.evaluate("tasks.length = 0")
    began, number = time.monotonic(), 0
    for second in range(1, LAST_MIN * 60 + 1):
        hall.ahead_s = second - (time.monotonic() - began)
        if second % CALL_S == 0:
            number += 1
            hall.announce(hall.call(f"A{number % 900 + 100}"))
            hall.send_board()
        if second % CALL_S == HELD_S and hall.calls:
            hall.end(hall.calls[0]["number"])
            del hall.recent[6:]
            hall.send_board()
        if second % BEAT_S == 0:
            hall.beat()
        page.clock.run_for(1_000)
        wait_until(partial(is_time, began + second / PACE), "the pace is kept")
        if second in (FIRST_MIN * 60, LAST_MIN * 60):
            tasks += page.evaluate("tasks")
            kept[second] = heap.kept()
            page.evaluate("tasks.length = 0")  # collecting is one, and so was loading
    first, last = kept.values()
    assert page.evaluate("window.blanks") == []
    assert page.evaluate("window.broken") == []
    assert page.evaluate("window.cut") == []
    assert {"IMG", "VIDEO", "A101"} <= set(page.evaluate("[...window.shown]"))
    assert pages.troubles == []
    record_measurement(
        f"{LAST_MIN} min of schedule at {PACE} times its pace, {size}: kB kept after collection",
        own=f"{first['own'] // 1024} → {last['own'] // 1024}",
        with_code=f"{first['bytes'] // 1024} → {last['bytes'] // 1024}",
        nodes=f"{first['nodes']} → {last['nodes']}",
        calls=number,
        tasks_over_50_ms=len(tasks),
        longest_ms=round(max(tasks, default=0)),
        real_s=round(time.monotonic() - began),
    )
    assert last["own"] <= first["own"] * (1 + GROWTH), kept
    assert last["bytes"] <= first["bytes"] * (1 + WITH_CODE), kept
    assert last["nodes"] <= first["nodes"] + MORE_NODES, kept
