"""Queries over linked visits."""

from datetime import datetime, timedelta
from typing import Any

from server.domain.calling.waiting_legs import LinkedTurn
from server.domain.instants import to_micros

LINKED = (
    "SELECT v.id AS visit, v.link, v.number FROM visit v"
    " WHERE v.hall = :hall AND v.link IS NOT NULL AND v.end_reason IS NULL"
)
"""The visits of a hall that go on and were linked."""

_LAST_CALLED = (
    "SELECT l.number, v.link FROM leg l JOIN visit v ON v.id = l.visit"
    " WHERE l.hall = :hall AND l.last_called_at > :since AND l.counter = :counter"
    " ORDER BY l.last_called_at DESC, l.id DESC LIMIT 1"
)
_SHARING = "SELECT count(*) AS visits FROM visit WHERE hall = :hall AND business_day = :on AND link = :link"


def linked_numbers(rows: Any, hall: str) -> dict[str, list[str]]:
    """The numbers a visit of a hall (id) is linked to, by visit; only those that go on, in their order."""
    by_link: dict[str, list[Any]] = {}
    for row in rows.all(LINKED, hall=hall):
        by_link.setdefault(row["link"], []).append(row)
    return {
        row["visit"]: sorted(other["number"] for other in together if other["visit"] != row["visit"])
        for together in by_link.values()
        if len(together) > 1
        for row in together
    }


def last_called(rows: Any, hall: str, counter: str, now: datetime) -> LinkedTurn | None:
    """The linked visit that a counter called last, within a day; None when that one was not linked."""
    since = to_micros(now - timedelta(days=1))
    row = rows.one(_LAST_CALLED, hall=hall, counter=counter, since=since)
    return None if row is None or row["link"] is None else LinkedTurn(row["link"], row["number"])


def sharing(rows: Any, hall: str, on: str, link: str) -> int:
    """How many visits of a business day (ISO date) share a link, those that have ended included."""
    return int(rows.one(_SHARING, hall=hall, on=on, link=link)["visits"])
