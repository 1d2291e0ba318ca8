"""Messages between pages at work, incidents at a counter, alarms of a hall."""

from typing import Any, Literal, TypedDict

from pydantic import Field

from server.domain.incidents import IncidentEndReason
from server.domain.people.roles import Permission
from server.store.incidents import Receivers
from server.usecases.alarms.read_alarms import (
    AlarmReader,
    AlarmsAnswer,
    acknowledge_alarm,
    hall_of_alarm,
    read_alarms,
)
from server.usecases.hall.messages import (
    HELP,
    MessageAnswer,
    MessageOfHall,
    MessageRequest,
    calls_for_help,
    message_of,
    messages_for_counter,
    see_message,
    send_message,
)
from server.usecases.hall.wall import PeopleAnswer, read_people
from server.usecases.incidents import course
from server.usecases.incidents.lists import IncidentsAnswer, read_incidents
from server.web.access.callers import Caller, allowed_either, require_at, require_caller, role_of
from server.web.access.requirements import PEOPLE
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall, write_key
from server.web.api.shapes import LINE, RequestShape
from server.web.rendering import page


class MessagesAnswer(TypedDict):
    """Some messages."""

    messages: list[MessageOfHall]


class MessageBody(RequestShape):
    """To a counter, a phrase or a text; without a counter a call for help."""

    counter: str | None = Field(default=None, max_length=64)
    phrase: str | None = Field(default=None, max_length=20)
    text: str | None = Field(default=None, max_length=120, pattern=LINE)


def messages_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("messages")

    @routes.get("/halls/<hall>/people", Permission.READ_BOARD)
    def people(at: HallCall) -> PeopleAnswer:
        """How many people are in the hall, and what happens to them."""
        return read_people(api.database, at.hall)

    @routes.get("/halls/<hall>/messages", Permission.RECEIVE, Permission.ASK_HELP)
    def help_calls(hall: str) -> MessagesAnswer:
        """The calls for help of the last hour, with who has seen them."""
        allowed_either(Permission.RECEIVE, Permission.ASK_HELP, hall)
        return {"messages": calls_for_help(api.database, api.database.hall_id(hall))}

    @routes.post("/halls/<hall>/messages", Permission.RECEIVE, Permission.ASK_HELP)
    def send(hall: str, body: MessageBody) -> tuple[MessageAnswer, Literal[201]]:
        """Sends a line to a counter, or calls for help."""
        permission = Permission.ASK_HELP if body.counter is None else Permission.RECEIVE
        caller, hall = require_caller(permission, hall)
        message = MessageRequest(role_of(caller, api.database, hall), body.counter, body.phrase, body.text)
        answer = send_message(api.database, hall, caller.author, message, write_key=write_key(caller.author))
        api.messages_changed(hall, answer["counter"])
        return answer, 201

    @routes.get("/counters/<counter>/messages", Permission.CALL)
    def for_counter(counter: str) -> MessagesAnswer:
        """What nobody has seen yet at a counter."""
        hall = api.database.hall_of_counter(counter)
        require_at(Permission.CALL, counter)
        return {"messages": messages_for_counter(api.database, hall, counter)}

    @routes.post("/messages/<message>/seen", Permission.RECEIVE, Permission.CALL)
    def seen(message: str) -> MessageAnswer:
        """A person has seen a message."""
        about = message_of(api.database, message)
        permission = Permission.RECEIVE if about.kind == HELP else Permission.CALL
        caller, hall = require_caller(permission, about.hall)
        if about.counter is not None:
            caller.author.reach.check_counter(about.counter)
        role = role_of(caller, api.database, hall)
        key = write_key(caller.author)
        answer = see_message(api.database, message, caller.author, seen_from=role, write_key=key)
        api.messages_changed(hall, answer["counter"])
        return answer

    return routes


class IncidentBody(RequestShape):
    """Where somebody is asked for: a counter; null: the reception desk."""

    counter: str | None = Field(default=None, max_length=64)


class IncidentEndBody(RequestShape):
    """Why an incident is over."""

    reason: IncidentEndReason = IncidentEndReason.OVER


def incidents_api(api: Api, receivers: Receivers) -> ApiRoutes:
    routes = ApiRoutes("incidents")

    def oversees(caller: Caller, hall: str) -> bool:
        site = api.database.configuration(hall).site.slug
        return caller.may(Permission.SUPERVISE, hall=hall, site=site)

    @routes.get("/halls/<hall>/incidents", Permission.NOTE_INCIDENTS, of=PEOPLE)
    def of_hall(at: HallCall) -> IncidentsAnswer:
        """The incidents of a hall, and those elsewhere that nobody answered within 30 s."""
        return read_incidents(api.database, at.hall, at.author, hears_beyond=oversees(at.caller, at.hall))

    @routes.get("/halls/<hall>/incident-receivers", Permission.NOTE_INCIDENTS, of=PEOPLE)
    def who(at: HallCall) -> course.ReceiversAnswer:
        """Who would receive an incident now, by function and place."""
        return course.read_receivers(api.database, receivers, at.hall, at.author)

    @routes.post("/halls/<hall>/incidents", Permission.NOTE_INCIDENTS, of=PEOPLE)
    def raise_at(body: IncidentBody, at: HallCall) -> tuple[course.RaisedIncident, Literal[201]]:
        """Raises an incident at a counter or the reception desk; a further press there joins it."""
        reach = course.read_reach(api.database, receivers, at.hall, at.author)
        answer = course.raise_incident(
            api.database, at.hall, at.author, body.counter, reach=reach, write_key=at.key
        )
        return answer, 201

    @routes.post("/halls/<hall>/incidents/<incident>/answer", Permission.RECEIVE_INCIDENTS, of=PEOPLE)
    def answer(incident: str, at: HallCall) -> course.AnsweredIncident:
        """A person of a hall comes; the first one stays named."""
        answering = course.Answering(
            at.hall, role_of(at.caller, api.database, at.hall), oversees(at.caller, at.hall)
        )
        return course.answer_incident(api.database, incident, at.author, answering, write_key=at.key)

    @routes.post(
        "/halls/<hall>/incidents/<incident>/end", Permission.NOTE_INCIDENTS, of=PEOPLE, responses={204: None}
    )
    def end(incident: str, body: IncidentEndBody, at: HallCall) -> Any:
        """An incident of the hall is over, or was raised by mistake."""
        course.end_incident(
            api.database,
            at.hall,
            incident,
            at.author,
            body.reason,
            oversees=oversees(at.caller, at.hall),
            write_key=at.key,
        )
        return "", 204

    return routes


def alarms_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("alarms")

    @routes.get("/halls/<hall>/alarms", Permission.READ_QUEUE)
    def of_hall(at: HallCall) -> AlarmsAnswer:
        """The open alarms of a hall, those nobody looks after first; people at work read names."""
        reader = AlarmReader(page.language(), api.translate, names_people=at.caller.kind == "person")
        return read_alarms(api.database, at.hall, reader)

    @routes.post("/alarms/<alarm>/acknowledge", Permission.RECEIVE, of=PEOPLE, responses={204: None})
    def acknowledge(alarm: str) -> Any:
        """A person says to look after an alarm; the first one is named."""
        caller, _ = require_caller(Permission.RECEIVE, hall_of_alarm(api.database, alarm))
        key = write_key(caller.author)
        acknowledge_alarm(api.database, alarm, caller.author, api.translate, write_key=key)
        return "", 204

    return routes
