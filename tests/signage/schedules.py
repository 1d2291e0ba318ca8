"""Random programmes as a screen's message carries them, and moments at which to ask their schedule."""

from typing import Any

from hypothesis import strategies as st

HOUR_MS = 3_600_000
BEGINS = 1_795_600_000_000
"""An instant of November 2026, in milliseconds."""

QUEUES = ("a", "b")


@st.composite
def windows(draw: st.DrawFn) -> list[list[int]] | None:
    if draw(st.booleans()):
        return None
    edges = draw(st.lists(st.integers(0, 4 * HOUR_MS), min_size=0, max_size=4, unique=True).map(sorted))
    return [[BEGINS + a, BEGINS + b] for a, b in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def items(draw: st.DrawFn, name: str, *, longest_ms: int, always: bool) -> dict[str, Any]:
    when = st.none() | st.fixed_dictionaries(
        {"queue": st.sampled_from(QUEUES), "more_than": st.integers(0, 20)}
    )
    return {
        "id": name,
        "ms": draw(st.integers(1_000, longest_ms)),
        "is_legal": draw(st.booleans()),
        "windows": None if always else draw(windows()),
        "when": None if always else draw(when),
    }


@st.composite
def programmes(
    draw: st.DrawFn, *, longest_ms: int = 180_000, always: bool = False, most: int = 12
) -> dict[str, Any]:
    """A programme; `always` leaves out windows and conditions."""
    number = draw(st.integers(0, most))
    return {
        "legal_share": draw(st.sampled_from([0, 0.05, 0.1, 0.2, 0.333, 0.5])),
        "items": [draw(items(f"i{n}", longest_ms=longest_ms, always=always)) for n in range(number)],
        "hours": None if always else draw(windows()),
    }


@st.composite
def moments(draw: st.DrawFn) -> dict[str, Any]:
    """The input of the schedule."""
    at = BEGINS + draw(st.integers(-HOUR_MS, 5 * HOUR_MS))
    return {
        "at": at,
        "turn": at - draw(st.just(0) | st.integers(0, HOUR_MS)),
        "waiting": draw(st.dictionaries(st.sampled_from(QUEUES), st.integers(0, 25))),
        "skipped": draw(st.lists(st.sampled_from([f"i{n}" for n in range(12)]), max_size=3)),
    }
