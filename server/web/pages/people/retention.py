"""What is kept how long, `/conservation`, also for the register of processing. No JavaScript.

« Ce que Parvis sait de vous » is `/compte/donnees` for people at work, `/vos-donnees` for visitors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.retention import LONGEST_TEXT, TEXTS, Retention, Subject, gaps
from server.language import direction_of
from server.store.operation.erase_expired import PurgeRun
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.people.directory import known_sites, names_of_roles
from server.usecases.retention import (
    KeptHere,
    ReadRegister,
    RetentionEffect,
    decide_retention,
    describe_register,
    read_effect,
    read_kept_about,
    read_kept_about_visitors,
    read_register,
    read_retention,
)
from server.web.access.callers import someone
from server.web.access.requirements import PEOPLE, Access, open_to, requires
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import (
    Sentence,
    WorkContext,
    instant_text,
    page_language,
    page_sentence,
    zone_of,
)

REGISTER = "/conservation/registre"


@dataclass(frozen=True, slots=True)
class ShownRetention:
    """A row of the schedule as pages show it. `days`: those to choose from, None where nobody may."""

    name: str
    of: str
    what: str
    kept: str
    left: str
    days: int | None
    bounds: tuple[int, int] | None
    is_chosen: bool
    overdue: int


def shown(row: KeptHere, say: Sentence) -> ShownRetention:
    """A row in words."""
    return ShownRetention(
        row.row.name,
        row.row.of,
        say(f"retention.what.{row.row.name}"),
        kept_text(row.row, row.kept, say),
        say(f"retention.left.{row.row.left}"),
        None if row.kept is None or row.row.bounds is None else row.kept.days,
        row.row.bounds,
        row.is_chosen,
        row.overdue,
    )


def kept_text(row: Retention, kept: timedelta | None, say: Sentence) -> str:
    """How long a row is kept, and since when that is counted: « 30 jours après sa fin »."""
    if row.bounds is None or kept is None:
        return say(f"retention.until.{row.name}")
    return say(f"retention.until.{row.name}", days=kept.days)


def erased_text(run: PurgeRun, say: Sentence) -> str:
    """What the purges of a day erased: « tickets : 31, sessions : 2 »."""
    parts = [
        say("retention.count", what=say(f"retention.table.{table}"), number=count)
        for table, count in sorted(run.erased.items())
    ]
    return ", ".join(parts) or say("retention.run.nothing")


@dataclass(frozen=True, slots=True)
class RetentionPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext


def retention_pages(needs: RetentionPages) -> Blueprint:
    """The routes: reading needs `read_retention`, deciding `administer_people` at every site."""
    routes = Blueprint("retention_pages", __name__, template_folder="templates")

    @routes.get("/conservation")
    @requires(Permission.READ_RETENTION, of=PEOPLE, anywhere=True)
    def retention() -> Any:
        name = request.args.get("quoi", "")
        if not name:
            return _page(needs)
        try:
            return _page(needs, effect=read_effect(needs.database, name, _days(request.args.get("jours"))))
        except Refusal as refusal:
            return _page(needs, refusal=refusal, typed=request.args), status_of(refusal)

    @routes.post("/conservation")
    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def decide() -> Any:
        caller = someone()
        name, days = request.form.get("quoi", ""), _days(request.form.get("jours"))
        sites = caller.sites_of(Permission.ADMINISTER_PEOPLE)
        try:
            decide_retention(needs.database, caller.author, name, days, sites=sites)
        except Refusal as refusal:
            return _page(needs, refusal=refusal, typed=request.form), status_of(refusal)
        return redirect("/conservation?fait=1", 303)

    return routes


def _days(text: str | None) -> int:
    """The days typed; 0, which no row allows, for what is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _page(
    needs: RetentionPages,
    *,
    effect: RetentionEffect | None = None,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page. A refusal is said beside the field of the row that was typed, else at the top."""
    found = read_retention(needs.database)
    language = page_language()
    say = page_sentence()
    zone = zone_of(known_sites(needs.database), None)
    rows = [shown(each, say) for each in found.rows]
    may_decide = someone().sites_of(Permission.ADMINISTER_PEOPLE) is None
    with_field = {each.name for each in rows if each.bounds and may_decide}
    refused = typed.get("quoi", "") if refusal is not None else ""
    return render_template(
        "retention/retention.html",
        groups=[(of, [each for each in rows if each.of == of]) for of in Subject],
        rows={each.name: each for each in rows},
        overdue=[each for each in rows if each.overdue],
        runs=[(instant_text(run.done_at, language, zone), erased_text(run, say)) for run in found.runs],
        last=instant_text(found.runs[0].done_at, language, zone) if found.runs else None,
        is_late=found.is_late,
        is_postgresql=found.is_postgresql,
        may_decide=may_decide,
        refused=refused if refused in with_field else "",
        typed=typed.get("jours", "")[:6],
        effect=effect,
        is_done=request.args.get("fait") == "1",
        problem="" if refusal is None else refusal_sentence(refusal),
    )


@dataclass(frozen=True, slots=True)
class KeptAboutPages:
    """What the pages need; `languages` are (code, own name)."""

    database: Database
    languages: Sequence[tuple[str, str]]


def kept_about_pages(needs: KeptAboutPages) -> Blueprint:
    """The routes: one for signed-in people, one for everybody."""
    routes = Blueprint("kept_about_pages", __name__, template_folder="templates")

    @routes.get("/compte/donnees")
    @open_to(Access.KNOWN, of=PEOPLE)
    def own() -> Any:
        return _own_page(needs)

    @routes.get("/vos-donnees")
    @open_to(Access.EVERYBODY)
    def visitor() -> Response:
        schedule, contact = read_kept_about_visitors(needs.database)
        say = page_sentence()
        kept = {name: value for name, value in request.args.items() if name != "lang"}
        answer = make_response(
            render_template(
                "retention/visitor.html",
                rows=[shown(each, say) for each in schedule],
                contact=contact,
                language_links=[
                    {"code": code, "name": name, "href": "?" + urlencode({**kept, "lang": code})}
                    for code, name in needs.languages
                ],
            )
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return routes


def _own_page(needs: KeptAboutPages) -> str:
    caller, language = someone(), page_language()
    found = read_kept_about(needs.database, caller.author.person_id)
    sites, say = known_sites(needs.database), page_sentence()
    own = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    zone = zone_of(sites, own)
    return render_template(
        "retention/own.html",
        caller=caller,
        found=found,
        rows=[shown(each, say) for each in found.schedule],
        names=names_of_roles(needs.database, language),
        every_site=EVERY_SITE,
        instant=lambda at: instant_text(at, language, zone),
    )


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


def processing_pages(needs: ProcessingPages) -> Blueprint:
    """The routes: reading needs `read_retention`, writing `administer_people` at every site."""
    routes = Blueprint("processing_pages", __name__, template_folder="templates")

    @routes.get(REGISTER)
    @requires(Permission.READ_RETENTION, of=PEOPLE, anywhere=True)
    def entry() -> Any:
        return _register_page(needs)

    @routes.get(REGISTER + ".pdf")
    @requires(Permission.READ_RETENTION, of=PEOPLE, anywhere=True)
    def paper() -> Response:
        answer = Response(needs.papers.made(_register_sheet(needs)), content_type="application/pdf")
        answer.headers["Content-Disposition"] = 'inline; filename="registre.pdf"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @routes.post(REGISTER)
    @requires(Permission.ADMINISTER_PEOPLE, of=PEOPLE, anywhere=True)
    def describe() -> Any:
        caller = someone()
        sites = caller.sites_of(Permission.ADMINISTER_PEOPLE)
        try:
            describe_register(needs.database, caller.author, request.form, sites=sites)
        except Refusal as refusal:
            return _register_page(needs, refusal), status_of(refusal)
        return redirect(f"{REGISTER}?fait=1", 303)

    return routes


def _register_page(needs: ProcessingPages, refusal: Refusal | None = None) -> str:
    found, language = read_register(needs.database), page_language()
    return render_template(
        "retention/register.html",
        **_register_entry(needs, found, language),
        typed={name: request.form.get(name, "") for name in TEXTS} if refusal else found.texts,
        longest=LONGEST_TEXT,
        may_decide=someone().sites_of(Permission.ADMINISTER_PEOPLE) is None,
        is_done=request.args.get("fait") == "1",
        problem="" if refusal is None else refusal_sentence(refusal),
    )


def _register_sheet(needs: ProcessingPages) -> str:
    language = page_language()
    return render_template(
        "retention/register_sheet.html",
        t=page_sentence(),
        language=language,
        direction=direction_of(language),
        **_register_entry(needs, read_register(needs.database), language),
    )


def _register_entry(needs: ProcessingPages, found: ReadRegister, language: str) -> dict[str, Any]:
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
