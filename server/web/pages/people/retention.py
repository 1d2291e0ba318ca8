"""What is kept how long, `/conservation`, also for the register of processing. No JavaScript.

« Ce que Parvis sait de vous » is `/compte/donnees` for people at work, `/vos-donnees` for visitors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from flask import Response, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.retention import LONGEST_TEXT, TEXTS, Retention, Subject, gaps
from server.language import direction_of
from server.store.operation.erase_expired import PurgeRun
from server.store.people.accounts import EVERY_SITE
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
from server.web.access.callers import database, someone
from server.web.access.requirements import PEOPLE, Access, PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import refusal_sentence, show_again
from server.web.rendering.viewer import Sentence, instant_text, zone_of

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


retention_pages = PageRoutes("retention_pages", __name__, template_folder="templates")
"""Reading needs `read_retention`, deciding `administer_people` at every site."""


@retention_pages.get("/conservation", Permission.READ_RETENTION, anywhere=True)
def retention() -> Any:
    name = request.args.get("quoi", "")
    if not name:
        return _page()
    show_again(lambda refusal: _page(refusal=refusal, typed=request.args))
    return _page(effect=read_effect(database(), name, _days(request.args.get("jours"))))


@retention_pages.post("/conservation", Permission.ADMINISTER_PEOPLE, anywhere=True)
def decide() -> Any:
    caller = someone()
    name, days = request.form.get("quoi", ""), _days(request.form.get("jours"))
    sites = caller.sites_of(Permission.ADMINISTER_PEOPLE)
    show_again(lambda refusal: _page(refusal=refusal, typed=request.form))
    decide_retention(database(), caller.author, name, days, sites=sites)
    return redirect("/conservation?fait=1", 303)


def _days(text: str | None) -> int:
    """The days typed; 0, which no row allows, for what is no number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _page(
    *,
    effect: RetentionEffect | None = None,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page. A refusal is said beside the field of the row that was typed, else at the top."""
    found = read_retention(database())
    language = page.language()
    say = page.sentence()
    zone = zone_of(known_sites(database()), None)
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


kept_about_pages = PageRoutes("kept_about_pages", __name__, template_folder="templates")
"""One for signed-in people, one for everybody."""


@kept_about_pages.get("/compte/donnees", Access.KNOWN, of=PEOPLE)
def own() -> str:
    caller, language = someone(), page.language()
    found = read_kept_about(database(), caller.author.person_id)
    sites, say = known_sites(database()), page.sentence()
    mine = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    zone = zone_of(sites, mine)
    return render_template(
        "retention/own.html",
        caller=caller,
        found=found,
        rows=[shown(each, say) for each in found.schedule],
        names=names_of_roles(database(), language),
        every_site=EVERY_SITE,
        instant=lambda at: instant_text(at, language, zone),
    )


@kept_about_pages.get("/vos-donnees", Access.EVERYBODY)
def visitor() -> str:
    schedule, contact = read_kept_about_visitors(database())
    rows = [shown(each, page.sentence()) for each in schedule]
    return render_template(
        "retention/visitor.html", rows=rows, contact=contact, language_links=page.language_links()
    )


papers, site = of_app(Papers), of_app(SiteContext)
processing_pages = PageRoutes("processing_pages", __name__, template_folder="templates")
"""Reading needs `read_retention`, writing `administer_people` at every site."""


@processing_pages.get(REGISTER, Permission.READ_RETENTION, anywhere=True)
def entry() -> Any:
    return _register_page()


@processing_pages.get(REGISTER + ".pdf", Permission.READ_RETENTION, anywhere=True)
def paper() -> Response:
    return file_answer(papers.made(_register_sheet()), "application/pdf", "registre.pdf", is_shown=True)


@processing_pages.post(REGISTER, Permission.ADMINISTER_PEOPLE, anywhere=True)
def describe() -> Any:
    caller = someone()
    sites = caller.sites_of(Permission.ADMINISTER_PEOPLE)
    show_again(_register_page)
    describe_register(database(), caller.author, request.form, sites=sites)
    return redirect(f"{REGISTER}?fait=1", 303)


def _register_page(refusal: Refusal | None = None) -> str:
    found, language = read_register(database()), page.language()
    return render_template(
        "retention/register.html",
        **_register_entry(found, language),
        typed={name: request.form.get(name, "") for name in TEXTS} if refusal else found.texts,
        longest=LONGEST_TEXT,
        may_decide=someone().sites_of(Permission.ADMINISTER_PEOPLE) is None,
        is_done=request.args.get("fait") == "1",
        problem="" if refusal is None else refusal_sentence(refusal),
    )


def _register_sheet() -> str:
    language = page.language()
    return render_template(
        "retention/register_sheet.html",
        t=page.sentence(),
        language=language,
        direction=direction_of(language),
        **_register_entry(read_register(database()), language),
    )


def _register_entry(found: ReadRegister, language: str) -> dict[str, Any]:
    """What the page and the sheet both say."""
    say = page.sentence()
    zone = zone_of(known_sites(database()), None)
    runs, settings = found.retention.runs, site.settings
    last = instant_text(runs[0].done_at, language, zone) if runs else None
    rows = [shown(each, say) for each in found.retention.rows]
    recipients = [
        say("retention.register.recipient.roles"),
        say("retention.register.recipient.keys", number=found.keys),
        say("retention.register.recipient.alarms", number=found.recipients),
        say("retention.register.recipient.provider", address=settings.oidc_issuer)
        if settings.oidc_issuer
        else "",
        say("retention.register.recipient.mail", address=settings.smtp_host) if settings.smtp_host else "",
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
