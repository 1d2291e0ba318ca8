"""What a ticket says on paper and how large: French always, the chosen language under each French sentence.

No name and no reason of visit beyond the service: tickets lie on floors.
"""

from dataclasses import dataclass

from hardware.document import Align, Direction, Document, Element, Qr, Rule, Space, Text
from kiosk.paper import ACTED_ON_DOTS, FRENCH, REST_DOTS, WIDTH_80_MM_DOTS, Paper, Translate
from kiosk.waits import said_of

_NUMBER_DOTS = 400
_HOUR = 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class TicketContent:
    """What the ticket states in every language.

    `arrival`: how the visitor stands to the hour booked (early, on_time, late, walk_in), None without one.
    `wait_min` is the expected range in whole minutes, low ≤ high, or None when nothing honest can be said.
    `is_after_closing`: a call is expected only after the hall closes for the day.
    `follow_url` goes into the QR code, `follow_address` is the page where the short code is typed, as people
    type it.
    """

    site: str
    hall: str
    number: str
    people_ahead: int
    wait_min: tuple[int, int] | None
    short_code: str
    follow_url: str | None = None
    follow_address: str | None = None
    is_priority: bool = False
    arrival: str | None = None
    late_min: int = 0
    is_reprint: bool = False
    is_demonstration: bool = False
    is_after_closing: bool = False

    def __post_init__(self) -> None:
        if not self.number.strip():
            raise ValueError("a ticket has a number")
        if self.people_ahead < 0:
            raise ValueError(f"people_ahead {self.people_ahead} is negative")
        if self.wait_min is not None and not 0 <= self.wait_min[0] <= self.wait_min[1]:
            raise ValueError(f"wait_min {self.wait_min} is not a range")


@dataclass(frozen=True, slots=True)
class TicketLanguage:
    """What differs by language: the service's name, the local date and hour of issue as text."""

    language: str
    service: str
    date: str
    hour: str
    direction: Direction = "ltr"
    booked_hour: str = ""


def lay_out_ticket(
    content: TicketContent,
    languages: tuple[TicketLanguage, ...],
    *,
    translate: Translate,
    width_dots: int = WIDTH_80_MM_DOTS,
) -> Document:
    """The ticket as a document for a paper `width_dots` wide.

    `languages` is French, then the chosen language if it is another one. Raises ValueError otherwise.
    """
    paper = Paper(languages, translate, width_dots)
    elements = [
        *_head(content, paper),
        *_number(content),
        *_service(paper),
        *_arrival(content, paper),
        *_expectation(content, paper),
        *_following(content, paper),
        *_rules(content, paper),
    ]
    return Document(width_dots=width_dots, elements=tuple(elements))


type _Paper = Paper[TicketLanguage]


def _head(content: TicketContent, paper: _Paper) -> list[Element]:
    elements: list[Element] = []
    if content.is_reprint:
        duplicate = paper.translate("kiosk.paper.duplicate", FRENCH).upper()
        elements += [Text(duplicate, 48, weight=800, align="center", inverse=True), Space(10)]
    return elements + paper.head(content.site, content.hall, is_demonstration=content.is_demonstration)


def _number(content: TicketContent) -> list[Element]:
    number = Text(content.number, _NUMBER_DOTS, weight=750, align="center", fit=True)
    return [Space(14), Rule(3), Space(26), number, Space(22)]


def _service(paper: _Paper) -> list[Element]:
    first = paper.languages[0]
    services = [spoken.service for spoken in paper.languages]
    issued = Text(f"{first.date}, {first.hour}", paper.size(30, REST_DOTS), weight=450, align="center")
    named = paper.stacked(services, size=paper.size(42, 38), align="center")
    return [*named, Space(8), issued, Space(14), Rule(3), Space(12)]


def _arrival(content: TicketContent, paper: _Paper) -> list[Element]:
    """The hour booked, and what being early or late changes."""
    if content.arrival is None:
        return []
    key = f"kiosk.arrival.{content.arrival}"

    def late(spoken: TicketLanguage) -> str:
        return _duration(paper, spoken.language, content.late_min)

    said = [
        paper.translate(key, spoken.language, at=spoken.booked_hour, late=late(spoken))
        for spoken in paper.languages
    ]
    return [*paper.stacked(said, size=ACTED_ON_DOTS), Space(10)]


def _expectation(content: TicketContent, paper: _Paper) -> list[Element]:
    size = paper.size(38, ACTED_ON_DOTS)
    if content.people_ahead:
        ahead = paper.sentence("kiosk.ticket.ahead", size=size, count=content.people_ahead)
    else:
        ahead = paper.sentence("kiosk.ticket.ahead_none", size=size)
    if content.is_after_closing:
        return [*ahead, Space(8), *paper.sentence("kiosk.ticket.after_closing", size=size), Space(10)]
    if content.wait_min is None:
        return [*ahead, Space(10)]
    low, high = content.wait_min
    said = [
        paper.translate("kiosk.paper.wait", spoken.language, wait=_wait(paper, spoken.language, low, high))
        for spoken in paper.languages
    ]
    wait = paper.stacked(said, size=size)
    return [*ahead, Space(8), *wait, Space(10)]


def _wait(paper: _Paper, language: str, low: int, high: int) -> str:
    """A range in whole minutes in the words of the kiosk's menu."""
    least, most = (_duration(paper, language, minutes) for minutes in (low, high))
    match said_of(low * 60, high * 60):
        case "under":
            return paper.translate("kiosk.wait.under", language, high=most)
        case "over":
            return paper.translate("kiosk.wait.over", language, low=least)
        case "about":
            return paper.translate("kiosk.wait.about", language, duration=most)
    if high < _HOUR:
        return paper.translate("kiosk.wait.minutes", language, low=low, high=high)
    return paper.translate("kiosk.wait.mixed", language, low=least, high=most)


def _duration(paper: _Paper, language: str, total: int) -> str:
    hours, minutes = divmod(total, _HOUR)
    if not hours:
        return paper.translate("kiosk.duration.minutes", language, minutes=minutes)
    if not minutes:
        return paper.translate("kiosk.duration.hours", language, hours=hours)
    return paper.translate("kiosk.duration.hours_minutes", language, hours=hours, minutes=f"{minutes:02}")


def _following(content: TicketContent, paper: _Paper) -> list[Element]:
    code: list[Element] = [Text(content.short_code, 46, weight=700, align="center", language="und")]
    if content.follow_url is None:
        label = paper.sentence("kiosk.paper.short_code", size=REST_DOTS, align="center")
        return [Rule(2), Space(10), *label, *code, Space(10)]
    # texts start at the QR code's edge beside it; on a narrow paper they stand above it, centred
    beside_code: Align = "center" if paper.is_narrow else "start"
    follow = paper.sentence("kiosk.ticket.follow", size=ACTED_ON_DOTS, align=beside_code)
    elements: list[Element] = [Rule(2), Space(6), Qr(content.follow_url, paper.size(8, 7), tuple(follow))]
    if content.follow_address is None:
        return [*elements, *code, Space(10)]
    typed = paper.sentence("kiosk.paper.type_code", size=REST_DOTS + 2, align="center")
    address = Text(content.follow_address, ACTED_ON_DOTS, weight=600, align="center", language="und")
    return [*elements, *typed, address, *code, Space(10)]


def _rules(content: TicketContent, paper: _Paper) -> list[Element]:
    away = paper.sentence("kiosk.paper.away", size=ACTED_ON_DOTS)
    key = "kiosk.paper.priority_declared" if content.is_priority else "kiosk.paper.priority"
    return [Rule(2), Space(10), *away, Space(10), *paper.sentence(key, size=ACTED_ON_DOTS)]
