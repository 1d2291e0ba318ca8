"""The hall's document: services, queues, counters, kiosks and screens, in the order people see."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from kiosk.mounting import REACH_HIGH_CM, REACH_LOW_CM, BandOffScreen, low_band
from server.documents import hall_parts
from server.documents.brand import MediumId
from server.documents.problems import broken_rule
from server.documents.values import (
    CalendarPart,
    IfAny,
    IfSet,
    Languages,
    Line,
    NotEmpty,
    OptionalParagraphs,
    OptionalTexts,
    OwnHours,
    Part,
    Prefix,
    ShortTexts,
    Slug,
    Texts,
    WebAddress,
)
from server.domain.calling.rules import DEFAULT_RULE, RuleName
from server.domain.hall.configuration import Confirmation, Mode, ResultDuty
from server.domain.tickets import HIGHEST_RANK

Seconds = Annotated[int, Field(ge=30, le=28_800)]
Rank = Annotated[int, Field(ge=1, le=HIGHEST_RANK)]
Tickets = Annotated[int, Field(ge=0, le=2_000)]
Category = Literal["practical", "hours", "missions", "survey", "safety", "legal"]
MOST_REASONS = 5
"""The most exceptional reasons of a service: a kiosk shows them on one view, beside how to book."""


class SeriesPart(Part):
    """The numbers of a service; `last` null: the series does not end."""

    prefix: Prefix
    first: Rank = 1
    last: Rank | None = None

    @model_validator(mode="after")
    def _goes_up(self) -> "SeriesPart":
        if self.last is not None and self.last < self.first:
            raise broken_rule("range_ends_before_start", first=self.first, last=self.last)
        return self


class FolderPart(Part):
    """A menu entry that opens a list of services."""

    id: Slug
    names: Texts
    subtitles: OptionalTexts = Field(default_factory=dict)
    icon: Slug = "folder-open"


class ReasonPart(Part):
    """An exceptional reason; `id` is the code that facts keep, unique within its service."""

    id: Slug
    names: Texts


class ExceptionalPart(Part):
    """Which service receives who comes without an appointment for an exceptional reason, and which ones."""

    received_by: Slug
    reasons: Annotated[tuple[ReasonPart, ...], Field(max_length=MOST_REASONS), *NotEmpty]


class InsteadPart(Part):
    """What helps a visitor who gets no ticket of a service: another service of the hall, a page on line, the
    same thing in another hall (`elsewhere`: the id of a service there).
    """

    service: Slug | None = None
    web_address: WebAddress | None = None
    elsewhere: Slug | None = None


class ReferralPart(Part):
    """A menu entry that gives no ticket and says how: in words, with which papers, on line, in another hall
    (`elsewhere`: the id of a service there). Without a `parent` (a folder) one with `elsewhere` stands under
    « Pas ici ? ».
    """

    id: Slug
    names: Texts
    subtitles: OptionalTexts = Field(default_factory=dict)
    icon: Slug = "info"
    parent: Slug | None = None
    instructions: OptionalParagraphs = Field(default_factory=dict)
    bring: Annotated[tuple[Texts, ...], Field(max_length=12)] = ()
    web_address: WebAddress | None = None
    elsewhere: Slug | None = None
    is_retired: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "ReferralPart":
        if not (self.instructions or self.bring or self.web_address or self.elsewhere):
            raise broken_rule("referral_says_nothing")
        return self


class QuotaPart(Part):
    """How many tickets a half-day gives: one that opens before noon is a morning; null: no limit."""

    morning: Tickets | None = None
    afternoon: Tickets | None = None


class ServicePart(Part):
    """What a visitor comes for. Times in seconds; `parent` is a folder; `hours` null means the hall's.

    `confirmation` "call": the call counts as the arrival, the service begins with it.
    `exceptional` is for services by appointment only; null: nobody is received without one. `quota` limits
    tickets without an appointment; null: no limit. `instead` helps who gets no ticket. `film`: a film of the
    library that says the service in sign language.
    """

    id: Slug
    names: Texts
    subtitles: OptionalTexts = Field(default_factory=dict)
    icon: Slug = "ticket"
    parent: Slug | None = None
    mode: Mode = "walk_in"
    queue: Slug
    series: SeriesPart
    appointment_series: SeriesPart | None = None
    target_s: Seconds = 900
    target_appointment_s: Seconds = 600
    target_priority_s: Seconds = 600
    typed_mean_s: Seconds = 600
    hours: OwnHours | None = None
    bring: Annotated[tuple[Texts, ...], Field(max_length=12)] = ()
    how_to_book: OptionalParagraphs = Field(default_factory=dict)
    appointment_url: WebAddress | None = None
    is_on_kiosk: bool = True
    is_retired: bool = False
    confirm_priority: bool = False
    early_window_s: Seconds = 3600
    late_grace_s: Seconds = 900
    outcome: ResultDuty = "optional"
    note: ResultDuty = "optional"
    confirmation: Confirmation = "agent"
    wrap_up_s: Annotated[int, Field(ge=0, le=600)] = 0
    exceptional: ExceptionalPart | None = None
    quota: QuotaPart | None = None
    instead: IfSet[InsteadPart] = None
    film: IfSet[MediumId] = None


class QueuePart(Part):
    """Where legs wait; services name the queue they share. `most_waiting` null: the threshold of the hall."""

    id: Slug
    names: Texts
    most_waiting: hall_parts.People | None = None


class CounterPart(Part):
    """A place visitors are called to; `labels` are shown and spoken ("guichet 3").

    `hearing_loop_tested_on`: the day its induction loop was last tested; it is shown for a year from then.
    `is_self_service`: visitors work there by themselves, as at a computer.
    """

    id: Slug
    labels: ShortTexts
    directions: OptionalTexts = Field(default_factory=dict)
    services: Annotated[tuple[Slug, ...], Field(max_length=60)]
    is_step_free: bool = False
    has_hearing_loop: bool = False
    hearing_loop_tested_on: date | None = None
    is_confidential: bool = False
    is_self_service: bool = False
    is_retired: bool = False

    @model_validator(mode="after")
    def _tests_a_loop_it_has(self) -> "CounterPart":
        if self.hearing_loop_tested_on is not None and not self.has_hearing_loop:
            raise broken_rule("loop_test_without_loop")
        return self


class MountingPart(Part):
    """How a kiosk's screen is fixed: `width_px` × `height_px` as mounted, taller than wide where upright."""

    lower_edge_cm: Annotated[int, Field(ge=0, le=300)]
    diagonal_cm: Annotated[int, Field(ge=13, le=300)]
    width_px: Annotated[int, Field(ge=480, le=8192)] = 1080
    height_px: Annotated[int, Field(ge=480, le=8192)] = 1920

    @model_validator(mode="after")
    def _is_in_reach(self) -> "MountingPart":
        try:
            low_band(self.lower_edge_cm, self.diagonal_cm, width_px=self.width_px, height_px=self.height_px)
        except BandOffScreen as refused:
            raise broken_rule("band_off_screen", lowest=REACH_LOW_CM, highest=REACH_HIGH_CM) from refused
        return self


class KioskPart(Part):
    """A self-service ticket machine; `services` are those it offers, none: all that kiosks show.

    `mounting` null: the usual heights are assumed. A kiosk without a printer of its own prints at that of the
    kiosk `prints_at`, or has `number_only`: it shows the number on purpose. Neither: nobody decided yet.
    `own_series`: the numbers that its agent gives while the server is away; null: none.
    `keys_at`: where its keys are, said first by the spoken guidance, as « sous l’écran, à droite ».
    """

    id: Slug
    label: Line
    services: IfAny[
        Annotated[tuple[Slug, ...], Field(max_length=60, json_schema_extra={"when_empty": "every_service"})]
    ] = ()
    printer: hall_parts.PrinterPart | None = None
    prints_at: IfSet[Slug] = None
    number_only: IfAny[bool] = False
    own_series: IfSet[SeriesPart] = None
    mounting: MountingPart | None = None
    keys_at: IfAny[OptionalTexts] = Field(default_factory=dict)
    is_retired: bool = False


def _each_once(slugs: tuple[str, ...]) -> tuple[str, ...]:
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise broken_rule("slug_twice", slug=slug)
    return slugs


class LastTicketPart(Part):
    """Whether no ticket is given once its service would end after closing, but for so many seconds."""

    is_predictive: bool = False
    overrun_s: Annotated[int, Field(ge=0, le=14_400)] = 0


class HallDocument(Part):
    """One hall: what visitors come for, where they wait and where they are called.

    `rule` and `has_priority_first` call for sessions that are opened without a profile. `at_break` holds when
    nobody decides at midday; `distribution_before_s`: tickets by hand so long before opening, 0 never;
    `screen_margin_s`: screens are on so long before the first opening and after the last closing;
    `asks_needs`: the kiosk asks what helps; `priority_grounds`: who else than the card's holders passes first
    here, in the site's own words, never asked of anybody. `legal_percent`: of the time of screens, for legal
    notices, where there are some.
    """

    format: Literal["parvis-hall-1"]
    hall: Slug
    name: Line
    site: Slug
    languages: Languages
    neighbours: Annotated[tuple[Slug, ...], AfterValidator(_each_once)] = ()
    calendar: CalendarPart | None = None
    folders: Annotated[tuple[FolderPart, ...], Field(max_length=12)] = ()
    queues: Annotated[tuple[QueuePart, ...], Field(max_length=60), *NotEmpty]
    services: Annotated[tuple[ServicePart, ...], Field(max_length=60), *NotEmpty]
    referrals: IfAny[Annotated[tuple[ReferralPart, ...], Field(max_length=30)]] = ()
    counters: Annotated[tuple[CounterPart, ...], Field(max_length=40), *NotEmpty]
    rule: RuleName = DEFAULT_RULE
    has_priority_first: bool = True
    legal_percent: Annotated[int, Field(ge=0, le=50)] = 20
    at_break: Literal["finish", "carry_over"] = "finish"
    last_ticket: LastTicketPart = Field(default_factory=LastTicketPart)
    distribution_before_s: Annotated[int, Field(ge=0, le=14_400)] = 0
    screen_margin_s: Annotated[int, Field(ge=300, le=14_400)] = 3600
    asks_needs: bool = True
    priority_grounds: OptionalTexts = Field(default_factory=dict)
    limits: hall_parts.CheckedLimits = Field(default_factory=hall_parts.LimitsPart)
    sound: hall_parts.SoundPart = Field(default_factory=hall_parts.SoundPart)
    alarms: hall_parts.AlarmsPart = Field(default_factory=hall_parts.AlarmsPart)
    told_before: hall_parts.ToldBeforePart = Field(default_factory=hall_parts.ToldBeforePart)
    profiles: Annotated[tuple[hall_parts.ProfilePart, ...], Field(max_length=40)] = ()
    kiosks: Annotated[tuple[KioskPart, ...], Field(max_length=20)] = ()
    screens: Annotated[tuple[hall_parts.ScreenPart, ...], Field(max_length=40)] = ()

    def services_in_use(self) -> Iterator[tuple[int, ServicePart]]:
        """The services that are not retired, each with its place in the list."""
        return ((at, service) for at, service in enumerate(self.services) if not service.is_retired)


LISTS = ("folders", "queues", "services", "referrals", "counters", "profiles", "kiosks", "screens")
"""The document's lists of things that have an id."""


def ids_of(document: HallDocument) -> dict[str, str]:
    """Every id the document gives, with the list it is in (`services`, `counters` …)."""
    return {item.id: name for name in LISTS for item in getattr(document, name)}
