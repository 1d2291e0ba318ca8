"""A bulletin as the standard defines it, and read from its XML. Pure.

The standard: OASIS Common Alerting Protocol 1.2, section 3.

A document type is refused, so no entity is ever expanded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

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


LARGEST_BYTES = 400_000
"""A larger document is refused before it is parsed."""
MOST_ELEMENTS = 20_000
MOST_INFOS, MOST_AREAS, MOST_SHAPES, MOST_POINTS = 40, 200, 400, 5_000
"""How many of each are read in a bulletin, in an `info`, in an area, in a polygon."""
LONGEST_WORDS = 2_000
"""Characters kept of a description or of an instruction."""
LONGEST_LINE = 200
"""Characters kept of any other text. Identifiers that are longer are refused."""
_STATUSES = frozenset({"Actual", "Exercise", "System", "Test", "Draft"})
_TYPES = frozenset({"Alert", "Update", "Cancel", "Ack", "Error"})
_SCOPES = frozenset({"Public", "Restricted", "Private"})
_CONTROLS = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")


def read_cap(document: bytes) -> Bulletin:
    """The bulletin of an XML document. Raises BulletinBroken."""
    root = parsed_xml(document)
    if root.tag != f"{{{CAP}}}alert":
        raise BulletinBroken("bulletin_broken", "alert")
    return Bulletin(
        key=_key(_name(root, "sender"), _name(root, "identifier"), _needed(root, "sent"), "sent"),
        status=_one_of(root, "status", _STATUSES),
        message_type=_one_of(root, "msgType", _TYPES),
        scope=_one_of(root, "scope", _SCOPES),
        references=tuple(_references(_text(root, "references", 20_000))),
        texts=tuple(_text_in(each) for each in _all(root, "info", MOST_INFOS)),
        note=_text(root, "note"),
    )


def parsed_xml(
    document: bytes, largest_bytes: int = LARGEST_BYTES, most_elements: int = MOST_ELEMENTS
) -> Element:
    """The root of a document, its tags `{namespace}name`. Raises BulletinBroken."""
    if len(document) > largest_bytes:
        raise BulletinBroken("bulletin_too_large")
    parser = XMLParser(target=_BoundedTree(most_elements))
    try:
        parser.feed(document)
        root = parser.close()
    except (ParseError, AssertionError, LookupError, ValueError) as error:
        if isinstance(error, BulletinBroken):
            raise
        raise BulletinBroken("bulletin_broken") from error
    if not isinstance(root, Element):  # a document without any element
        raise BulletinBroken("bulletin_broken")
    return root


class _BoundedTree(TreeBuilder):
    """Builds the tree of a document with at most so many elements and no document type."""

    def __init__(self, most_elements: int) -> None:
        super().__init__()
        self._left = most_elements

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self._left -= 1
        if self._left < 0:
            raise BulletinBroken("bulletin_too_large")
        return super().start(tag, attributes)

    def doctype(self, *_: str | None) -> None:
        """The parser calls this where a document type begins."""
        raise BulletinBroken("bulletin_entities")


def _text_in(part: Element) -> BulletinText:
    return BulletinText(
        language=_text(part, "language") or DEFAULT_LANGUAGE,
        event=_needed(part, "event"),
        urgency=_needed(part, "urgency"),
        severity=_needed(part, "severity"),
        certainty=_needed(part, "certainty"),
        categories=tuple(_clean(each.text) for each in _all(part, "category", 20)),
        responses=tuple(_clean(each.text) for each in _all(part, "responseType", 20)),
        sender_name=_text(part, "senderName"),
        headline=_text(part, "headline"),
        description=_text(part, "description", LONGEST_WORDS),
        instruction=_text(part, "instruction", LONGEST_WORDS),
        onset=_instant(_text(part, "onset") or _text(part, "effective"), "onset"),
        expires=_instant(_text(part, "expires"), "expires"),
        areas=tuple(_area(each) for each in _all(part, "area", MOST_AREAS)),
    )


def _area(part: Element) -> Area:
    return Area(
        name=_text(part, "areaDesc"),
        codes=tuple(
            (_text(each, "valueName"), _text(each, "value")) for each in _all(part, "geocode", MOST_SHAPES)
        ),
        polygons=tuple(_points(each.text or "") for each in _all(part, "polygon", MOST_SHAPES)),
        circles=tuple(_circle(each.text or "") for each in _all(part, "circle", MOST_SHAPES)),
    )


def _points(text: str) -> tuple[tuple[float, float], ...]:
    pairs = text.split()
    if len(pairs) > MOST_POINTS:
        raise BulletinBroken("bulletin_too_large", "polygon")
    return tuple(_point(pair, "polygon") for pair in pairs)


def _point(pair: str, where: str) -> tuple[float, float]:
    """A latitude and a longitude, in degrees. Raises BulletinBroken."""
    try:
        latitude, longitude = map(float, pair.split(","))
    except ValueError as error:
        raise BulletinBroken("bulletin_broken", where) from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise BulletinBroken("bulletin_broken", where)
    return latitude, longitude


def _circle(text: str) -> Circle:
    centre, _, radius = text.strip().partition(" ")
    try:
        kilometres = float(radius)
    except ValueError as error:
        raise BulletinBroken("bulletin_broken", "circle") from error
    if not 0 <= kilometres <= 20_100:  # also refuses « not a number »
        raise BulletinBroken("bulletin_broken", "circle")
    return Circle(*_point(centre, "circle"), kilometres)


def _references(text: str) -> Iterator[BulletinKey]:
    """The bulletins that a text of `sender,identifier,sent` names; a sender may hold a comma."""
    for each in text.split()[:100]:
        parts = each.rsplit(",", 2)
        if len(parts) == 3:
            sender, identifier, sent = parts
            yield _key(sender, identifier, sent, "references")


def _key(sender: str, identifier: str, sent: str, where: str) -> BulletinKey:
    instant = _instant(sent, where)
    if instant is None or max(len(sender), len(identifier)) > LONGEST_LINE:
        raise BulletinBroken("bulletin_broken", where)
    return BulletinKey(sender, identifier, instant)


def _instant(text: str, where: str) -> datetime | None:
    """The instant of a text with its time zone; None for an empty one. Raises BulletinBroken."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        in_utc = None if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BulletinBroken("bulletin_broken", where) from error
    if in_utc is None or not 2000 <= in_utc.year <= 2200:
        raise BulletinBroken("bulletin_broken", where)
    return in_utc


def _all(part: Element, name: str, most: int) -> list[Element]:
    found = part.findall(f"{{{CAP}}}{name}")
    if len(found) > most:
        raise BulletinBroken("bulletin_too_large", name)
    return found


def _text(part: Element, name: str, longest: int = LONGEST_LINE) -> str:
    found = part.find(f"{{{CAP}}}{name}")
    words = "" if found is None else _clean(found.text)
    return words if len(words) <= longest else words[: longest - 1].rsplit(" ", 1)[0] + "…"


def _needed(part: Element, name: str) -> str:
    text = _text(part, name)
    if not text:
        raise BulletinBroken("bulletin_broken", name)
    return text


def _name(part: Element, name: str) -> str:
    """A text that names a bulletin: one that is too long is refused, never cut."""
    text = _clean(part.findtext(f"{{{CAP}}}{name}"))
    if not 1 <= len(text) <= LONGEST_LINE:
        raise BulletinBroken("bulletin_broken", name)
    return text


def _one_of(part: Element, name: str, choices: frozenset[str]) -> str:
    text = _needed(part, name)
    if text not in choices:
        raise BulletinBroken("bulletin_broken", name)
    return text


def _clean(text: str | None) -> str:
    """A text on one line, without control characters and direction marks."""
    return " ".join(_CONTROLS.sub(" ", text or "").split())


def shorten(text: str, longest: int) -> str:
    """A text of at most `longest` characters; a longer one ends after a word with « … »."""
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0][: longest - 1].rstrip(" ,;:.") + "…"


def title_of(text: BulletinText, longest: int) -> str:
    """The headline of a bulletin, else the name of what happens."""
    return shorten(text.headline or text.event, longest)


def alert_text_of(text: BulletinText, longest: int) -> str:
    """What to do, else what happens, in one sentence."""
    return shorten(text.instruction or text.description or text.event, longest)


def notice_body_of(text: BulletinText, source: str, longest: int) -> str:
    """What happens, what to do, and who says so, as paragraphs of HTML of at most `longest` letters."""
    room = longest - len(source)
    instruction = shorten(text.instruction, room * 2 // 3)
    description = shorten(text.description, room - len(instruction))
    paragraphs = [description, instruction, source]
    return "".join(f"<p>{escape(each, quote=False)}</p>" for each in paragraphs if each)
