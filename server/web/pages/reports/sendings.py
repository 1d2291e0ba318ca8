"""Scheduled reports, `/rapports/envois`: who gets approved reports by e-mail, and what became of it.

No JavaScript.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request

from server.domain.author import Author
from server.domain.people.roles import Permission
from server.domain.quality.periods import parse_period
from server.domain.refusals import Refusal
from server.domain.reports.reports import KINDS, LAST_DAY, ScheduleRequest
from server.ids import new_id
from server.language import LANGUAGES
from server.usecases.reports.reports import Sites
from server.usecases.reports.sendings import (
    end_sending,
    plan_sending,
    possible_readers,
    read_sendings,
    remove_recipient,
    send_again,
)
from server.web.access.callers import database, sites_where
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.pages.quality.wording import short_day
from server.web.pages.reports.wording import ReportWording
from server.web.rendering import page
from server.web.rendering.problems import press_key, problems_of, show_again

PLACE = "/rapports/envois"
NEEDED = Permission.WRITE_REPORTS
DONE = ("planned", "ended", "removed", "again")
FIELDS = {
    "report_halls_missing": "halls",
    "unknown_hall": "halls",
    "forbidden": "halls",
    "bad_schedule_kind": "periode",
    "bad_schedule_day": "jour",
    "bad_schedule_address": "adresses",
    "schedule_recipients_missing": "adresses",
    "wrong_language": "langue",
}
"""The field of a refusal; a refusal without one is shown above the form."""


@dataclass(frozen=True, slots=True)
class SendingFields:
    """The form as it was typed. `form` is new with each form shown, so that two presses make one sending."""

    halls: tuple[str, ...] = ()
    kind: str = "quarter"
    day: str = "5"
    language: str = "fr"
    accounts: tuple[str, ...] = ()
    addresses: str = ""
    form: str = ""

    @classmethod
    def of_request(cls) -> "SendingFields":
        """The sent fields; missing ones are empty."""
        fields = request.form
        return cls(
            tuple(fields.getlist("halls")),
            fields.get("periode", "")[:20],
            fields.get("jour", "")[:4].strip(),
            fields.get("langue", "")[:10],
            tuple(fields.getlist("comptes")),
            fields.get("adresses", "")[:10_000],
            fields.get("formulaire", "")[:64],
        )

    def as_request(self) -> ScheduleRequest:
        """The plan; a day that is no number is 0, and refused as such."""
        day = int(self.day) if self.day.isascii() and self.day.isdigit() else 0
        addresses = [each.lower() for each in self.addresses.replace(",", " ").replace(";", " ").split()]
        return ScheduleRequest(self.halls, self.kind, day, self.language, self.accounts, addresses)


site = of_app(SiteContext)
routes = PageRoutes("report_sendings", __name__, template_folder="templates")


def _change(done: str, work_of: Callable[[Author, Sites], object], typed: SendingFields | None = None) -> Any:
    caller, sites = sites_where(NEEDED)
    show_again(lambda refusal: _page(typed, refusal))
    work_of(caller.author, sites)
    return redirect(f"{PLACE}?{urlencode({'fait': done})}#fait", 303)


@routes.get(PLACE, NEEDED, anywhere=True)
def sendings() -> Any:
    return _page()


@routes.post(PLACE, NEEDED, anywhere=True)
def plan() -> Any:
    typed = SendingFields.of_request()

    def planned(author: Author, sites: Sites) -> object:
        key = press_key(author, typed)
        return plan_sending(database(), author, typed.as_request(), sites=sites, write_key=key)

    return _change("planned", planned, typed)


@routes.post(PLACE + "/fin", NEEDED, anywhere=True)
def end() -> Any:
    schedule = request.form.get("envoi", "")
    return _change("ended", lambda author, sites: end_sending(database(), author, schedule, sites=sites))


@routes.post(PLACE + "/retrait", NEEDED, anywhere=True)
def remove() -> Any:
    recipient = request.form.get("destinataire", "")
    return _change(
        "removed", lambda author, sites: remove_recipient(database(), author, recipient, sites=sites)
    )


@routes.post(PLACE + "/encore", NEEDED, anywhere=True)
def send_letter_again() -> Any:
    letter = request.form.get("lettre", "")
    return _change("again", lambda _, sites: send_again(database(), letter, sites=sites))


def _page(typed: SendingFields | None = None, refusal: Refusal | None = None) -> str:
    language = page.language()
    words = ReportWording(page.sentence())
    _, sites = sites_where(NEEDED)
    halls = page.halls(NEEDED)
    first = SendingFields(tuple(hall.hall for hall in halls[:1]), language=language, form=new_id())
    done = request.args.get("fait", "")
    return render_template(
        "reports/sendings.html",
        schedules=read_sendings(database(), sites),
        readers=possible_readers(database(), sites),
        halls=halls,
        typed=typed or first,
        kinds=KINDS,
        last_day=LAST_DAY,
        languages=LANGUAGES,
        email_is_off=not site.settings.smtp_host,
        problems=problems_of(refusal, FIELDS),
        done=done if done in DONE else "",
        words=words,
        period=lambda name: words.period(parse_period(name)),
        day=lambda on: short_day(on, language),
    )
