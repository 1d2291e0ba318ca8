"""Shapes of the API's appointments."""

from pydantic import Field

from server.web.api.shapes.requests import OPAQUE, HallPath, RequestShape, Slug

OUTSIDE = r"^[A-Za-z0-9._:@-]+$"
_HOUR = Field(max_length=40, description="RFC 3339 with an offset.")


class AppointmentPath(HallPath):
    """An appointment of a hall, by its id or its id outside."""

    appointment: str = Field(min_length=1, max_length=64, pattern=OUTSIDE)


class DayQuery(RequestShape):
    """Which local date; today unless told."""

    on: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class AppointmentBody(RequestShape):
    """An appointment; without a code one is drawn, unless it is a convocation, which has none."""

    service: str = Slug
    booked_at: str = _HOUR
    external_id: str | None = Field(default=None, min_length=1, max_length=64, pattern=OUTSIDE)
    code: str | None = Field(default=None, min_length=1, max_length=64)
    is_convocation: bool = False


class AppointmentChange(RequestShape):
    """Another hour, another service."""

    booked_at: str | None = Field(default=None, max_length=40)
    service: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")


class ImportBody(RequestShape):
    """A CSV text (external_id, service, booked_at, perhaps code and state), or an iCalendar text."""

    csv: str | None = Field(default=None, max_length=900_000)
    ics: str | None = Field(default=None, description="At most 900,000 characters and 5,000 events.")
    dry_run: bool = False


class CheckInBody(RequestShape):
    """Who is here: by code, by service and hour, or by the appointment's id.

    `hall`: a device's own unless told. `wanted_service`: the service that this person chose before at
    the same kiosk, without saying that they have an appointment.
    """

    hall: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    code: str | None = Field(default=None, min_length=1, max_length=64)
    service: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    booked_at: str | None = Field(default=None, max_length=40)
    appointment: str | None = Field(default=None, min_length=1, max_length=64, pattern=OPAQUE)
    wanted_service: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    press_id: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    language: str = Field(default="fr", max_length=8, pattern=r"^[A-Za-z-]+$")
    priority: bool = False
    kiosk: str | None = Field(default=None, max_length=64)


class AppointmentSheetBody(RequestShape):
    """Which service's sheet, in which language beside French; `kiosk`: whose printer, for a desk."""

    service: str = Slug
    language: str = Field(default="fr", max_length=8, pattern=r"^[A-Za-z-]+$")
    kiosk: str | None = Field(default=None, max_length=64)
