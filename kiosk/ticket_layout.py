"""What a ticket says on paper and how large: French always, the chosen language under each French sentence.

On 80 mm paper a ticket in one language is at most 110 mm long. Everything begins at the left, in two weights.
No name and no reason of visit beyond the service: tickets lie on floors.
"""

from dataclasses import dataclass

from hardware.document import BlackLine, Direction, Element, Picture, PrintDocument, Qr, Space, Text
from kiosk.menu_messages import wording_of
from kiosk.papers import ACTED_ON_DOTS, BOLD, FRENCH, PLAIN, REST_DOTS, WIDTH_80_MM_DOTS, Paper, Translate

_NUMBER_DOTS = 185
_SEVERAL_DOTS = 100
_LOGO_DOTS = 76
_HOUR = 60
"""Minutes."""


@dataclass(frozen=True, slots=True)
class TicketContent:
    """What the ticket states in every language.

    `arrival`: early, on_time, late or walk_in compared with the booked hour, None without one.
    `people_ahead` None: the kiosk gave the ticket while its server was away, and nobody knows the wait.
    `wait_min` is the expected range in whole minutes, low ≤ high, or None without an estimate.
    `is_after_closing`: a call is expected only after the hall closes for the day.
    `follow_url` goes into the QR code, `follow_address` is the page where the short code is typed, as people
    type it: without that page the code is not printed. `logo` is the organisation's, an image file in base64.
    `numbers` are those of all the people of one paper, `number` included; () on a paper of one.
    """

    site: str
    hall: str
    number: str
    people_ahead: int | None
    wait_min: tuple[int, int] | None
    short_code: str
    follow_url: str | None = None
    follow_address: str | None = None
    logo: str | None = None
    is_priority: bool = False
    arrival: str | None = None
    late_min: int = 0
    is_reprint: bool = False
    is_demonstration: bool = False
    is_after_closing: bool = False
    numbers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.number.strip():
            raise ValueError("a ticket has a number")
        if self.people_ahead is not None and self.people_ahead < 0:
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
) -> PrintDocument:
    """The ticket as a document for a paper `width_dots` wide.

    `languages` is French, then the chosen language if it is another one. Raises ValueError otherwise.
    """
    paper = Paper(languages, translate, width_dots)
    elements = [
        *_head(content, paper),
        *_number(content, paper),
        *_service(paper),
        *_arrival(content, paper),
        *_expectation(content, paper),
        *_following(content, paper),
        *_rules(content, paper),
    ]
    return PrintDocument(width_dots=width_dots, elements=tuple(elements))


type _Paper = Paper[TicketLanguage]


def _head(content: TicketContent, paper: _Paper) -> list[Element]:
    elements: list[Element] = []
    if content.is_reprint:
        duplicate = paper.translate("kiosk.paper.duplicate", FRENCH).upper()
        elements += [Text(duplicate, 44, weight=BOLD, inverse=True), Space(8)]
    if content.is_demonstration:
        note = paper.translate("kiosk.paper.demonstration", FRENCH)
        elements += [Text(note, REST_DOTS, weight=PLAIN), Space(2)]
    names = [Text(content.site, 28, weight=PLAIN)]
    if content.hall != content.site:
        names.append(Text(content.hall, 30, weight=BOLD))
    if content.logo is None:
        return [*elements, *names]
    return [*elements, Picture(content.logo, _LOGO_DOTS, tuple(names))]


def _number(content: TicketContent, paper: _Paper) -> list[Element]:
    if content.numbers:
        title = paper.sentence("kiosk.together.numbers", size=ACTED_ON_DOTS)
        number = Text("  ".join(content.numbers), _SEVERAL_DOTS, weight=BOLD)
        return [Space(6), BlackLine(3), Space(14), *title, number, Space(10)]
    number = Text(content.number, _NUMBER_DOTS, weight=BOLD, fit=True)
    return [Space(6), BlackLine(3), Space(14), number, Space(10)]


def _service(paper: _Paper) -> list[Element]:
    first = paper.languages[0]
    services = [spoken.service for spoken in paper.languages]
    issued = Text(f"{first.date}, {first.hour}", REST_DOTS, weight=PLAIN)
    return [*paper.stacked(services, size=36), issued, Space(6)]


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
    return [*paper.stacked(said, size=ACTED_ON_DOTS), Space(4)]


def _expectation(content: TicketContent, paper: _Paper) -> list[Element]:
    size = ACTED_ON_DOTS
    if content.people_ahead is None:
        return [*paper.sentence("kiosk.paper.no_wait", size=size), Space(6)]
    if content.people_ahead:
        ahead = paper.sentence("kiosk.ticket.ahead", size=size, count=content.people_ahead)
    else:
        ahead = paper.sentence("kiosk.ticket.ahead_none", size=size)
    if content.is_after_closing:
        return [*ahead, Space(8), *paper.sentence("kiosk.ticket.after_closing", size=size), Space(10)]
    if content.wait_min is None:
        return [*ahead, Space(6)]
    low, high = content.wait_min
    said = [
        paper.translate("kiosk.paper.wait", spoken.language, wait=_wait(paper, spoken.language, low, high))
        for spoken in paper.languages
    ]
    wait = paper.stacked(said, size=size)
    return [*ahead, *wait, Space(6)]


def _wait(paper: _Paper, language: str, low: int, high: int) -> str:
    """A range in whole minutes in the words of the kiosk's menu."""

    def words(minutes: int) -> str:
        return _duration(paper, language, minutes)

    match wording_of(low * 60, high * 60):
        case "under":
            return paper.translate("kiosk.wait.under", language, high=words(high))
        case "over":
            return paper.translate("kiosk.wait.over", language, low=words(low))
        case "about":
            return paper.translate("kiosk.wait.about", language, duration=words(high))
    if high < _HOUR:
        return paper.translate("kiosk.wait.minutes", language, low=low, high=high)
    return paper.translate("kiosk.wait.mixed", language, low=words(low), high=words(high))


def _duration(paper: _Paper, language: str, total: int) -> str:
    hours, minutes = divmod(total, _HOUR)
    if not hours:
        return paper.translate("kiosk.duration.minutes", language, minutes=minutes)
    if not minutes:
        return paper.translate("kiosk.duration.hours", language, hours=hours)
    return paper.translate("kiosk.duration.hours_minutes", language, hours=hours, minutes=f"{minutes:02}")


def _following(content: TicketContent, paper: _Paper) -> list[Element]:
    """Where the call will be read, and how a phone follows it."""
    if content.numbers:
        watch = paper.sentence("kiosk.together.watch", size=ACTED_ON_DOTS)
        follow = paper.sentence("kiosk.together.follow", size=ACTED_ON_DOTS, number=content.number)
    else:
        watch = paper.sentence("kiosk.paper.watch", size=ACTED_ON_DOTS)
        follow = paper.sentence("kiosk.ticket.follow", size=ACTED_ON_DOTS)
    if content.follow_url is None:
        return [BlackLine(2), Space(6), *watch, Space(6)]
    elements: list[Element] = [BlackLine(2), Space(2), Qr(content.follow_url, 7, (*watch, *follow))]
    if content.follow_address is None or not content.short_code:
        return [*elements, Space(4)]
    typed = paper.sentence(
        "kiosk.paper.typed", size=REST_DOTS + 6, code=content.short_code, address=content.follow_address
    )
    return [*elements, *typed, Space(6)]


def _rules(content: TicketContent, paper: _Paper) -> list[Element]:
    away = paper.sentence("kiosk.paper.away", size=ACTED_ON_DOTS)
    key = "kiosk.paper.priority_declared" if content.is_priority else "kiosk.paper.priority"
    return [BlackLine(2), Space(6), *away, Space(2), *paper.sentence(key, size=ACTED_ON_DOTS)]
