"""The page of alarms, `/alarmes`: what is open and who looks after it, what is over, who is told.

It works without JavaScript; with it, what changes is shown at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.domain.roles import Permission
from server.store.accounts import EVERY_SITE
from server.store.database import Database
from server.store.recipients import Recipient
from server.usecases.acknowledge_alarm import acknowledge_alarm, hall_of_alarm
from server.usecases.alarm_recipients import (
    CHANNELS,
    WantedRecipient,
    add_recipient,
    known_recipient,
    read_recipients,
    remove_recipient,
    renew_secret,
    resend,
    shown_address,
)
from server.usecases.read_alarms import count_alarms, read_alarms
from server.web.access import PEOPLE, requires
from server.web.alarms.words import Moments
from server.web.callers import Caller, allowed, identify, someone
from server.web.console.pages import CATALOGUE as CONSOLE_CATALOGUE
from server.web.console.pages import hall_page
from server.web.problems import refusal_sentence, status_of
from server.web.sentences import page_sentences
from server.web.viewer import FindHalls, FindViewer, hall_for_page, halls_for_page, page_language

RESENT_HOURS = (1, 24, 168)
"""How far back deliveries may be sent again, in hours."""
BORROWED = ("console.live.",)
"""Sentences of the console that this page says too: the live line."""


@dataclass(frozen=True, slots=True)
class AlarmPages:
    """What the page needs of the rest of the server.

    `try_now` sends a test to a recipient and answers the code of why it did not arrive, None when it did;
    `slow` bounds how often; `email_is_off`: no server takes letters; `may_be_plain`: webhooks over http too.
    """

    database: Database
    viewer: FindViewer
    halls: FindHalls
    translate: Callable[..., str]
    try_now: Callable[[Recipient, HallConfiguration], str | None]
    slow: Callable[[], None]
    email_is_off: bool
    may_be_plain: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a press came to: a sentence, whether it went well, and the secret to show once."""

    sentence: str
    is_good: bool = True
    secret: str | None = None
    status: int = 200
    address: str = ""


def blueprint(needs: AlarmPages) -> Blueprint:
    """The routes. Reading asks for `read_queue`, who is told for `supervise`, changes for `configure`."""
    routes = Blueprint("alarms_page", __name__, template_folder="templates")

    def hall_asked() -> HallConfiguration | Response:
        return hall_for_page(needs.viewer, needs.halls, Permission.READ_QUEUE)

    @routes.get("/alarmes")
    @requires(Permission.READ_QUEUE, of=PEOPLE)
    def alarms() -> Any:
        hall = hall_asked()
        return hall if isinstance(hall, Response) else _page(needs, hall)

    @routes.post("/alarmes/<alarm>/prise-en-charge")
    @requires(Permission.RECEIVE, of=PEOPLE)
    def acknowledge(alarm: str) -> Any:
        caller = allowed(Permission.RECEIVE, hall_of_alarm(needs.database, alarm))[0]
        return _attempt(needs, lambda _: _acknowledge(needs, alarm, caller))

    @routes.post("/alarmes/adresses")
    @requires(Permission.CONFIGURE, of=PEOPLE)
    def add() -> Any:
        return _attempt(needs, lambda hall: _add(needs, hall))

    @routes.post("/alarmes/adresses/<recipient>/<any(essai, renvoi, secret, retrait):verb>")
    @requires(Permission.CONFIGURE, of=PEOPLE)
    def change(recipient: str, verb: str) -> Any:
        if verb == "essai":
            return _attempt(needs, lambda hall: _try(needs, recipient, hall))
        done = {"renvoi": _resend, "secret": _renew, "retrait": _remove}[verb]
        return _attempt(needs, lambda _: done(needs, recipient))

    return routes


def _attempt(needs: AlarmPages, work: Callable[[HallConfiguration], _Outcome | None]) -> Any:
    """What was pressed, then the page with what came of it; where that is seen there, just the page."""
    hall = hall_for_page(needs.viewer, needs.halls, Permission.READ_QUEUE)
    if isinstance(hall, Response):
        return hall
    try:
        outcome = work(hall)
    except Refusal as refusal:
        if status_of(refusal) in (401, 403):
            raise
        sentence = refusal_sentence(refusal, needs.translate, page_language())
        address = request.form.get("address", "")[:500]
        outcome = _Outcome(sentence, is_good=False, status=status_of(refusal), address=address)
    if outcome is None:
        return redirect("/alarmes?" + urlencode({"hall": hall.hall}), 303)
    return _page(needs, hall, outcome), outcome.status


def _acknowledge(needs: AlarmPages, alarm: str, caller: Caller) -> None:
    acknowledge_alarm(needs.database, alarm, caller.author, needs.translate)


def _page(needs: AlarmPages, hall: HallConfiguration, outcome: _Outcome | None = None) -> str:
    language, caller = page_language(), identify()
    hall_id = needs.database.hall_id(hall.hall)

    def may(permission: Permission) -> bool:
        return caller.may(permission, hall=hall_id, site=hall.site.slug)

    told = None
    if may(Permission.SUPERVISE):
        told = [
            each | {"may_change": _may_configure(caller, each["site"])}
            for each in read_recipients(needs.database, lambda site: site in (hall.site.slug, EVERY_SITE))
        ]
    return render_template(
        "alarms/alarms.html",
        hall=hall,
        counts=count_alarms(needs.database),
        halls=halls_for_page(needs.viewer, needs.halls, Permission.READ_QUEUE),
        found=read_alarms(
            needs.database, hall_id, language, needs.translate, names_people=True, has_past=True
        ),
        recipients=told,
        moment=Moments(hall.site.time_zone, language, needs.database.clock.now()),
        may_acknowledge=may(Permission.RECEIVE),
        may_configure=may(Permission.CONFIGURE),
        may_tell_of_every_site=_may_configure(caller, EVERY_SITE),
        channels=CHANNELS,
        resent_hours=RESENT_HOURS,
        email_is_off=needs.email_is_off,
        outcome=outcome,
        page=hall_page(hall, language),
        sentences=page_sentences(needs.translate, language, CONSOLE_CATALOGUE, BORROWED),
    )


def _may_configure(caller: Caller, site: str) -> bool:
    sites = caller.sites_of(Permission.CONFIGURE)
    return sites is None or site in sites


def _asked_recipient(needs: AlarmPages, recipient: str) -> tuple[Caller, Recipient]:
    """The caller, who may change that recipient. Refusals: not_signed_in, forbidden, unknown_recipient."""
    caller, known = someone(), known_recipient(needs.database, recipient)
    if not _may_configure(caller, known.site):
        raise Refusal("forbidden")
    return caller, known


def _add(needs: AlarmPages, hall: HallConfiguration) -> _Outcome:
    caller, site = someone(), request.form.get("site") or hall.site.slug
    if not _may_configure(caller, site):
        raise Refusal("forbidden")
    wanted = WantedRecipient(
        request.form.get("channel", ""), site, request.form.get("address", "").strip(), needs.may_be_plain
    )
    recipient, secret = add_recipient(needs.database, caller.author, wanted)
    if secret is None:
        return _Outcome(needs.translate("alarms.added", page_language()))
    return _with_secret(needs, known_recipient(needs.database, recipient), secret)


def _try(needs: AlarmPages, recipient: str, hall: HallConfiguration) -> _Outcome:
    _, known = _asked_recipient(needs, recipient)
    needs.slow()
    failure, language, address = needs.try_now(known, hall), page_language(), shown_address(known)
    if failure is None:
        return _Outcome(needs.translate("alarms.try.arrived", language, address=address))
    why = needs.translate(f"alarms.failure.{failure}", language)
    sentence = needs.translate("alarms.try.failed", language, address=address, why=why)
    return _Outcome(sentence, is_good=False)


def _resend(needs: AlarmPages, recipient: str) -> _Outcome:
    _asked_recipient(needs, recipient)
    asked = request.form.get("hours", "")
    hours = next((each for each in RESENT_HOURS if str(each) == asked), RESENT_HOURS[0])
    count = resend(needs.database, recipient, needs.database.clock.now() - timedelta(hours=hours))
    return _Outcome(needs.translate("alarms.again.done", page_language(), count=count))


def _renew(needs: AlarmPages, recipient: str) -> _Outcome:
    caller, known = _asked_recipient(needs, recipient)
    return _with_secret(needs, known, renew_secret(needs.database, caller.author, recipient))


def _remove(needs: AlarmPages, recipient: str) -> _Outcome:
    caller, _ = _asked_recipient(needs, recipient)
    remove_recipient(needs.database, caller.author, recipient)
    return _Outcome(needs.translate("alarms.removed", page_language()))


def _with_secret(needs: AlarmPages, known: Recipient, secret: str) -> _Outcome:
    sentence = needs.translate("alarms.secret.shown", page_language(), address=shown_address(known))
    return _Outcome(sentence, secret=secret)
