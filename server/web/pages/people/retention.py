"""What is kept how long, `/conservation`, also for the register of processing. No JavaScript.

« Ce que Parvis sait de vous » is `/compte/donnees` for people at work, `/vos-donnees` for visitors.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import Response, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.retention import LONGEST_TEXT, TEXTS, Subject, gaps
from server.language import direction_of
from server.store.people.accounts import EVERY_SITE
from server.usecases.people.directory import known_sites, names_of_roles
from server.usecases.retention import (
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
from server.web.rendering.viewer import instant_text, zone_of

REGISTER = "/conservation/registre"


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
    may_decide = someone().sites_of(Permission.ADMINISTER_PEOPLE) is None
    with_field = {each.row.name for each in found.rows if each.row.bounds and may_decide}
    refused = typed.get("quoi", "") if refusal is not None else ""
    return render_template(
        "retention/retention.html",
        found=found,
        subjects=list(Subject),
        instant=_instants(),
        may_decide=may_decide,
        refused=refused if refused in with_field else "",
        typed=typed.get("jours", "")[:6],
        effect=effect,
        is_done=request.args.get("fait") == "1",
        problem="" if refusal is None else refusal_sentence(refusal),
    )


def _instants(sites: Collection[str] | None = None) -> Callable[[datetime], str]:
    """Writes instants in the time zone of the first of the reader's sites (slugs; None: all)."""
    language, zone = page.language(), zone_of(known_sites(database()), sites)
    return lambda at: instant_text(at, language, zone)


kept_about_pages = PageRoutes("kept_about_pages", __name__, template_folder="templates")
"""One for signed-in people, one for everybody."""


@kept_about_pages.get("/compte/donnees", Access.KNOWN, of=PEOPLE)
def own() -> str:
    caller, sites = someone(), known_sites(database())
    mine = [each for each in sites if any(grant.site in (each, EVERY_SITE) for grant in caller.grants)]
    return render_template(
        "retention/own.html",
        caller=caller,
        found=read_kept_about(database(), caller.author.person_id),
        names=names_of_roles(database(), page.language()),
        every_site=EVERY_SITE,
        instant=_instants(mine),
    )


@kept_about_pages.get("/vos-donnees", Access.EVERYBODY)
def visitor() -> str:
    rows, contact = read_kept_about_visitors(database())
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
    found = read_register(database())
    return render_template(
        "retention/register.html",
        **_register_entry(found),
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
        **_register_entry(read_register(database())),
    )


def _register_entry(found: ReadRegister) -> dict[str, Any]:
    """What the page and the sheet both say."""
    return {
        "found": found,
        "names": TEXTS,
        "gaps": gaps(found.texts),
        "settings": site.settings,
        "instant": _instants(),
    }
