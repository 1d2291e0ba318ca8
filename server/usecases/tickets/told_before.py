"""Told before the turn: what a visitor asks to be told, how far away they say to be, who is told now."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import groupby

from server.domain.hours.calendars import day_closes_at
from server.domain.refusals import Refusal
from server.domain.visits import told_before
from server.domain.visits.gestures import Verb, next_state
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import LegAtCounter, leg_deferred
from server.ids import new_id
from server.language import Translate
from server.store.alarms import Recipient, recipients_of
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import reminders
from server.store.visits.legs import LegRow
from server.usecases.alarms.alarm_recipients import SMS
from server.usecases.tickets.ticket_page import (
    VISITOR,
    FollowedTicket,
    leg_of_token,
    ticket_of_visit,
)
from server.usecases.waits import Estimates


@dataclass(frozen=True, slots=True)
class ReminderRequest:
    """How a visitor asks to be told: a browser's subscription, or a telephone number as it was typed."""

    language: str
    subscription: told_before.Subscription | None = None
    number: str | None = None


def remind(database: Database, token: str, request: ReminderRequest) -> None:
    """Keeps where to tell a visitor until the visit ends, in place of an earlier address of this way.

    Refusals: unknown_ticket, wrong_state, reminder_off, bad_subscription, bad_phone_number.
    """
    channel: told_before.ReminderChannel = "sms" if request.subscription is None else "push"
    with database.read() as rows:
        leg = _going_on(rows, token)
        configuration = database.configuration(leg.hall)
        is_offered = configuration.told_before.offers(channel)
        if not is_offered or (channel == "sms" and gateway_of(rows, configuration.site.slug) is None):
            raise Refusal("reminder_off")
    if request.subscription is None:
        address = told_before.phone_number(request.number or "")
    else:
        told_before.check_subscription(request.subscription)
        address = json.dumps(asdict(request.subscription))
    until = day_closes_at(configuration.calendar, leg.business_day)
    asked = [
        reminders.ReminderRow(
            *(new_id(), leg.visit, leg.hall, channel, rule, address, request.language),
            text="",
            queued_at=None,
            tries=0,
            erase_after=until,
        )
        for rule in told_before.RULES
    ]
    with database.store.write() as written:
        reminders.keep_reminders(written, asked)


def stop_reminding(database: Database, token: str, channel: told_before.ReminderChannel) -> None:
    """Erases where a visitor asked to be told. Refusal: unknown_ticket."""
    with database.read() as rows:
        leg = leg_of_token(rows, token)
    with database.store.write() as written:
        reminders.stop_reminders(written, leg.visit, channel)


def tell_away(database: Database, token: str, minutes: int | None) -> None:
    """Keeps how many minutes away a visitor is until the visit ends; None: here. The order stays.

    Refusals: bad_request for minutes that are not offered, unknown_ticket, wrong_state.
    """
    if minutes is not None and minutes not in told_before.AWAY_MINUTES:
        raise Refusal("bad_request", minutes=minutes)
    now = database.clock.now()
    with database.read() as rows:
        leg = _going_on(rows, token)
        calendar = database.configuration(leg.hall).calendar
    with database.store.write() as written:
        if minutes is None:
            reminders.not_away(written, leg.visit)
        else:
            until = day_closes_at(calendar, leg.business_day)
            reminders.say_away(written, reminders.AwayRow(leg.visit, leg.hall, minutes, now, until))


def defer(database: Database, token: str, *, write_key: WriteKey | None = None) -> None:
    """The visitor lets the next calls of the queue pass, then is called by the rank of before.

    Refusals: unknown_ticket, wrong_state, deferred_already.
    """
    with database.read() as rows:
        hall = leg_of_token(rows, token).hall

    def let_pass(transaction: HallTransaction) -> None:
        leg = leg_of_token(transaction, token)
        next_state(leg.state, Verb.DEFER)
        if not told_before.may_defer(is_waiting=True, is_held=leg.is_held, postponements=leg.postponements):
            raise Refusal("deferred_already")
        calls = transaction.configuration.deferral_calls
        at = LegAtCounter(leg.id, leg.visit, None)
        transaction.record(leg_deferred(at, lets_pass=calls, postponements=1))

    database.write(hall, VISITOR, write_key, let_pass)


def _going_on(rows: Rows, token: str) -> LegRow:
    """The leg of a visit that has not ended. Refusals: unknown_ticket, wrong_state."""
    leg = leg_of_token(rows, token)
    if leg.state == LegState.ENDED:
        raise Refusal("wrong_state", state=leg.state, verb="remind")
    return leg


def gateway_of(rows: Rows, site: str) -> Recipient | None:
    """The SMS gateway of a site (slug): its own, else that of every site; None: there is none."""
    gateways = [each for each in recipients_of(rows, frozenset({site})) if each.channel == SMS]
    return next((each for each in gateways if each.site == site), gateways[0] if gateways else None)


def tell_due(
    database: Database, estimates: Estimates, translate: Translate, breathe: Callable[[], None]
) -> int:
    """Puts the messages whose moment has come on their way, and deletes those of ended visits; how many left.

    Each message leaves once, whatever workers look at the same time.
    """
    with database.read() as rows:
        is_over, waiting = reminders.has_ended(rows), reminders.waiting_reminders(rows)
    if is_over:
        with database.store.write() as written:
            reminders.delete_ended(written)
    count = 0
    for visit, group in groupby(waiting, key=lambda each: each.visit):
        asked = list(group)
        tickets = ticket_of_visit(database, estimates, visit, {each.language for each in asked})
        count += sum(_tell(database, each, tickets[each.language], translate) for each in asked if tickets)
        breathe()
    return count


def _tell(
    database: Database, reminder: reminders.ReminderRow, ticket: FollowedTicket, translate: Translate
) -> bool:
    """Makes a message due where its moment has come; whether it is on its way now."""
    hall, state = ticket["hall"]["name"], ticket["state"]
    call, wait = ticket["call"], ticket["wait"]
    is_at_counter = state in (LegState.CALLED, LegState.IN_SERVICE)
    text = ""
    if reminder.rule == "called" and state == LegState.CALLED and call is not None:
        place = call["counter"]["label"]
        text = translate("told.sms.called", reminder.language, hall=hall, place=place)
    elif reminder.rule == "soon" and ticket["is_soon"] and wait is not None:
        minutes = max(wait["high_s"] // 60, 1)
        text = translate("told.sms.soon", reminder.language, hall=hall, minutes=minutes)
    if not text and not is_at_counter:
        return False
    is_void = not text  # the call says more than that the turn is near
    with database.store.write() as written:
        now = database.clock.now()
        return reminders.make_due(written, reminder.id, text=text, now=now, is_void=is_void) and not is_void
