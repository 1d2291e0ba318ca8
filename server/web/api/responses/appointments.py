"""Shapes of appointments: booked, imported, listed for a day."""

from pydantic import Field

from server.domain.appointments.check_in import AppointmentState, Arrival
from server.domain.visits.transitions import EndReason, LegState
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, LocalDate, Position


class AppointmentAnswer(ExactShape):
    """An appointment."""

    appointment: str
    external_id: str | None
    """Its id in the program that booked it."""
    service: str
    booked_at: InstantText
    code: str | None
    """What the visitor types at a kiosk; a convocation has none."""
    is_convocation: bool
    state: AppointmentState
    visit: str | None
    arrival: Arrival | None
    """How the arrival stands to the hour; null before the check-in."""
    checked_in_at: InstantText | None


class ListedAppointment(ExactShape):
    """An appointment of a day. Left out: what the caller may not read, codes and what became of the visit."""

    appointment: str
    external_id: str | None = LEFT_OUT
    service: str
    booked_at: InstantText
    code: str | None = LEFT_OUT
    is_convocation: bool
    state: AppointmentState
    visit: str | None = LEFT_OUT
    arrival: Arrival | None
    checked_in_at: InstantText | None
    is_overdue: bool
    """Its hour has passed and nobody came."""
    number: str | None = LEFT_OUT
    """The number of its ticket; null before the check-in."""
    leg_state: LegState | None = LEFT_OUT
    """The state of the last leg of its visit."""
    ended_at: InstantText | None = LEFT_OUT
    end_reason: EndReason | None = LEFT_OUT


class AppointmentCounts(ExactShape):
    """How many appointments of a day are in each state; `booked` counts all but the cancelled ones."""

    booked: Count
    checked_in: Count
    cancelled: Count
    overdue: Count


class AppointmentsAnswer(Position):
    """The appointments of a local date, by their hour."""

    on: LocalDate
    counts: AppointmentCounts
    appointments: list[ListedAppointment]


class HoursOfService(ExactShape):
    """The hours of today at which convocations of a service are still expected, without a double."""

    service: str
    hours: list[InstantText]


class ConvocationsAnswer(ExactShape):
    """The convocations of today without a code, by service."""

    hall: str
    on: LocalDate
    services: list[HoursOfService]


class LineRefused(ExactShape):
    """A line of a file, or an event of a calendar by its place from 1, that was not taken, and why."""

    line: int = Field(ge=1)
    external_id: str
    code: str
    detail: str
    """Why, as a sentence in the reader's language."""


class ImportAnswer(ExactShape):
    """What became of a file's lines."""

    is_dry_run: bool
    booked: Count
    moved: Count
    cancelled: Count
    unchanged: Count
    refused: list[LineRefused]


class AppointmentArrival(ExactShape):
    """The hour of a ticket's appointment and how the visitor stands to it; `walk_in` came after the grace."""

    booked_at: InstantText
    arrival: Arrival
    late_min: Count
    """Whole minutes after the hour; 0 for who is not late."""
