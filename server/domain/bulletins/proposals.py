"""What a bulletin becomes at a site: a proposed alert, a proposed notice, or nothing. Pure.

The rule in words: `docs/rules/cap.md`. Its facts stand in the installation's journal; the words of a
dismissal stay outside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from server.domain.bulletins.messages import Area, Bulletin, BulletinBroken, BulletinKey, BulletinText, Circle
from server.domain.facts import Fact, FactKind, Json
from server.domain.hours.windows import Window
from server.domain.instants import from_text, to_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal

HOLDS_FOR = timedelta(hours=24)
"""How long a bulletin holds after it was sent, where it does not say when it expires."""
HOLDS_AT_MOST = timedelta(days=30)
"""A bulletin that would hold for longer holds for this time."""
AHEAD_AT_MOST = timedelta(days=1)
"""A bulletin sent later than this after now has a wrong clock."""
EARTH_KM = 6371.0
_GRAVE = frozenset({"Extreme", "Severe"})
_SURE = frozenset({"Observed", "Likely"})
_ACT_NOW = frozenset({"Shelter", "Evacuate", "Prepare", "Execute", "Avoid"})
_ANSWERS = frozenset({"Ack", "Error"})


class ProposalKind(StrEnum):
    """What is proposed to the people of a site."""

    ALERT = "alert"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class SiteBulletins:
    """What a site has decided. `codes`: its own pairs of a scheme and a code; `position`: degrees.

    `automatic`: the kinds that are shown without a person.
    """

    codes: frozenset[tuple[str, str]] = frozenset()
    position: tuple[float, float] | None = None
    automatic: frozenset[ProposalKind] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What people of a site may show. `text`: the words; `is_shelter`: an alert that asks to stay inside."""

    kind: ProposalKind
    text: BulletinText
    expires_at: datetime
    is_shelter: bool = False


def propose(bulletin: Bulletin, site: SiteBulletins, now: datetime) -> Proposal:
    """What an Alert or Update becomes at a site.

    Refusals, each with a sentence: bulletin_answer, bulletin_not_actual, bulletin_not_public,
    bulletin_from_the_future, bulletin_without_info, bulletin_other_language, bulletin_expired,
    bulletin_elsewhere, bulletin_over, bulletin_unlikely.
    """
    check_is_for_people(bulletin, now)
    text = _french(bulletin)
    expires_at = expiry_of(bulletin, text)
    if expires_at <= now:
        raise Refusal("bulletin_expired")
    if not any(concerns(area, site) for area in text.areas):
        names = ", ".join(area.name for area in text.areas if area.name)
        raise Refusal("bulletin_elsewhere", places=names[:200] or "?")
    if text.urgency == "Past" or "AllClear" in text.responses:
        raise Refusal("bulletin_over")
    if text.certainty == "Unlikely":
        raise Refusal("bulletin_unlikely")
    return Proposal(_kind(text), text, expires_at, is_shelter="Shelter" in text.responses)


def check_is_for_people(bulletin: Bulletin, now: datetime) -> None:
    """Refuses answers between systems, exercises, tests and what is not for the public."""
    if bulletin.message_type in _ANSWERS:
        raise Refusal("bulletin_answer")
    if bulletin.status != "Actual":
        raise Refusal("bulletin_not_actual", status=bulletin.status)
    if bulletin.scope != "Public":
        raise Refusal("bulletin_not_public")
    if bulletin.key.sent - now > AHEAD_AT_MOST:
        raise Refusal("bulletin_from_the_future")


def expiry_of(bulletin: Bulletin, text: BulletinText) -> datetime:
    """When a bulletin holds no longer."""
    sent = bulletin.key.sent
    return min(text.expires or sent + HOLDS_FOR, sent + HOLDS_AT_MOST)


def concerns(area: Area, site: SiteBulletins) -> bool:
    """Whether a site is in an area: by one of its codes, else by its position."""
    named = {(scheme.casefold(), code.casefold()) for scheme, code in area.codes}
    if not named.isdisjoint((scheme.casefold(), code.casefold()) for scheme, code in site.codes):
        return True
    if site.position is None:
        return False
    position = site.position
    return any(is_inside(position, polygon) for polygon in area.polygons) or any(
        _is_within(position, circle) for circle in area.circles
    )


def is_inside(position: tuple[float, float], polygon: tuple[tuple[float, float], ...]) -> bool:
    """Whether a point is in a polygon, by the parity of the edges that a line to the east crosses.

    A polygon across the 180th meridian is read in longitudes from 0 to 360 degrees.
    """
    if len(polygon) < 4:  # the standard wants four pairs, the last the same as the first
        return False
    longitudes = [point[1] for point in polygon]
    turned = 360.0 if max(longitudes) - min(longitudes) > 180 else 0.0
    points = [(x, y + turned if y < 0 else y) for x, y in polygon]
    latitude, longitude = position[0], position[1] + turned if position[1] < 0 else position[1]
    crossings = 0
    for (from_x, from_y), (to_x, to_y) in zip(points, points[1:] + points[:1], strict=True):
        if (from_x > latitude) is not (to_x > latitude):
            at = from_y + (latitude - from_x) * (to_y - from_y) / (to_x - from_x)
            crossings += at > longitude
    return crossings % 2 == 1


def _is_within(position: tuple[float, float], circle: Circle) -> bool:
    """Whether a point is in a circle, by the distance on a sphere."""
    from_lat, from_lon, to_lat, to_lon = map(radians, (*position, circle.latitude, circle.longitude))
    half = sin((to_lat - from_lat) / 2) ** 2
    half += cos(from_lat) * cos(to_lat) * sin((to_lon - from_lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half))) <= circle.radius_km


def _kind(text: BulletinText) -> ProposalKind:
    is_grave = text.severity in _GRAVE and text.urgency == "Immediate" and text.certainty in _SURE
    asks_to_act = not _ACT_NOW.isdisjoint(text.responses)
    return ProposalKind.ALERT if is_grave and asks_to_act else ProposalKind.NOTICE


def _french(bulletin: Bulletin) -> BulletinText:
    """The words in French. Refusals: bulletin_without_info, bulletin_other_language."""
    if not bulletin.texts:
        raise Refusal("bulletin_without_info")
    for text in bulletin.texts:
        if text.language.lower().partition("-")[0] == FRENCH:
            return text
    languages = ", ".join(dict.fromkeys(text.language for text in bulletin.texts))
    raise Refusal("bulletin_other_language", languages=languages[:100])


def bulletin_proposed(bulletin: str, site: str, key: BulletinKey, *, kind: str) -> Fact:
    """A bulletin concerns a site (slug): its people may show it. `kind`: alert or notice."""
    sent = to_text(key.sent)
    body = {"id": bulletin, "site": site, "kind": kind, "identifier": key.identifier, "sent": sent}
    return Fact(FactKind.BULLETIN_PROPOSED, body | {"sender": key.sender})


def bulletin_accepted(bulletin: str, site: str, *, kind: str, outcome: str) -> Fact:
    """A bulletin became an alert or a notice (`outcome`, its id)."""
    body = {"id": bulletin, "site": site, "kind": kind, "outcome": outcome}
    return Fact(FactKind.BULLETIN_ACCEPTED, body)


def bulletin_dismissed(bulletin: str, site: str) -> Fact:
    """Somebody decided that a bulletin is not shown."""
    return Fact(FactKind.BULLETIN_DISMISSED, {"id": bulletin, "site": site})


def bulletin_cancelled(bulletin: str, site: str, *, outcome: str | None) -> Fact:
    """Its sender cancelled a bulletin; `outcome`: what it had become, None while it was proposed."""
    return Fact(FactKind.BULLETIN_CANCELLED, {"id": bulletin, "site": site, "outcome": outcome})


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
