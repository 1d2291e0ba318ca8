"""How much of a behaviour one run tries: small counts every time, large ones in a soak."""

import json
import os
import time
from pathlib import Path

from tests.harness.programs import PROJECT

IS_LARGE = os.environ.get("PARVIS_TEST_COUNTS", "small") == "large"


def count(*, small: int, large: int) -> int:
    """The number of repetitions this run makes."""
    return large if IS_LARGE else small


HEAD = """# Campaigns, {day}

What `make soak` found, oldest first. Figures of other days and machines are not comparable.

| on | what | result |
|---|---|---|"""


def record_measurement(what: str, **figures: float | int | str) -> None:
    """Keeps a result in var/measured.jsonl; a soak also adds a line to the day’s report in docs/measured."""
    line = {
        "on": time.strftime("%Y-%m-%d"),
        "what": what,
        "counts": "large" if IS_LARGE else "small",
        **figures,
    }
    _append(PROJECT / "var" / "measured.jsonl", json.dumps(line, ensure_ascii=False))
    if IS_LARGE:
        shown = ", ".join(f"{name} {value}" for name, value in figures.items())
        report = PROJECT / "docs" / "measured" / f"{line['on']}-campaigns.md"
        _append(report, f"| {line['on']} | {what} | {shown} |", head=HEAD.format(day=line["on"]))


def _append(place: Path, line: str, head: str = "") -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if head and not place.exists():
        place.write_text(head + "\n", encoding="utf-8")
    with place.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
