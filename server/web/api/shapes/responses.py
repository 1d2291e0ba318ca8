"""Shapes of what the API answers."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Wait(BaseModel):
    """A range, in seconds, and how it is said: as a range, or by the one end that is sure."""

    low_s: int
    high_s: int
    said: Literal["under", "about", "between", "over"] | None = None


class LinkAnswer(BaseModel):
    """A visit and the numbers it is linked to."""

    visit: str
    number: str
    linked: list[str]


class PrintState(BaseModel):
    """A print job's state and verdict."""

    job: str
    state: Literal["queued", "sending", "done", "cancelled"]
    verdict: Literal["printed", "held", "unknown", "refused"] | None


class AppointmentArrival(BaseModel):
    """The hour of a ticket's appointment and how the visitor stands to it; `walk_in` came after the grace."""

    booked_at: str
    arrival: Literal["early", "on_time", "late", "walk_in"]
    late_min: int


class TicketAnswer(BaseModel):
    """A ticket issued."""

    visit: str
    number: str
    service: str
    service_names: dict[str, str]
    issued_at: str
    ahead: int | None
    wait: Wait | None
    why_no_wait: Literal["after_closing"] | None
    token: str
    follow_url: str | None
    short_code: str
    print: PrintState | None
    appointment: AppointmentArrival | None = None


class ReadingAnswer(BaseModel):
    """Sentences of a kiosk's view, and the audio file of each, to play in turn."""

    language: str
    sentences: list[str]
    audio: list[str]


class LegAnswer(BaseModel):
    """A leg."""

    leg: str
    visit: str
    number: str
    service: str
    state: Literal["waiting", "called", "in_service", "parked", "ended"]
    rank: int
    counter: str | None
    target_s: int
    end_reason: str | None
    why: dict[str, Any] | None
    postponements: int
    not_before: str | None
    return_place: str | None
    added_services: list[str]
    outcome: str | None
    is_unconfirmed: bool = False
    """Told of who is in service by the call alone: the service's `confirmation` is `call`."""
    destination: dict[str, Any] | None = None
    """Told of a transfer: `service`, `counter` or null, `is_open` while a counter receives there."""


class SessionAnswer(BaseModel):
    """A counter session, and the counters it holds.

    `session` is for whoever opened it; `session_mark` is the name everybody of the hall reads in its place.
    """

    session: str
    session_mark: str
    places: list[str]
    services: list[str]
    profile: str | None
    rule: str
    opened_at: str
    expires_at: str


class Anything(BaseModel):
    """An answer described in CONTRACT and docs."""

    model_config = ConfigDict(extra="allow")


class Problem(BaseModel):
    """A problem document (RFC 9457) with a stable code."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str
