"""What is kept how long, `/conservation`: the schedule, other days, what purges erased. No JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.retention import Retention, Subject
from server.store.retention import PurgeRun
from server.store.transactions.database import Database
from server.usecases.people.directory import known_sites
from server.usecases.retention import KeptHere, RetentionEffect, decide_retention, read_effect, read_retention
from server.web.access.callers import someone
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.local_time import instant_text, zone_of
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import Sentence, WorkContext, page_language, page_sentence


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


def blueprint(needs: RetentionPages) -> Blueprint:
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
