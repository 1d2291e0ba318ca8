"""Shapes of the API's appointments."""

from datetime import date, datetime
from typing import Annotated, Literal, cast

from pydantic import Field

from server.domain.instants import from_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal, existing
from server.domain.visits.verb_facts import Need
from server.usecases.appointments import arrivals, booking
from server.usecases.appointments.imports import EffectCounts, RefusalOfLine, import_appointments
from server.usecases.printing.print_jobs import PrintState, print_sheet
from server.usecases.tickets.issuing import TicketRequest
from server.web.access.callers import require_caller, someone
from server.web.access.requirements import PEOPLE_AND_KEYS
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall
from server.web.api.shapes import OPAQUE, RequestShape, Slug, Spoken
from server.web.api.tickets import TicketAnswer, answer_press, channel_of
from server.web.rendering import page

OUTSIDE = r"^[A-Za-z0-9._:@-]+$"
type OutsideId = Annotated[str, Field(min_length=1, max_length=64, pattern=OUTSIDE)]
"""The id of an appointment, or its id outside."""
_HOUR = Field(max_length=40, description="RFC 3339 with an offset.")


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
    language: str = Spoken
    priority: bool = False
    needs: list[Need] = Field(default=[], max_length=len(Need))
    kiosk: str | None = Field(default=None, max_length=64)


class AppointmentSheetBody(RequestShape):
    """Which service's sheet, in which language beside French; `kiosk`: whose printer, for a desk."""

    service: str = Slug
    language: str = Spoken
    kiosk: str | None = Field(default=None, max_length=64)


class LineRefused(RefusalOfLine):
    """A line of a file, or an event of a calendar by its place from 1, that was not taken, and why."""

    detail: str
    """Why, as a sentence in the reader's language."""


class ImportAnswer(EffectCounts):
    """What became of a file's lines."""

    is_dry_run: bool
    refused: list[LineRefused]


def blueprint(api: Api) -> ApiRoutes:
    routes = ApiRoutes("appointments")
    _reading(routes, api)
    _booking(routes, api)
    _arriving(routes, api)
    return routes


def _reading(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/halls/<hall>/appointments", Permission.READ_APPOINTMENTS)
    def appointments(query: DayQuery, at: HallCall) -> arrivals.AppointmentsAnswer:
        """The appointments of a local date, today unless told.

        Codes only for who may give tickets, numbers only for who sees the whole queue.
        """
        configuration = api.database.configuration(at.hall)
        reach = at.caller.reaching(Permission.READ_QUEUE, configuration).author.reach

        def may(*permissions: Permission) -> bool:
            return any(
                at.caller.may(each, hall=at.hall, site=configuration.site.slug) for each in permissions
            )

        return arrivals.read_appointments(
            api.database,
            at.hall,
            _day(query.on),
            has_codes=may(Permission.ISSUE, Permission.BOOK),
            has_visits=may(Permission.BOOK) or (may(Permission.READ_QUEUE) and reach.is_whole),
        )

    @routes.post("/halls/<hall>/appointment-sheets", Permission.ISSUE)
    def appointment_sheets(body: AppointmentSheetBody, at: HallCall) -> tuple[PrintState, Literal[202]]:
        """Prints how to book a service; it is no ticket."""
        kiosk = at.caller.configured if at.caller.kind == "device" else body.kiosk
        answer = print_sheet(
            api.database,
            at.hall,
            at.author,
            body.service,
            kiosk=kiosk,
            language=body.language,
            write_key=at.key,
        )
        return answer, 202

    @routes.get("/halls/<hall>/convocations", Permission.ISSUE)
    def convocations(at: HallCall) -> arrivals.ConvocationsAnswer:
        """The hours of today at which convocations without a code are still expected, by service.

        A kiosk reads those of the services it offers.
        """
        return arrivals.read_convocations(api.database, at.hall, at.caller.configured)


def _booking(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/halls/<hall>/appointments", Permission.BOOK)
    def book(body: AppointmentBody, at: HallCall) -> tuple[booking.AppointmentAnswer, Literal[200, 201]]:
        """Books an appointment; the same external id, hour and service give the same one (200)."""
        appointment = booking.AppointmentRequest(
            body.service,
            _instant(body.booked_at),
            body.external_id,
            body.code,
            is_convocation=body.is_convocation,
        )
        booked = booking.book_appointment(api.database, at.hall, at.author, appointment, write_key=at.key)
        api.breathe()
        answer = {name: value for name, value in booked.items() if name != "is_new"}
        return cast(booking.AppointmentAnswer, answer), 201 if booked["is_new"] else 200  # less one key

    @routes.patch("/halls/<hall>/appointments/<appointment>", Permission.BOOK)
    def move(appointment: OutsideId, body: AppointmentChange, at: HallCall) -> booking.AppointmentAnswer:
        """Gives an appointment another hour or service; named by its id, or its id outside."""
        return booking.move_appointment(
            api.database,
            at.hall,
            at.author,
            appointment,
            booked_at=None if body.booked_at is None else _instant(body.booked_at),
            service=body.service,
            write_key=at.key,
        )

    @routes.delete("/halls/<hall>/appointments/<appointment>", Permission.BOOK)
    def cancel(appointment: OutsideId, at: HallCall) -> booking.AppointmentAnswer:
        """Cancels an appointment; again, it changes nothing."""
        return booking.cancel_appointment(api.database, at.hall, at.author, appointment, write_key=at.key)

    @routes.post("/halls/<hall>/appointments/import", Permission.BOOK)
    def import_file(body: ImportBody, at: HallCall) -> ImportAnswer:
        """Books, moves and cancels what a CSV or iCalendar text says; tells each line not taken, and why."""
        if (body.csv is None) == (body.ics is None):
            raise Refusal("bad_request", missing="csv")
        answer = import_appointments(
            api.database,
            at.hall,
            at.author,
            body.csv or body.ics or "",
            form="csv" if body.ics is None else "ics",
            is_dry_run=body.dry_run,
            write_key=at.key,
        )
        say = page.sentence()
        refused: list[LineRefused] = [
            {**line, "detail": say(f"refusal.{line['code']}")} for line in answer["refused"]
        ]
        return {**answer, "refused": refused}


def _arriving(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/appointments/check-in", Permission.ISSUE)
    def check_in(body: CheckInBody) -> tuple[TicketAnswer, Literal[200, 201]]:
        """The person expected is here: a ticket of the appointments' own series."""
        caller = someone()
        where = existing(body.hall or caller.hall, "bad_request", missing="hall")
        caller, hall = require_caller(Permission.ISSUE, where)
        channel = channel_of(caller)
        claim = arrivals.Claim(
            code=body.code,
            service=body.service,
            booked_at=None if body.booked_at is None else _instant(body.booked_at),
            appointment=body.appointment,
            may_be_early=channel == "reception",
            wanted_service=body.wanted_service,
        )
        ticket = TicketRequest(
            service=body.service or "",
            press_id=body.press_id,
            language=body.language,
            is_priority=body.priority,
            channel=channel,
            kiosk=caller.configured if caller.kind == "device" else body.kiosk,
            needs=tuple(body.needs),
            claim=claim,
        )
        return answer_press(api, caller, hall, ticket)

    @routes.post(
        "/halls/<hall>/appointments/<appointment>/undo-check-in", Permission.ISSUE, of=PEOPLE_AND_KEYS
    )
    def undo(appointment: OutsideId, at: HallCall) -> booking.AppointmentAnswer:
        """A check-in was a mistake: the ticket is void and the person expected again."""
        return arrivals.undo_check_in(api.database, at.hall, at.author, appointment, write_key=at.key)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("bad_request", field="on") from error


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError as error:
        raise Refusal("malformed_hour") from error
