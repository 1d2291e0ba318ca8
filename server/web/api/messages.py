"""Messages between pages at work; how many people are in a hall."""

from typing import Literal, TypedDict

from pydantic import Field

from server.domain.people.roles import Permission
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
from server.web.access.callers import allowed_either, require_at, require_caller, role_of
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import LINE, CounterPath, HallPath, RequestShape, Slug


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


def blueprint(api: Api) -> ApiRoutes:
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
