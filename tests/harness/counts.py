"""How much of a behaviour one run tries: small counts every time, large ones in a soak."""

import json
import os
import time

from tests.harness.programs import PROJECT

IS_LARGE = os.environ.get("PARVIS_TEST_COUNTS", "small") == "large"


def count(*, small: int, large: int) -> int:
    """The number of repetitions this run makes."""
    return large if IS_LARGE else small


def record_measurement(what: str, **figures: float | int | str) -> None:
    """Keeps a result in var/measured.jsonl."""
    line = {
        "on": time.strftime("%Y-%m-%d"),
        "what": what,
        "counts": "large" if IS_LARGE else "small",
        **figures,
    }
    place = PROJECT / "var" / "measured.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
