"""Counters and the verbs on legs."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypedDict

from server.domain.author import Author
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.visits.gestures import GESTURES, Verb
from server.domain.visits.transitions import Asks, GestureKind
from server.store.visits.legs import counter_of_leg
from server.usecases.answers import Leg
from server.usecases.calling import AtCounter, Elsewhere, call_chosen, call_elsewhere, call_next
from server.usecases.counters.counter_sessions import (
    SessionAnswer,
    SessionRequest,
    change_profile,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.counters.left_counters import confirm_presence, leave_place
from server.usecases.hall.counter_view import CounterAnswer, WaitingAnswer, read_counter, read_waiting
from server.usecases.legs import StatedResult
from server.usecases.visits import leg_verbs, wait_again
from server.usecases.visits.gestures import VERBS, Gesture, hall_of_leg, undo
from server.usecases.visits.leg_verbs import Destination
from server.usecases.visits.reentered import CallEntered, CallNotEntered, PaperCall, enter_calls
from server.web.access.callers import allowed_either, require_at, require_caller
from server.web.api import shapes
from server.web.api.openapi import ApiRoutes, answering
from server.web.api.services import Api, own_session, place_header, session_header, write_key
from server.web.rendering.problems import refusal_sentence

USE_CASES = (leg_verbs, wait_again)
"""The modules whose verbs are in `VERBS`."""
type Values = Callable[[Any], dict[str, Any]]
"""What a verb is given, from the body of its request."""

OF_SERVICE: tuple[type[shapes.RequestShape], Values] = (
    shapes.ServiceBody,
    lambda body: {"service": body.service},
)


def _destination(body: shapes.TransferBody) -> dict[str, Any]:
    if body.service is None and body.counter is None:
        raise Refusal("bad_request", missing="service")
    return {"to": Destination(body.service, body.counter, body.place, body.not_before, body.note)}


BODIES: Mapping[Verb, tuple[type[shapes.RequestShape], Values]] = {
    Verb.TRANSFER: (shapes.TransferBody, _destination),
    Verb.CANCEL: (shapes.CancelBody, lambda body: {"reason": body.reason}),
    Verb.DECLARE_URGENT: (shapes.UrgentBody, lambda body: {"reason": body.reason}),
    Verb.FINISH: (shapes.ResultBody, lambda body: {"result": StatedResult(body.outcome, body.note)}),
    Verb.PARK: (shapes.ParkBody, lambda body: {"for_s": body.for_s, "place": body.return_place}),
    Verb.RESUME: (shapes.ResumeBody, lambda body: {"counter": body.counter}),
}
"""The bodies of verbs that take more than a service."""


def blueprint(api: Api) -> ApiRoutes:
    routes = ApiRoutes("counters")
    _reading(routes, api)
    _sessions(routes, api)
    _presence(routes, api)
    _calls(routes, api)
    _paper(routes, api)
    for verb in Verb:
        if GESTURES[verb].has_route:
            _verb(routes, api, verb)
    _undoing(routes, api)
    return routes


def _agent(counter: str) -> Author:
    return require_at(Permission.CALL, counter).author


def _believed(body: shapes.NextBody) -> AtCounter:
    result = StatedResult(body.outcome, body.note)
    return AtCounter(own_session(), body.current, body.current_end, result)


def _reading(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/counters/<counter>", Permission.READ_QUEUE)
    def counter(counter: str) -> CounterAnswer:
        """A counter: its session, its leg, the gesture that may be undone."""
        caller = require_at(Permission.READ_QUEUE, counter)
        return read_counter(api.database, counter, reader=caller.author)

    @routes.get("/counters/<counter>/waiting", Permission.READ_QUEUE)
    def waiting(counter: str) -> WaitingAnswer:
        """Everyone who waits for a counter, in the order in which it would call them now."""
        caller = require_at(Permission.READ_QUEUE, counter)
        return read_waiting(api.database, counter, reader=caller.author)


def _sessions(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/counters/<counter>/session", Permission.CALL)
    def open_session(counter: str, body: shapes.SessionBody) -> tuple[SessionAnswer, Literal[201]]:
        """Takes a counter; with `X-Counter-Session`, as a further place of that session of one's own."""
        author = _agent(counter)
        session = SessionRequest(
            body.services, body.profile, body.take_over, joins=session_header(), if_free=body.if_free
        )
        return open_counter(api.database, counter, author, session, write_key=write_key(author)), 201

    @routes.patch("/counters/<counter>/session", Permission.CALL, Permission.SUPERVISE)
    def change_session(counter: str, body: shapes.SessionChange) -> CounterAnswer:
        """Pauses or resumes a session with all its places, or moves this counter to another work profile."""
        given = body.model_fields_set
        if given == {"profile"}:
            return _move(api, counter, body.profile)
        if given != {"pause"}:
            raise Refusal("bad_request", missing="pause")
        author = _agent(counter)
        session, key = own_session(), write_key(author)
        if body.pause is not None:
            pause_counter(api.database, counter, author, body.pause.reason, session=session, write_key=key)
        else:
            resume_counter(api.database, counter, author, session=session, write_key=key)
        return read_counter(api.database, counter, reader=author)

    @routes.delete("/counters/<counter>/session", Permission.CALL, responses={204: None})
    def close_session(counter: str) -> Any:
        """Closes the session of a counter, with all its places."""
        return _ended(counter, close_counter)

    @routes.delete("/counters/<counter>/place", Permission.CALL, responses={204: None})
    def leave(counter: str) -> Any:
        """Leaves one place of a session, where nobody is called or served; the session goes on."""
        return _ended(counter, leave_place)

    def _ended(counter: str, end: Callable[..., None]) -> Any:
        author = _agent(counter)
        end(api.database, counter, author, session=own_session(), write_key=write_key(author))
        return "", 204


def _move(api: Api, counter: str, profile: str | None) -> CounterAnswer:
    """Moves an agent's own session, which it names, or any session for who supervises."""
    session = session_header()
    permission = Permission.SUPERVISE if session is None else Permission.CALL
    author = require_at(permission, counter).author
    change_profile(api.database, counter, author, profile, session=session, write_key=write_key(author))
    if session is None:
        api.messages_changed(api.database.hall_of_counter(counter), counter)
    return read_counter(api.database, counter, reader=author)


def _presence(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/counters/<counter>/presence", Permission.CALL)
    def presence(counter: str) -> CounterAnswer:
        """The agent whose console asked is there: who is called stays called."""
        author = _agent(counter)
        key = write_key(author)
        confirm_presence(api.database, counter, author, session=own_session(), write_key=key)
        return read_counter(api.database, counter, reader=author)


def _calls(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/counters/<counter>/next", Permission.CALL, responses={200: answering(Leg), 204: None})
    def next_leg(counter: str, body: shapes.NextBody) -> Any:
        """Calls the next person, ending the current visit."""
        author = _agent(counter)
        believed = _believed(body)
        answer = call_next(api.database, counter, author, believed, write_key=write_key(author))
        api.breathe()
        return ("", 204) if answer is None else answer

    @routes.post("/counters/<counter>/call", Permission.CALL)
    def chosen_leg(counter: str, body: shapes.CallBody) -> Leg:
        """Calls a chosen visit out of order, with its reason."""
        author = _agent(counter)
        believed = _believed(body)
        return call_chosen(
            api.database,
            counter,
            author,
            believed,
            visit=body.visit,
            reason=body.reason,
            write_key=write_key(author),
        )

    @routes.post("/counters/<counter>/call-elsewhere", Permission.CALL)
    def leg_elsewhere(counter: str, body: shapes.ElsewhereBody) -> Leg:
        """Takes another counter for a chosen visit and calls it there; leaves this one unless it stays."""
        author = _agent(counter)
        target = Elsewhere(body.counter, body.visit, body.reason, body.stays)
        session, key = own_session(), write_key(author)
        return call_elsewhere(api.database, counter, author, target, session=session, write_key=key)


class PaperCallRefused(CallNotEntered):
    """A call that cannot be entered, and the sentence that says why."""

    detail: str


class ReenteredAnswer(TypedDict):
    """What became of calls made from paper; a refused one does not affect the others."""

    entered: list[CallEntered]
    refused: list[PaperCallRefused]


def _paper(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/counters/<counter>/reentered", Permission.CALL)
    def reentered(counter: str, body: shapes.ReenteredBody) -> ReenteredAnswer:
        """Enters calls made from paper while the server was away, with their true times."""
        author = _agent(counter)
        calls = [PaperCall(**call.model_dump()) for call in body.calls]
        session, key = own_session(), write_key(author)
        done = enter_calls(api.database, counter, author, calls, session=session, write_key=key)
        refused: list[PaperCallRefused] = [
            {**call, "detail": refusal_sentence(Refusal(call["code"], state=call["state"]))}
            for call in done["refused"]
        ]
        return {"entered": done["entered"], "refused": refused}


def _verb(routes: ApiRoutes, api: Api, verb: Verb) -> None:
    """The route of a verb: what its row in the table of gestures says, and its use case."""
    kind, use_case = GESTURES[verb], VERBS[verb]
    asks_service = kind.offer is not None and kind.offer.asks in (Asks.SERVICE, Asks.OTHER_SERVICE)
    shape, values = BODIES.get(verb) or (OF_SERVICE if asks_service else (None, None))

    def done(leg: str, given: Mapping[str, Any]) -> Any:
        answer = use_case(api.database, _gesture(api, leg, kind), **given)
        api.breathe()
        return answer

    def plain(leg: str) -> Any:
        return done(leg, {})

    def with_body(leg: str, body: Any) -> Any:
        return done(leg, values(body) if values else {})

    view: Callable[..., Any] = plain
    if shape is not None:
        with_body.__annotations__["body"], view = shape, with_body
    view.__name__ = str(verb) if shape else f"leg_{verb}"
    view.__doc__ = (use_case.__doc__ or "").partition("\n")[0]
    allowed_to = (Permission.CALL, Permission.RECEIVE) if kind.at_reception else (Permission.CALL,)
    routes.post(f"/legs/<leg>/{kind.route}", *allowed_to, responses={200: answering(Leg)})(view)


def _undoing(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/legs/<leg>/undo", Permission.CALL)
    def undo_leg(leg: str, body: shapes.UndoBody) -> CounterAnswer:
        """Takes back the counter's last gesture on this leg."""
        require_caller(Permission.CALL, hall_of_leg(api.database, leg))
        with api.database.read() as rows:
            counter = body.counter or counter_of_leg(rows, leg)
        if counter is None:
            raise Refusal("unknown_leg", leg=leg)
        return _undo(counter, body.fact)

    @routes.post("/counters/<counter>/undo", Permission.CALL)
    def undo_gesture(counter: str, body: shapes.UndoBody) -> CounterAnswer:
        """Takes back the counter's last gesture, a greeting included."""
        return _undo(counter, body.fact)

    def _undo(counter: str, fact: str) -> CounterAnswer:
        author = _agent(counter)
        session, key = own_session(), write_key(author)
        answer = undo(api.database, counter, author, fact, session=session, write_key=key)
        return read_counter(api.database, answer["counter"], reader=author)


def _gesture(api: Api, leg: str, kind: GestureKind) -> Gesture:
    """A verb comes from an own counter session; the reception desk does some before the call without one."""
    hall, session = hall_of_leg(api.database, leg), session_header()
    if not kind.at_reception:
        author, is_before_call = require_caller(Permission.CALL, hall)[0].author, False
        session = own_session()
    elif session is None:
        caller, may_receive = allowed_either(Permission.RECEIVE, Permission.CALL, hall)
        if not may_receive:
            raise Refusal("no_counter_session")
        author, is_before_call = caller.author, True
    else:
        caller, may_call = allowed_either(Permission.CALL, Permission.RECEIVE, hall)
        author, is_before_call = caller.author, not may_call
    place = None if session is None else place_header()
    return Gesture(leg, author, session, is_before_call, place, write_key(author))
