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
from server.usecases.incidents.course import (
    AnsweredIncident,
    Answering,
    RaisedIncident,
    ReceiversAnswer,
    answer_incident,
    end_incident,
    raise_incident,
    read_reach,
    read_receivers,
)
from server.usecases.incidents.lists import IncidentsAnswer, read_incidents
from server.web.access.callers import Caller, allowed_either, require_at, require_caller, role_of
from server.web.access.requirements import PEOPLE, requires
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, write_key
from server.web.api.shapes import LINE, CounterPath, HallPath, RequestShape, Slug
from server.web.rendering.viewer import page_language


class MessagesAnswer(TypedDict):
    """Some messages."""

    messages: list[MessageOfHall]


class MessageBody(RequestShape):
    """To a counter, a phrase or a text; without a counter a call for help."""

    counter: str | None = Field(default=None, max_length=64)
    phrase: str | None = Field(default=None, max_length=20)
    text: str | None = Field(default=None, max_length=120, pattern=LINE)


class MessagePath(RequestShape):
    """A message."""

    message: str = Slug


def messages_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("messages")

    @routes.get("/halls/<hall>/people")
    @requires(Permission.READ_BOARD)
    def people(path: HallPath) -> PeopleAnswer:
        """How many people are in the hall, and what happens to them."""
        _, hall = require_caller(Permission.READ_BOARD, path.hall)
        return read_people(api.database, hall)

    @routes.get("/halls/<hall>/messages")
    @requires(Permission.RECEIVE, Permission.ASK_HELP)
    def help_calls(path: HallPath) -> MessagesAnswer:
        """The calls for help of the last hour, with who has seen them."""
        allowed_either(Permission.RECEIVE, Permission.ASK_HELP, path.hall)
        return {"messages": calls_for_help(api.database, api.database.hall_id(path.hall))}

    @routes.post("/halls/<hall>/messages")
    @requires(Permission.RECEIVE, Permission.ASK_HELP)
    def send(path: HallPath, body: MessageBody) -> tuple[MessageAnswer, Literal[201]]:
        """Sends a line to a counter, or calls for help."""
        permission = Permission.ASK_HELP if body.counter is None else Permission.RECEIVE
        caller, hall = require_caller(permission, path.hall)
        message = MessageRequest(role_of(caller, api.database, hall), body.counter, body.phrase, body.text)
        answer = send_message(api.database, hall, caller.author, message, write_key=write_key(caller.author))
        api.messages_changed(hall, answer["counter"])
        return answer, 201

    @routes.get("/counters/<counter>/messages")
    @requires(Permission.CALL)
    def for_counter(path: CounterPath) -> MessagesAnswer:
        """What nobody has seen yet at a counter."""
        hall = api.database.hall_of_counter(path.counter)
        require_at(Permission.CALL, path.counter)
        return {"messages": messages_for_counter(api.database, hall, path.counter)}

    @routes.post("/messages/<message>/seen")
    @requires(Permission.RECEIVE, Permission.CALL)
    def seen(path: MessagePath) -> MessageAnswer:
        """A person has seen a message."""
        about = message_of(api.database, path.message)
        permission = Permission.RECEIVE if about.kind == HELP else Permission.CALL
        caller, hall = require_caller(permission, about.hall)
        if about.counter is not None:
            caller.author.reach.check_counter(about.counter)
        role = role_of(caller, api.database, hall)
        key = write_key(caller.author)
        answer = see_message(api.database, path.message, caller.author, seen_from=role, write_key=key)
        api.messages_changed(hall, answer["counter"])
        return answer

    return routes


class IncidentBody(RequestShape):
    """Where somebody is asked for: a counter; null: the reception desk."""

    counter: str | None = Field(default=None, max_length=64)


class IncidentEndBody(RequestShape):
    """Why an incident is over."""

    reason: IncidentEndReason = IncidentEndReason.OVER


class IncidentPath(RequestShape):
    """An incident, and the hall where the person is."""

    hall: str = Slug
    incident: str = Slug


def incidents_api(api: Api, receivers: Receivers) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("incidents")

    def oversees(caller: Caller, hall: str) -> bool:
        site = api.database.configuration(hall).site.slug
        return caller.may(Permission.SUPERVISE, hall=hall, site=site)

    @routes.get("/halls/<hall>/incidents")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def of_hall(path: HallPath) -> IncidentsAnswer:
        """The incidents of a hall, and those elsewhere that nobody answered within 30 s."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        return read_incidents(api.database, hall, caller.author, hears_beyond=oversees(caller, hall))

    @routes.get("/halls/<hall>/incident-receivers")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def who(path: HallPath) -> ReceiversAnswer:
        """Who would receive an incident now, by function and place."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        return read_receivers(api.database, receivers, hall, caller.author)

    @routes.post("/halls/<hall>/incidents")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def raise_at(path: HallPath, body: IncidentBody) -> tuple[RaisedIncident, Literal[201]]:
        """Raises an incident at a counter or the reception desk; a further press there joins it."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        reach = read_reach(api.database, receivers, hall, caller.author)
        key = write_key(caller.author)
        answer = raise_incident(api.database, hall, caller.author, body.counter, reach=reach, write_key=key)
        return answer, 201

    @routes.post("/halls/<hall>/incidents/<incident>/answer")
    @requires(Permission.RECEIVE_INCIDENTS, of=PEOPLE)
    def answer(path: IncidentPath) -> AnsweredIncident:
        """A person of a hall comes; the first one stays named."""
        caller, hall = require_caller(Permission.RECEIVE_INCIDENTS, path.hall)
        answering = Answering(hall, role_of(caller, api.database, hall), oversees(caller, hall))
        key = write_key(caller.author)
        return answer_incident(api.database, path.incident, caller.author, answering, write_key=key)

    @routes.post("/halls/<hall>/incidents/<incident>/end", responses={204: None})
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def end(path: IncidentPath, body: IncidentEndBody) -> Any:
        """An incident of the hall is over, or was raised by mistake."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        end_incident(
            api.database,
            hall,
            path.incident,
            caller.author,
            body.reason,
            oversees=oversees(caller, hall),
            write_key=write_key(caller.author),
        )
        return "", 204

    return routes


class AlarmPath(RequestShape):
    """An alarm."""

    alarm: str = Slug


def alarms_api(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("alarms")

    @routes.get("/halls/<hall>/alarms")
    @requires(Permission.READ_QUEUE)
    def of_hall(path: HallPath) -> AlarmsAnswer:
        """The open alarms of a hall, those nobody looks after first; people at work read names."""
        caller, hall = require_caller(Permission.READ_QUEUE, path.hall)
        reader = AlarmReader(page_language(), api.translate, names_people=caller.kind == "person")
        return read_alarms(api.database, hall, reader)

    @routes.post("/alarms/<alarm>/acknowledge", responses={204: None})
    @requires(Permission.RECEIVE, of=PEOPLE)
    def acknowledge(path: AlarmPath) -> Any:
        """A person says to look after an alarm; the first one is named."""
        caller, _ = require_caller(Permission.RECEIVE, hall_of_alarm(api.database, path.alarm))
        key = write_key(caller.author)
        acknowledge_alarm(api.database, path.alarm, caller.author, api.translate, write_key=key)
        return "", 204

    return routes
