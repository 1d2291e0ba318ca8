"""The visitor’s own ticket: what the phone shows, and what its holder may do with it."""

from flask import request
from pydantic import Field, model_validator

from hardware.languages import base_of
from server.domain.author import Author
from server.domain.visits.told_before import ReminderChannel, Subscription
from server.ids import token_digest
from server.usecases.tickets import ticket_page
from server.usecases.tickets.told_before import ReminderRequest, defer, remind, stop_reminding, tell_away
from server.web.access.requirements import Access
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, write_key
from server.web.api.shapes import MenuQuery, RequestShape

CODE_LENGTH = 8


class SubscriptionKeys(RequestShape):
    """The keys of a browser's subscription, in base64url."""

    p256dh: str = Field(max_length=100)
    auth: str = Field(max_length=40)


class SubscriptionShape(RequestShape):
    """A browser's subscription (`PushSubscription.toJSON()`)."""

    endpoint: str = Field(max_length=1_000)
    keys: SubscriptionKeys


class ReminderBody(RequestShape):
    """Where to tell the visitor: a browser's subscription, or a mobile number as it was typed."""

    subscription: SubscriptionShape | None = None
    number: str | None = Field(default=None, max_length=30)

    @model_validator(mode="after")
    def _is_one(self) -> "ReminderBody":
        if (self.subscription is None) == (self.number is None):
            raise ValueError("a subscription or a number")
        return self


class AwayBody(RequestShape):
    """How many minutes away the visitor is; null: here."""

    minutes: int | None


def _holder(token: str) -> Author:
    """Whose idempotency keys a ticket's holder uses: no two visitors share theirs."""
    return Author(token_digest(token))


def add_visitors(routes: ApiRoutes, api: Api) -> None:
    """Adds what visitors do to the routes of tickets."""
    _follow(routes, api)
    _told_before(routes, api)


def _follow(routes: ApiRoutes, api: Api) -> None:
    @routes.get("/tickets/<token>", Access.TICKET)
    def ticket(token: str, query: MenuQuery) -> ticket_page.FollowedTicket:
        """What the visitor's phone shows; by the 22-character token or the short code of the day."""
        if len(token) == CODE_LENGTH:
            api.slow_codes()
            return ticket_page.read_ticket_by_code(api.database, api.estimates, token, language=query.lang)
        return _as_now(api, token)

    @routes.post("/tickets/<token>/give-up", Access.TICKET)
    def give_up_ticket(token: str) -> ticket_page.FollowedTicket:
        """The visitor leaves."""
        api.slow_tickets()
        ticket_page.give_up(api.database, token, write_key=write_key(_holder(token)))
        return _as_now(api, token)

    @routes.post("/tickets/<token>/take-back", Access.TICKET)
    def take_ticket_back(token: str) -> ticket_page.FollowedTicket:
        """The visitor stays after all, with the same rank."""
        api.slow_tickets()
        ticket_page.take_back(api.database, token, write_key=write_key(_holder(token)))
        return _as_now(api, token)

    @routes.post("/tickets/<token>/defer", Access.TICKET)
    def defer_ticket(token: str) -> ticket_page.FollowedTicket:
        """The visitor lets the next calls of the queue pass, once."""
        api.slow_tickets()
        defer(api.database, token, write_key=write_key(_holder(token)))
        return _as_now(api, token)


def _told_before(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/tickets/<token>/reminders", Access.TICKET)
    def remind_visitor(token: str, body: ReminderBody) -> ticket_page.FollowedTicket:
        """Keeps where to tell the visitor before the turn, until the visit ends."""
        api.slow_tickets()
        if body.number is not None:
            api.slow_numbers()
        given = body.subscription
        to = None if given is None else Subscription(given.endpoint, given.keys.p256dh, given.keys.auth)
        remind(api.database, token, ReminderRequest(base_of(_language()), to, body.number))
        return _as_now(api, token)

    @routes.delete("/tickets/<token>/reminders/<channel>", Access.TICKET)
    def stop_visitor_reminder(token: str, channel: ReminderChannel) -> ticket_page.FollowedTicket:
        """Erases where to tell the visitor."""
        api.slow_tickets()
        stop_reminding(api.database, token, channel)
        return _as_now(api, token)

    @routes.post("/tickets/<token>/away", Access.TICKET)
    def away_visitor(token: str, body: AwayBody) -> ticket_page.FollowedTicket:
        """Keeps how far away the visitor is: a hint for who calls, the order stays."""
        api.slow_tickets()
        tell_away(api.database, token, body.minutes)
        return _as_now(api, token)


def _language() -> str:
    return request.args.get("lang", "fr")


def _as_now(api: Api, token: str) -> ticket_page.FollowedTicket:
    return ticket_page.read_ticket(api.database, api.estimates, token, language=_language())
