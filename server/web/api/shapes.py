"""Instants that a request may name: near enough that every reckoning with them is possible."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from flask import request
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from server.documents.notice_fields import FIRST_YEAR, LAST_YEAR
from server.domain.hall.fold import FORGOTTEN
from server.domain.hours.calendars import AtBreak
from server.domain.refusals import Refusal
from server.domain.visits.reentered import PaperEnd
from server.domain.visits.verb_facts import Need
from server.usecases.quality.indicators import Before
from server.usecases.tickets.together import MOST_TOGETHER

Slug = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
Spoken = Field(default="fr", max_length=16, pattern=r"^[A-Za-z-]+$")
"""The code of a language of visitors."""
OPAQUE = r"^[A-Za-z0-9._:-]+$"
LINE = r"^[^\t\n\r]*$"
"""Text on one line; other control characters are refused where the request enters."""
type Line = Annotated[str, Field(max_length=64)]


def _near(instant: datetime) -> datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"from {FIRST_YEAR} to {LAST_YEAR}")
    return instant


type Instant = Annotated[AwareDatetime, AfterValidator(_near)]
"""With its offset, in a year from 2020 to 2100."""


def one_line(text: object) -> object:
    """What was typed on several lines, on one: for words that are read in a list."""
    return " ".join(text.split()) if isinstance(text, str) else text


class RequestShape(BaseModel):
    """A request's body or path."""

    model_config = ConfigDict(extra="forbid")


class MenuQuery(RequestShape):
    """In which language."""

    lang: str = Spoken


class PrintsQuery(RequestShape):
    """Which visits, thirty at most."""

    visits: str = Field(max_length=1_200, pattern=r"^[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64}){0,29}$")


class PageQuery(RequestShape):
    """After which leg a page begins."""

    after: str = Field(default="", max_length=64)


class ScreenQuery(RequestShape):
    """For a person: the programme of which screen, and a version of a notice to look at on it."""

    screen: str = Field(default="", max_length=64)
    notice: str = Field(default="", max_length=64)
    version: int = Field(default=1, ge=1, le=100_000)


class PeriodQuery(RequestShape):
    """Which hall, from which local date (included) to which (excluded)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    hall: str = Slug
    starts_on: str = Field(
        alias="from", pattern=r"^\d{4}-\d{2}-\d{2}$", description="The first local date, included."
    )
    ends_on: str = Field(
        alias="to",
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="The local date after the last one: it is not included. The answer’s `last_day` is.",
    )

    @property
    def days(self) -> tuple[date, date]:
        """The two dates. Refusal: bad_period where one is no date."""
        return _dates(self.starts_on, self.ends_on)


def _dates(starts_on: str, ends_on: str) -> tuple[date, date]:
    try:
        return date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    except ValueError as error:
        raise Refusal("bad_period", period=f"{starts_on}/{ends_on}") from error


class IndicatorsQuery(PeriodQuery):
    """Which hall, which days, split by what.

    `alerts`: with or without the visits that were present while an alert held. `before_from` and `before_to`:
    the days that each part is compared with; both or none, and no split by day, week, month or quarter.
    `before`: `year` compares each day with the same weekday a year before, by the school holidays of the
    site; without the other two.
    """

    by: str = Field(default="", max_length=40, pattern=r"^[a-z_]*$")
    alerts: Literal["with", "without"] = "with"
    before: Literal["", "year"] = ""
    before_from: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    before_to: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")

    @property
    def compared_with(self) -> Before:
        """A year before, or the two dates, if named. Refusal: bad_period for both, or for what is no date."""
        has_dates = bool(self.before_from or self.before_to)
        if self.before and has_dates:
            raise Refusal("bad_period", period=f"{self.before_from}/{self.before_to}")
        return self.before or (_dates(self.before_from, self.before_to) if has_dates else None)


class NewTicketBody(RequestShape):
    """What a ticket is issued for, and how."""

    service: str = Slug
    language: str = Spoken
    priority: bool = False
    kiosk: str | None = Field(
        default=None,
        max_length=64,
        description="Whose printer prints, for a reception desk or a program.",
    )
    needs: list[Need] = Field(default=[], max_length=len(Need))
    exceptional_reason: str | None = Field(
        default=None,
        max_length=64,
        description="The code of why somebody without an appointment is received for a service that asks for"
        " one (the menu's `exceptional`); the ticket is of the service that receives them.",
    )
    linked_to: str | None = Field(
        default=None,
        max_length=64,
        description="A visit of the same person or group that goes on: they are called one after the other."
        " For a kiosk, of a ticket that it gave itself; six tickets at most.",
    )


class TicketBody(NewTicketBody):
    """A press: `press_id` is new for every press and repeated with it."""

    press_id: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    appointment_code: str | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _is_expected_or_excused(self) -> "TicketBody":
        if self.appointment_code is not None and self.exceptional_reason is not None:
            raise ValueError("an appointment needs no exceptional reason")
        return self


class FamilyBody(NewTicketBody):
    """A press for people who came together: a ticket each. Priority and needs are those of the first."""

    press_id: str = Field(min_length=8, max_length=60, pattern=OPAQUE)
    people: int = Field(
        ge=1,
        le=MOST_TOGETHER,
        description="How many get a ticket; with those of `linked_to`, six at most.",
    )
    one_paper: bool = Field(
        default=False, description="One paper, of the first, names the numbers of all; else each has a paper."
    )


class InformedBody(RequestShape):
    """A referral that a visitor opened."""

    referral: str = Slug


class LinkBody(RequestShape):
    """The visit to link to: its id, or its number of the same day (`A042`, `42`)."""

    visit: str | None = Field(None, max_length=64, pattern=OPAQUE)
    number: Annotated[str, Field(max_length=12)] | None = None


class NeedsBody(RequestShape):
    """What helps a visitor, in place of what was noted before; nothing of it is kept after closing."""

    needs: list[Need] = Field(max_length=len(Need))


class BreakBody(RequestShape):
    """What becomes of those who still wait at the break."""

    choice: AtBreak


class DistributionBody(RequestShape):
    """So many tickets of a service before the doors open; the same press gives the same ones."""

    service: str = Slug
    press_id: str = Field(min_length=8, max_length=60, pattern=OPAQUE)
    count: int = Field(default=1, ge=1, le=60)
    language: str = Spoken
    kiosk: str | None = Field(default=None, max_length=64, description="Whose printer prints.")


class GreetingBody(RequestShape):
    """« +1 reçu sans ticket »."""

    service: str = Slug
    counter: str | None = Field(default=None, max_length=64)


class SessionBody(RequestShape):
    """By which work profile a counter is served, or which services; none: all of its own.

    `if_free`: refuse while somebody is called or served there or at another place of its session, also when
    nobody keeps the counter any more.
    """

    services: list[Line] | None = Field(default=None, max_length=60)
    profile: str | None = Field(default=None, max_length=64)
    take_over: bool = False
    if_free: bool = False


class Pause(RequestShape):
    """Why a counter pauses."""

    reason: str = Field(min_length=1, max_length=80, pattern=LINE)

    @field_validator("reason")
    @classmethod
    def _is_an_agents(cls, reason: str) -> str:
        if reason == FORGOTTEN:
            raise ValueError("only the hall pauses a counter for this reason")
        return reason


class SessionChange(RequestShape):
    """Either a pause with its reason, or null to resume; or a work profile, null for all services."""

    pause: Pause | None = None
    profile: str | None = Field(default=None, max_length=64)


class MayBeEmpty(RequestShape):
    """A body that may be left out, where everything in it may be."""

    @model_validator(mode="before")
    @classmethod
    def nothing_is_asked(cls, value: Any) -> Any:
        """No body at all is an empty one; one that is no JSON is refused."""
        return {} if value is None and not request.content_length else value


class ResultBody(MayBeEmpty):
    """What a service led to, and a note for whoever receives the visitor next; erased with the visit."""

    outcome: Literal["file_received", "paper_missing", "informed", "redirected"] | None = None
    note: str | None = Field(default=None, max_length=300, pattern=LINE)


class NextBody(ResultBody):
    """What the console believes is at its counter, and how that one ends."""

    current: str | None = Field(default=None, max_length=64)
    current_end: Literal["served", "no_show"] | None = None


class CallBody(NextBody):
    """A call chosen out of order, with its reason."""

    visit: str = Slug
    reason: str = Field(min_length=1, max_length=80, pattern=LINE)


class ElsewhereBody(RequestShape):
    """Whom to call at which other counter, and why; `stays`: this counter is held too, else left."""

    counter: str = Slug
    visit: str = Slug
    reason: str = Field(min_length=1, max_length=80, pattern=LINE)
    stays: bool = False


class TransferBody(RequestShape):
    """To a service, or to a counter; at its rank by arrival unless told, not before an instant of today.

    `note`: for whoever receives the visitor there; erased with the visit.
    """

    service: str | None = Field(default=None, max_length=64)
    counter: str | None = Field(default=None, max_length=64)
    place: Literal["front", "arrival", "end"] = "arrival"
    not_before: Instant | None = None
    note: str | None = Field(default=None, max_length=300, pattern=LINE)


class ServiceBody(RequestShape):
    """A service of the hall."""

    service: str = Slug


class ParkBody(MayBeEmpty):
    """How long (seconds) and where to wait again afterwards; the hall's own unless told."""

    for_s: int | None = Field(default=None, ge=30, le=28_800)
    return_place: Literal["front", "arrival", "end"] | None = None


class ResumeBody(MayBeEmpty):
    """At which counter; none: that of the session in `X-Counter-Session`."""

    counter: str | None = Field(default=None, max_length=64)


class CancelBody(RequestShape):
    """Why a visit is void."""

    reason: Literal["misprint", "double_press", "superseded", "mistake"]


class UrgentBody(RequestShape):
    """Why a visitor is an urgent case."""

    reason: Literal["frailty", "deadline", "our_mistake", "other"]


class PaperCallBody(RequestShape):
    """A call made from paper: of a visit (id), or of a number of today (`A042`, `42`), and how it ended.

    Without an end the visitor is still called, or at the counter.
    """

    visit: str | None = Field(None, max_length=64, pattern=OPAQUE)
    number: Annotated[str, Field(max_length=12)] | None = None
    called_at: Instant
    started_at: Instant | None = None
    ended_at: Instant | None = None
    end: PaperEnd | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "PaperCallBody":
        if (self.visit is None) == (self.number is None):
            raise ValueError("either a visit or a number")
        if (self.end is None) != (self.ended_at is None):
            raise ValueError("an end has its instant")
        if self.started_at is not None and self.end in ("no_show", "left"):
            raise ValueError("who did not come was not at the counter")
        return self


class ReenteredBody(RequestShape):
    """Calls made from paper at one counter while the server was away."""

    calls: list[PaperCallBody] = Field(min_length=1, max_length=60)


class UndoBody(RequestShape):
    """Which fact is taken back: the counter's last gesture."""

    fact: str = Slug
    counter: str | None = Field(default=None, max_length=64)
