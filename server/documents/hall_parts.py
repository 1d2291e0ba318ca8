"""The parts of a hall's document: alarms, limits, printers, calling profiles, screens and sound."""

from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from hardware.transports.serial_line import is_serial_line
from hardware.transports.usb import usb_name
from server.documents.problems import broken_rule
from server.documents.values import PART, IfAny, IfSet, Line, NotEmpty, Part, Slug, Span, Texts
from server.domain.alarms.alarms import AlarmRules
from server.domain.calling import rules
from server.domain.hall import devices
from server.domain.visits.told_before import ToldBefore
from server.domain.visits.verb_facts import Limits
from signage.lettering import Layout, LettersTooSmall, text_scale

People = Annotated[int, Field(ge=1, le=500)]


@dataclass(frozen=True, slots=True)
class AlarmsPart(AlarmRules):
    """Counts and seconds; what is left out is as usual. `off`: kinds of alarms that are not raised here."""

    __pydantic_config__ = PART


@dataclass(frozen=True, slots=True)
class ToldBeforePart(ToldBefore):
    """How visitors who do not wait inside are told; what is left out is as usual."""

    __pydantic_config__ = PART


def _timer_within_the_longest(limits: "LimitsPart") -> "LimitsPart":
    if limits.most_park_s < limits.park_s:
        raise broken_rule("range_ends_before_start", first=limits.park_s, last=limits.most_park_s)
    return limits


@dataclass(frozen=True, slots=True)
class LimitsPart(Limits):
    """Seconds and counts; what is left out is as usual."""

    __pydantic_config__ = PART


CheckedLimits = Annotated[LimitsPart, AfterValidator(_timer_within_the_longest)]


def _usb_name(text: str) -> str:
    try:
        return str(usb_name(text.strip()))
    except ValueError:
        raise broken_rule("wrong_usb_name", text=text) from None


def _serial_line(text: str) -> str:
    if not is_serial_line(text.strip()):
        raise broken_rule("wrong_serial_line", text=text)
    return text.strip()


class PrinterPart(Part):
    """A kiosk's printer. Without `host` (of kind tcp), `usb` (of usb_file) or `line` (of serial) it is a
    simulated one; a printer of kind usb_bus has a name. `speed` null: found by asking. `backup`: the kiosk
    whose printer gets the jobs that this one refuses; null: none.

    Fields of another kind are kept and change nothing.
    """

    kind: devices.PrinterKind = "tcp"
    host: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] = 9100
    usb: IfSet[Annotated[str, Field(min_length=1, max_length=90), AfterValidator(_usb_name)]] = None
    line: IfSet[Annotated[str, Field(min_length=1, max_length=140), AfterValidator(_serial_line)]] = None
    speed: IfSet[Literal[9600, 19_200, 38_400, 57_600, 115_200]] = None
    dialect: Annotated[devices.PrinterDialect, Field(exclude_if=lambda dialect: dialect == "epson")] = "epson"
    profile: devices.PrinterProfile = "raster-80"
    paper_mm: Literal[80, 58] = 80
    backup: IfSet[Slug] = None

    @model_validator(mode="after")
    def _fits_the_paper(self) -> "PrinterPart":
        if not self.profile.endswith(str(self.paper_mm)):
            raise broken_rule("paper_width", profile=self.profile, paper_mm=self.paper_mm)
        return self

    @model_validator(mode="after")
    def _is_named(self) -> "PrinterPart":
        if self.kind == "usb_bus" and self.usb is None:
            raise broken_rule("unnamed_usb_printer")
        return self


Weight = Annotated[int, Field(ge=1, le=100)]


class WaitExceedsPart(Part):
    """Holds while someone has waited in the queue for more than `minutes`."""

    kind: Literal["wait_exceeds"]
    queue: Slug
    minutes: Annotated[int, Field(ge=0, le=480)]


class PeopleExceedPart(Part):
    """Holds while more than `people` wait in the queue."""

    kind: Literal["people_exceed"]
    queue: Slug
    people: Annotated[int, Field(ge=0, le=500)]


class CountersAtMostPart(Part):
    """Holds while at most `counters` are open for the queue; `queue` null: in the whole hall."""

    kind: Literal["counters_at_most"]
    counters: Annotated[int, Field(ge=0, le=40)]
    queue: Slug | None = None


class LocalHoursPart(Part):
    """Holds between two local times, the first included; may go past midnight."""

    kind: Literal["local_hours"]
    starts: time
    ends: time


type TestPart = Annotated[
    WaitExceedsPart | PeopleExceedPart | CountersAtMostPart | LocalHoursPart, Field(discriminator="kind")
]


class ConditionPart(Part):
    """When every test holds, the queue `call` comes first."""

    tests: Annotated[tuple[TestPart, ...], Field(max_length=4), *NotEmpty]
    call: Slug


class ProfilePart(Part):
    """Which queues a session serves, and how the next leg is picked; `weights` are for weighted shares."""

    id: Slug
    names: Texts
    queues: Annotated[tuple[Slug, ...], Field(max_length=60), *NotEmpty]
    rule: rules.RuleName = rules.DEFAULT_RULE
    conditions: Annotated[tuple[ConditionPart, ...], Field(max_length=20)] = ()
    has_priority_first: bool = True
    weights: dict[Slug, Weight] = Field(default_factory=dict)


def to_profile(part: ProfilePart) -> rules.WorkProfile:
    """The profile as the calling rules read it."""
    conditions = (rules.Condition(tuple(map(_test, each.tests)), each.call) for each in part.conditions)
    return rules.WorkProfile(
        id=part.id,
        queues=part.queues,
        rule=part.rule,
        conditions=tuple(conditions),
        priority_first=part.has_priority_first,
        weights=part.weights,
    )


def _test(part: TestPart) -> rules.Test:
    match part:
        case WaitExceedsPart():
            return rules.WaitExceeds(part.queue, part.minutes)
        case PeopleExceedPart():
            return rules.PeopleExceed(part.queue, part.people)
        case CountersAtMostPart():
            return rules.CountersAtMost(part.counters, part.queue)
        case LocalHoursPart():
            return rules.LocalHours(part.starts, part.ends)


class ScreenPart(Part):
    """A hall display: its diagonal in centimetres and the distance of the last seat in metres.

    `zone`: where its loudspeaker is heard; one screen of a zone has sound, so that no call is said twice.
    `output`: what its sound feeds, loudspeakers or the amplifier of the induction loop.
    `layout`: what the screen is for; `arrow`: which way from it the counters are; `counter`: the one whose
    screen it is. `panel_watts`: what the panel draws lit, less what it draws off. `groups`: those of its
    site that it is in (ids).
    """

    id: Slug
    label: Line
    has_sound: bool = True
    diagonal_cm: Annotated[int, Field(ge=25, le=300)] = 140
    viewing_m: Annotated[int, Field(ge=1, le=40)] = 6
    zone: Slug = "hall"
    output: devices.SoundOutput = "loudspeaker"
    layout: Layout = "hall"
    arrow: devices.Arrow | None = None
    counter: Slug | None = None
    panel_watts: IfSet[Annotated[int, Field(ge=1, le=5000)]] = None
    groups: IfAny[Annotated[tuple[Slug, ...], Field(max_length=20)]] = ()
    is_retired: bool = False

    @model_validator(mode="after")
    def _is_read_from_the_last_seat(self) -> "ScreenPart":
        try:
            text_scale(self.diagonal_cm, self.viewing_m, self.layout)
        except LettersTooSmall as refused:
            values = {"viewing": self.viewing_m, "farthest": refused.farthest_m}
            raise broken_rule("letters_too_small", **values) from refused
        return self

    @model_validator(mode="after")
    def _is_made_for_its_place(self) -> "ScreenPart":
        if self.layout == "window" and self.has_sound:
            raise broken_rule("window_with_sound")
        if self.output == "loop" and not self.has_sound:
            raise broken_rule("loop_without_sound")
        if (self.layout == "counter") != (self.counter is not None):
            raise broken_rule("counter_of_screen")
        return self


Percent = Annotated[int, Field(ge=0, le=100)]


class SoundLevelPart(Part):
    """So loud between two hours of the local day, percent of what the loudspeaker gives."""

    hours: Span
    percent: Percent

    @property
    def edges(self) -> tuple[str, str]:
        """The hours it begins and ends at."""
        opens, closes = self.hours.split("-")
        return opens, closes


class HeardPart(Part):
    """Commissioning: the last seat understood a call in a full hall."""

    on: date
    by: Line


class LoopPart(Part):
    """The hall's induction loop: how loud its amplifier is fed, percent, and the day of its last test."""

    percent: Annotated[int, Field(ge=1, le=100)] = 100
    tested_on: date | None = None


class SoundPart(Part):
    """The loudspeakers of a hall: never above `most_percent`, quieter in some hours.

    `loop`: the induction loop, null where there is none. `says_visitor_language`: calls are said in French,
    then in the language of the ticket, which tells the hall where one may come from: off unless turned on.
    """

    most_percent: Annotated[int, Field(ge=1, le=100)] = 100
    levels: Annotated[tuple[SoundLevelPart, ...], Field(max_length=12)] = ()
    heard: HeardPart | None = None
    loop: LoopPart | None = None
    says_visitor_language: bool = False

    @model_validator(mode="after")
    def _keeps_its_bounds(self) -> "SoundPart":
        for level in self.levels:
            if level.percent > self.most_percent:
                raise broken_rule("louder_than_most", percent=level.percent, most=self.most_percent)
        ordered = sorted(self.levels, key=lambda level: level.edges)
        for earlier, later in pairwise(ordered):
            if later.edges[0] < earlier.edges[1]:
                raise broken_rule("overlapping_hours", first=earlier.hours, second=later.hours)
        return self

    def to_sound(self) -> devices.Sound:
        """The level as the rules read it; an hour of 24:00 is the last minute of the day."""
        levels = tuple(
            devices.SoundLevel(_time(level.edges[0]), _time(level.edges[1]), level.percent)
            for level in self.levels
        )
        heard_on, heard_by = (None, "") if self.heard is None else (self.heard.on, self.heard.by)
        loop = None if self.loop is None else devices.HearingLoop(self.loop.percent, self.loop.tested_on)
        return devices.Sound(self.most_percent, levels, heard_on, heard_by, loop, self.says_visitor_language)


def _time(text: str) -> time:
    return time.max if text == "24:00" else time.fromisoformat(text)
