"""A bulletin as the standard defines it: OASIS Common Alerting Protocol 1.2, section 3."""

from dataclasses import dataclass
from datetime import datetime

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
"""The namespace of the elements of a bulletin."""
DEFAULT_LANGUAGE = "en-US"
"""The language of a text that names none."""


class BulletinBroken(ValueError):
    """A document that is no bulletin. `code`: bulletin_broken, bulletin_too_large or bulletin_entities.

    `where`: the element that is missing or wrong; empty for the document as a whole.
    """

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where


@dataclass(frozen=True, slots=True, order=True)
class BulletinKey:
    """The key of a bulletin: its sender, its identifier, and the instant of its sending."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the ground: degrees of its centre, and its radius in kilometres."""

    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where a bulletin holds. `codes`: pairs of a scheme and a code; `polygons`: latitudes and longitudes."""

    name: str
    codes: tuple[tuple[str, str], ...] = ()
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[Circle, ...] = ()


@dataclass(frozen=True, slots=True)
class BulletinText:
    """What a bulletin says in one language. `responses`: what people should do, in the standard's words."""

    language: str
    event: str
    urgency: str
    severity: str
    certainty: str
    categories: tuple[str, ...] = ()
    responses: tuple[str, ...] = ()
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    onset: datetime | None = None
    expires: datetime | None = None
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One message. `references`: the earlier bulletins that it updates or cancels."""

    key: BulletinKey
    status: str
    message_type: str
    scope: str
    references: tuple[BulletinKey, ...] = ()
    texts: tuple[BulletinText, ...] = ()
    note: str = ""
