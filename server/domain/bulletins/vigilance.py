"""The vigilance of Météo-France: which dangers of the weather a department has, from level orange. Pure.

What is read of the answer: `product` has `update_time` and `periods`; a period has `begin_validity_time`,
`end_validity_time` and, under `timelaps`, `domain_ids`: each a department with its `phenomenon_items`, whose
`timelaps_items` say from when to when a colour holds. Floods have no such times: their period counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.domain.bulletins.messages import BulletinBroken
from server.domain.facts import Json
from server.domain.hours.windows import Window
from server.domain.instants import from_text, to_text

PHENOMENA = {
    "1": "wind",
    "2": "rain",
    "3": "storms",
    "4": "floods",
    "5": "snow",
    "6": "heat",
    "7": "cold",
    "8": "avalanches",
    "9": "waves",
}
"""Phenomena by their number; others are left out."""
ORANGE, RED = 3, 4
"""Colours go from 1 (green) to 4 (red)."""
OLD_AFTER = timedelta(hours=24)
"""An answer that Météo-France has not renewed for this time is not shown."""
_WRONG = "vigilance_unknown"


@dataclass(frozen=True, slots=True)
class Danger:
    """A phenomenon at a level, orange or red, in a window of time."""

    phenomenon: str
    level: int
    window: Window


def read_vigilance(answer: object) -> Json:
    """What is kept of an answer: `updated_at`, `departments` that it names, and their `dangers`.

    Raises BulletinBroken: vigilance_unknown where it does not have the form that is known.
    """
    product = _mapping(_mapping(answer).get("product"))
    dangers: dict[str, list[list[object]]] = {}
    departments: set[str] = set()
    for period in _sequence(product.get("periods")):
        validity = (_instant(period.get("begin_validity_time")), _instant(period.get("end_validity_time")))
        for department in _sequence(_mapping(period.get("timelaps")).get("domain_ids")):
            code = str(department.get("domain_id", ""))
            departments.add(code)
            found = [
                [danger.phenomenon, danger.level, *map(to_text, danger.window)]
                for item in _sequence(department.get("phenomenon_items"))
                for danger in _dangers(item, validity)
            ]
            if found:
                dangers.setdefault(code, []).extend(found)
    if not departments:
        raise BulletinBroken(_WRONG)
    updated_at = to_text(_instant(product.get("update_time")))
    return {"updated_at": updated_at, "departments": sorted(departments), "dangers": dangers}


def dangers_of(kept: Json, department: str) -> list[Danger]:
    """The dangers of a department (its code, like 02 or 2A), each until the answer is old."""
    old_at = from_text(kept["updated_at"]) + OLD_AFTER
    found = []
    for phenomenon, level, begins, ends in kept["dangers"].get(department, ()):
        window = (from_text(begins), min(from_text(ends), old_at))
        if window[0] < window[1]:
            found.append(Danger(phenomenon, level, window))
    return found


def is_current(kept: Json | None, department: str, now: datetime) -> bool:
    """Whether what is kept says something of a department, and is not old."""
    if kept is None or department not in kept["departments"]:
        return False
    return now - from_text(kept["updated_at"]) < OLD_AFTER


def _dangers(item: Json, validity: Window) -> list[Danger]:
    phenomenon = PHENOMENA.get(str(item.get("phenomenon_id")))
    if phenomenon is None:
        return []
    times = _sequence(item.get("timelaps_items", ()))
    if not times:
        level = _level(item.get("phenomenon_max_color_id"))
        return [Danger(phenomenon, level, validity)] if level >= ORANGE else []
    spans = [
        Danger(
            phenomenon,
            _level(each.get("color_id")),
            (_instant(each.get("begin_time")), _instant(each.get("end_time"))),
        )
        for each in times
    ]
    return [span for span in spans if span.level >= ORANGE]


def _mapping(value: object) -> Json:
    if not isinstance(value, Mapping):
        raise BulletinBroken(_WRONG)
    return value


def _sequence(value: object) -> list[Json]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise BulletinBroken(_WRONG)
    return [_mapping(each) for each in value]


def _level(value: object) -> int:
    if str(value) not in ("1", "2", "3", "4"):
        raise BulletinBroken(_WRONG)
    return int(str(value))


def _instant(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BulletinBroken(_WRONG) from error
    if found.tzinfo is None:
        raise BulletinBroken(_WRONG)
    return found.astimezone(UTC)
