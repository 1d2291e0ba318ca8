"""The page of alarms, `/alarmes`: open alarms with the person who takes care, past alarms, recipients.

It works without JavaScript; with it, changes are shown at once.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.language import LANGUAGES, own_name
from server.store.people.accounts import EVERY_SITE
from server.usecases.alarms.alarm_recipients import CHANNELS, EMAIL, RecipientLine, read_recipients
from server.usecases.alarms.read_alarms import (
    AlarmReader,
    acknowledge_alarm,
    count_alarms,
    hall_of_alarm,
    read_alarms,
    read_past_alarms,
)
from server.usecases.notices.notice_places import configured_halls
from server.web.access.callers import Caller, identify, require_caller
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.alarms import recipients
from server.web.pages.alarms.services import AlarmPages, FormOutcome, RecipientFields
from server.web.pages.alarms.words import Moments
from server.web.pages.hall.console import hall_page
from server.web.rendering.problems import status_of
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import hall_for_page, halls_for_page, page_language


def blueprint(needs: AlarmPages) -> Blueprint:
    """The routes. Reading needs `read_queue`, seeing recipients `supervise`, changing them `configure`."""
    routes = Blueprint("alarms_page", __name__, template_folder="templates")

    @routes.get("/alarmes")
    @requires(Permission.READ_QUEUE, of=PEOPLE)
    def alarms() -> Any:
        return _page(needs, hall_for_page(needs.work, Permission.READ_QUEUE))

    @routes.post("/alarmes/<alarm>/prise-en-charge")
    @requires(Permission.RECEIVE, of=PEOPLE)
    def acknowledge(alarm: str) -> Any:
        caller = require_caller(Permission.RECEIVE, hall_of_alarm(needs.database, alarm))[0]
        return _attempt(needs, lambda _: _acknowledge(needs, alarm, caller))

    @routes.post("/alarmes/adresses")
    @requires(Permission.CONFIGURE, of=PEOPLE)
    def add() -> Any:
        return _attempt(needs, lambda hall: recipients.add(needs, hall), form=recipients.ADD)

    @routes.post("/alarmes/adresses/<recipient>/<any(choix, essai, renvoi, secret, retrait):verb>")
    @requires(Permission.CONFIGURE, of=PEOPLE)
    def change(recipient: str, verb: str) -> Any:
        if verb == "essai":
            return _attempt(needs, lambda hall: recipients.try_recipient(needs, recipient, hall))
        done = {
            "choix": recipients.choose,
            "renvoi": recipients.resend_to,
            "secret": recipients.renew,
            "retrait": recipients.remove,
        }[verb]
        return _attempt(needs, lambda _: done(needs, recipient), form=recipient if verb == "choix" else "")

    return routes


def _attempt(
    needs: AlarmPages, work: Callable[[HallConfiguration], FormOutcome | None], *, form: str = ""
) -> Any:
    """Performs the pressed action, then answers the page with the outcome, or just the page where it shows
    the outcome already.

    `form`: whose fields a refusal may be about.

    """
    hall = hall_for_page(needs.work, Permission.READ_QUEUE)
    try:
        outcome = work(hall)
    except Refusal as refusal:
        if status_of(refusal) in (401, 403):
            raise
        outcome = recipients.refusal_outcome(refusal, form, needs)
    if outcome is None:
        at = request.view_args or {}
        place = f"#alarm-{at['alarm']}" if "alarm" in at else ""
        return redirect("/alarmes?" + urlencode({"hall": hall.hall}) + place, 303)
    return _page(needs, hall, outcome), outcome.status


def _acknowledge(needs: AlarmPages, alarm: str, caller: Caller) -> None:
    acknowledge_alarm(needs.database, alarm, caller.author, needs.work.translate)


def _page(needs: AlarmPages, hall: HallConfiguration, outcome: FormOutcome | None = None) -> str:
    language, caller = page_language(), identify()
    hall_id = needs.database.hall_id(hall.hall)

    def may(permission: Permission) -> bool:
        return caller.may(permission, hall=hall_id, site=hall.site.slug)

    reader = AlarmReader(language, needs.work.translate, names_people=True)
    found = read_alarms(needs.database, hall_id, reader)
    listed = _list_recipients(needs, hall, caller) if may(Permission.SUPERVISE) else None
    return render_template(
        "alarms/alarms.html",
        hall=hall,
        counts=count_alarms(needs.database),
        halls=halls_for_page(needs.work, Permission.READ_QUEUE),
        found=found,
        past=read_past_alarms(needs.database, hall_id, reader),
        recipients=listed,
        moment=Moments(hall.site.time_zone, language, needs.database.clock.now()),
        may_acknowledge=may(Permission.RECEIVE),
        may_configure=may(Permission.CONFIGURE),
        may_tell_of_every_site=recipients.may_configure(caller, EVERY_SITE),
        channels=CHANNELS,
        resent_hours=recipients.RESENT_HOURS,
        kinds=list(AlarmKind),
        site_halls=_halls_of_site(needs, hall.site.slug),
        languages_of_letters={each: own_name(each) for each in LANGUAGES},
        new=recipients.typed_of(AlarmChoice(), EMAIL, hall.site.slug),
        email_is_off=needs.email_is_off,
        outcome=outcome,
        page={**hall_page(hall, language), "as_of": found["as_of"]},
        sentences=page_sentences("console.live."),
    )


class _RecipientOnPage(RecipientLine):
    """A recipient with its form, and whether the reader may change it."""

    typed: RecipientFields
    may_change: bool


def _list_recipients(needs: AlarmPages, hall: HallConfiguration, caller: Caller) -> list[_RecipientOnPage]:
    """The recipients of a hall's site and of every site, each with its form and whether it may be changed."""
    return [
        {
            **each,
            "typed": recipients.typed_of(each["choice"], each["channel"], each["site"]),
            "may_change": recipients.may_configure(caller, each["site"]),
        }
        for each in read_recipients(needs.database, lambda site: site in (hall.site.slug, EVERY_SITE))
    ]


def _halls_of_site(needs: AlarmPages, site: str) -> dict[str, str]:
    """The names of a site's halls, where it has several; empty, there is nothing to choose."""
    with needs.database.read() as rows:
        every = configured_halls(needs.database, rows)
    halls = {each.hall: each.name for each in every if each.site.slug == site}
    return halls if len(halls) > 1 else {}
