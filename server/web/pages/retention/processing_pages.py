"""The entry for the register of processing, `/conservation/registre`, also on paper. No JavaScript."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.retention import LONGEST_TEXT, TEXTS, Subject, gaps
from server.language import direction_of
from server.store.transactions.database import Database
from server.usecases.people.directory import known_sites
from server.usecases.retention import ReadRegister, describe_register, read_register
from server.web.access.callers import someone
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.people.retention import shown
from server.web.rendering.local_time import instant_text, zone_of
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import WorkContext, page_language, page_sentence

PLACE = "/conservation/registre"


@dataclass(frozen=True, slots=True)
class ProcessingSettings:
    """Settings of the server that the entry states; addresses are empty where there is none."""

    is_https: bool
    provider: str
    mail: str


@dataclass(frozen=True, slots=True)
class ProcessingPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext
    papers: Papers
    settings: ProcessingSettings


def blueprint(needs: ProcessingPages) -> Blueprint:
    """The routes: reading needs `read_retention`, writing `administer_people` at every site."""
    routes = Blueprint("processing_pages", __name__, template_folder="templates")

    @routes.get(PLACE)
    @requires(Permission.READ_RETENTION, of=PEOPLE, anywhere=True)
    def entry() -> Any:
        return _page(needs)

    @routes.get(PLACE + ".pdf")
    @requires(Permission.READ_RETENTION, of=PEOPLE, anywhere=True)
    def paper() -> Response:
        answer = Response(needs.papers.made(_sheet(needs)), content_type="application/pdf")
        answer.headers["Content-Disposition"] = 'inline; filename="registre.pdf"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post(PLACE)
    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def describe() -> Any:
        caller = someone()
        sites = caller.sites_of(Permission.ADMINISTER_PEOPLE)
        try:
            describe_register(needs.database, caller.author, request.form, sites=sites)
        except Refusal as refusal:
            return _page(needs, refusal), status_of(refusal)
        return redirect(f"{PLACE}?fait=1", 303)

    return routes


def _page(needs: ProcessingPages, refusal: Refusal | None = None) -> str:
    found, language = read_register(needs.database), page_language()
    return render_template(
        "retention/register.html",
        **_entry(needs, found, language),
        typed={name: request.form.get(name, "") for name in TEXTS} if refusal else found.texts,
        longest=LONGEST_TEXT,
        may_decide=someone().sites_of(Permission.ADMINISTER_PEOPLE) is None,
        is_done=request.args.get("fait") == "1",
        problem="" if refusal is None else refusal_sentence(refusal),
    )


def _sheet(needs: ProcessingPages) -> str:
    language = page_language()
    return render_template(
        "retention/register_sheet.html",
        t=page_sentence(),
        language=language,
        direction=direction_of(language),
        **_entry(needs, read_register(needs.database), language),
    )


def _entry(needs: ProcessingPages, found: ReadRegister, language: str) -> dict[str, Any]:
    """What the page and the sheet both say."""
    say = page_sentence()
    zone = zone_of(known_sites(needs.database), None)
    runs, settings = found.retention.runs, needs.settings
    last = instant_text(runs[0].done_at, language, zone) if runs else None
    rows = [shown(each, say) for each in found.retention.rows]
    recipients = [
        say("retention.register.recipient.roles"),
        say("retention.register.recipient.keys", number=found.keys),
        say("retention.register.recipient.alarms", number=found.recipients),
        say("retention.register.recipient.provider", address=settings.provider) if settings.provider else "",
        say("retention.register.recipient.mail", address=settings.mail) if settings.mail else "",
    ]
    measures = [
        *(say(f"retention.register.measure.{name}") for name in ("pseudonyms", "passwords", "chain")),
        say("retention.register.measure.purge", last=last)
        if last
        else say("retention.register.measure.no_purge"),
        say(f"retention.register.measure.{'https' if settings.is_https else 'no_https'}"),
        say(f"retention.register.measure.{'postgresql' if found.retention.is_postgresql else 'sqlite'}"),
    ]
    return {
        "organisation": found.organisation,
        "accounts": found.accounts,
        "texts": found.texts,
        "names": TEXTS,
        "gaps": gaps(found.texts),
        "rows": [each for each in rows if each.of != Subject.OTHER],
        "recipients": [each for each in recipients if each],
        "measures": measures,
        "as_of": instant_text(found.read_at, language, zone),
    }
