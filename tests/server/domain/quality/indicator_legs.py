"""Legs to test the figures with: a builder in minutes from nine o'clock, and a hypothesis strategy."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from server.domain.quality.leg_records import CLASSES, LegRecord
from server.domain.visits.transitions import OUTCOMES

MONDAY = date(2026, 11, 23)
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # nine o'clock in Paris
INSTANTS = ("booked", "arrived", "issued", "called", "last_called", "started", "ended")
END_REASONS = (
    "served",
    "transferred",
    "no_show",
    "left_after_call",
    "abandoned",
    "cancelled",
    "undone",
    "closed_at_day_end",
)


def at(minutes: float) -> datetime:
    """The instant a number of minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def leg(visit: str = "v1", *, issued: float = 0, called: float | None = None, **rest: Any) -> LegRecord:
    """A leg whose instants are minutes after nine; the rest are the record's own fields."""
    given = {"issued": issued, "called": called, **{k: rest.pop(k) for k in INSTANTS if k in rest}}
    instants = {name: None if value is None else at(value) for name, value in given.items()}
    position = rest.pop("position", 1)
    fields: dict[str, Any] = {
        "leg": f"{visit}-{position}",
        "visit": visit,
        "number": "A001",
        "hall": "hall",
        "service": "papers",
        "leg_class": "walk_in",
        "business_day": MONDAY,
        "position": position,
        "issued_at": instants["issued"],
        "booked_at": instants.get("booked"),
        "arrived_at": instants.get("arrived"),
        "first_called_at": instants["called"],
        "last_called_at": instants.get("last_called", instants["called"]),
        "started_at": instants.get("started"),
        "ended_at": instants.get("ended"),
        "target_s": 900,
        **rest,
    }
    return LegRecord(**fields)


@st.composite
def visits(draw: st.DrawFn, name: str = "v") -> list[LegRecord]:
    """The legs of one visit: any classes, waits, ends, and any chain of redirections."""
    day = MONDAY + timedelta(days=draw(st.integers(0, 20)))
    start = NINE + (day - MONDAY) + timedelta(seconds=draw(st.integers(0, 8 * 3600)))
    reason = draw(st.sampled_from((None, "urgent", "online")))
    records = []
    for position in range(1, draw(st.integers(1, 3)) + 1):
        record = replace(
            _draw_leg(draw, name, position, start, day),
            wanted_service=reason and "archives",
            exceptional_reason=reason,
        )
        records.append(record)
        if record.ended_at is None:
            break
        start = record.ended_at
    return records


def _draw_leg(draw: st.DrawFn, visit: str, position: int, start: datetime, day: date) -> LegRecord:
    micros = st.integers(0, 3 * 3600 * 1_000_000)
    called = draw(st.none() | micros.map(lambda us: start + timedelta(microseconds=us)))
    started = called and draw(st.none() | micros.map(lambda us: called + timedelta(microseconds=us)))
    ended = draw(st.none() | micros.map(lambda us: (started or called or start) + timedelta(microseconds=us)))
    quoted = draw(st.none() | st.integers(0, 3600))
    return LegRecord(
        leg=f"{visit}-{position}",
        visit=visit,
        number=f"A{draw(st.integers(1, 999)):03d}",
        hall=draw(st.sampled_from(("laon", "vervins"))) if position == 1 else "laon",
        service=draw(st.sampled_from(("papers", "permits", "weapons"))),
        leg_class=draw(st.sampled_from(CLASSES)),
        business_day=day,
        position=position,
        issued_at=start,
        arrived_at=start,
        booked_at=draw(st.none() | st.just(start + timedelta(minutes=10))),
        first_called_at=called,
        last_called_at=called,
        started_at=started,
        start_pressed=started is not None and draw(st.booleans()),
        ended_at=ended,
        end_reason=draw(st.sampled_from(END_REASONS)) if ended else None,
        quoted_low_s=quoted,
        quoted_high_s=None if quoted is None else quoted + 600,
        target_s=draw(st.none() | st.sampled_from((600, 900))),
        priority=draw(st.sampled_from(("none", "declared", "confirmed", "not_confirmed"))),
        reinstated=draw(st.booleans()),
        clock_suspect=draw(st.integers(0, 9)) == 0,
        outcome=draw(st.sampled_from((None, *OUTCOMES))),
        outcome_asked=draw(st.sampled_from((None, "optional", "mandatory"))),
    )


@st.composite
def many_visits(draw: st.DrawFn) -> list[list[LegRecord]]:
    """Several visits with names of their own."""
    return [draw(visits(f"v{index}")) for index in range(draw(st.integers(0, 12)))]
