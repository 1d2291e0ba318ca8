"""The open format of visits: rows of `legs.csv` and back (CONTRACT, Files; `docs/rules/indicators.md`).

After the columns of the contract come those without which some figures could not be computed again.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from server.domain.instants import from_text, to_text
from server.domain.quality.leg_records import LegRecord

CONTRACT_COLUMNS = (
    "leg",
    "visit",
    "number",
    "hall",
    "service",
    "class",
    "booked_at",
    "arrived_at",
    "issued_at",
    "first_called_at",
    "last_called_at",
    "started_at",
    "ended_at",
    "end_reason",
    "counter",
    "quoted_low_s",
    "quoted_median_s",
    "quoted_high_s",
)
ADDED_COLUMNS = (
    "business_day",
    "position",
    "priority",
    "target_s",
    "start_pressed",
    "parked_s",
    "reinstated",
    "clock_suspect",
    "outcome",
    "outcome_asked",
    "wanted_service",
    "exceptional_reason",
    "during_alert",
    "chosen",
)
LEG_COLUMNS = CONTRACT_COLUMNS + ADDED_COLUMNS
COUNTER_COLUMNS = (
    "counter",
    "hall",
    "session",
    "profile",
    "rule",
    "services",
    "opened_at",
    "closed_at",
    "planned_open_at",
    "planned_close_at",
)
SERVICE_COLUMNS = (
    "service",
    "hall",
    "target_s",
    "target_appointment_s",
    "target_priority_s",
    "typed_mean_s",
)

type Cell = str | int | bool | date | datetime | None


def cell_text(value: Cell) -> str:
    """A value as the files write it: empty for none, true and false, RFC 3339 instants with offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return to_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def leg_cells(record: LegRecord) -> list[str]:
    """A leg's row, in the order of LEG_COLUMNS."""
    return [cell_text(getattr(record, _FIELDS.get(column, column))) for column in LEG_COLUMNS]


def read_legs(lines: Iterable[str]) -> Iterator[LegRecord]:
    """The legs of a `legs.csv` from any source, by the names in its header.

    Without the added columns, the day is the UTC date of issue and a start is a press. Raises ValueError or
    KeyError for what is no such file.
    """
    for row in csv.DictReader(lines):
        yield _leg(row)


_FIELDS = {"class": "leg_class"}


def _leg(row: Mapping[str, str]) -> LegRecord:
    issued_at = from_text(row["issued_at"])
    day = row.get("business_day")
    return LegRecord(
        leg=row["leg"],
        visit=row["visit"],
        number=row["number"],
        hall=row["hall"],
        service=row["service"],
        leg_class=row["class"],
        business_day=date.fromisoformat(day) if day else issued_at.date(),
        position=_whole(row.get("position")) or 1,
        priority=row.get("priority") or "none",
        target_s=_whole(row.get("target_s")),
        booked_at=_instant(row["booked_at"]),
        arrived_at=_instant(row["arrived_at"]),
        issued_at=issued_at,
        first_called_at=_instant(row["first_called_at"]),
        last_called_at=_instant(row["last_called_at"]),
        started_at=_instant(row["started_at"]),
        start_pressed=_truth(row.get("start_pressed"), default=bool(row["started_at"])),
        parked_s=_whole(row.get("parked_s")) or 0,
        ended_at=_instant(row["ended_at"]),
        end_reason=row["end_reason"] or None,
        counter=row["counter"] or None,
        quoted_low_s=_whole(row["quoted_low_s"]),
        quoted_median_s=_whole(row["quoted_median_s"]),
        quoted_high_s=_whole(row["quoted_high_s"]),
        clock_suspect=_truth(row.get("clock_suspect"), default=False),
        reinstated=_truth(row.get("reinstated"), default=False),
        outcome=row.get("outcome") or None,
        outcome_asked=row.get("outcome_asked") or None,
        wanted_service=row.get("wanted_service") or None,
        exceptional_reason=row.get("exceptional_reason") or None,
        during_alert=_truth(row.get("during_alert"), default=False),
        chosen=_truth(row.get("chosen"), default=False),
    )


def _instant(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


def _truth(text: str | None, *, default: bool) -> bool:
    return text == "true" if text else default
