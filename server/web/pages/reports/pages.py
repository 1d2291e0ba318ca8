"""Reports for the committee, `/rapports`: begun, written, frozen, approved, printed. No JavaScript needed."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.refusals import Refusal
from server.domain.reports.reports import LONGEST_SENTENCE, SENTENCES
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.reports.reports import (
    ReadReport,
    ReportReach,
    Sites,
    approve_report,
    begin_report,
    discard_report,
    freeze_report,
    read_report,
    read_reports,
    write_sentences,
)
from server.usecases.reports.sendings import failed_letters, read_sendings
from server.web.access.callers import Caller, sites_of_caller, sites_where, someone
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.reports.grids import add_grid_routes
from server.web.pages.reports.pack import PackStep, pack_steps
from server.web.pages.reports.papers import file_name, sheet_page
from server.web.pages.reports.sendings import add_sending_routes
from server.web.pages.reports.wording import ReportWording, proposed_sentences, report_sheet
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import press_key, problems_of, refusal_sentence, status_of
from server.web.rendering.viewer import WorkContext, halls_for_page, page_sentence

OFFERED: Mapping[PeriodKind, int] = {PeriodKind.QUARTER: 8, PeriodKind.MONTH: 13, PeriodKind.YEAR: 3}
"""How many periods of a kind are offered, the present one included."""
FIELDS = {
    "report_halls_missing": "halls",
    "forbidden": "halls",
    "unknown_hall": "halls",
    "bad_report_period": "periode",
    "report_period_to_come": "periode",
}
"""The field of a refusal; a refusal without one is shown above the form."""


@dataclass(frozen=True, slots=True)
class BeginFields:
    """What a new report is of. `form` is new with each form shown: of two presses alike one is made."""

    halls: tuple[str, ...]
    period: str
    form: str

    @classmethod
    def of(cls, fields: "MultiDict[str, str]") -> "BeginFields":
        """The sent fields; missing ones are empty."""
        return cls(
            tuple(fields.getlist("halls")), fields.get("periode", ""), fields.get("formulaire", "")[:64]
        )


def offered_periods(on: date) -> dict[PeriodKind, list[Period]]:
    """The periods that may be chosen on a local date, the newest first."""
    found: dict[PeriodKind, list[Period]] = {}
    for kind, count in OFFERED.items():
        period, found[kind] = period_of(kind, on), []
        for _ in range(count):
            found[kind].append(period)
            period = period.previous()
    return found


PLACE = "/rapports"
NDJSON = "application/x-ndjson"


@dataclass(frozen=True, slots=True)
class ReportPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext
    papers: Papers
    email_is_off: bool = False


def blueprint(needs: ReportPages) -> Blueprint:
    """The routes: reading needs `read_figures`, the rest `write_reports`, at all sites of a report."""
    routes = Blueprint("reports_page", __name__, template_folder="templates")
    _add_reading(routes, needs)
    _add_drafts(routes, needs)
    _add_decisions(routes, needs)
    _add_pack(routes, needs)
    add_grid_routes(routes, needs.database, needs.work)
    add_sending_routes(routes, needs.database, needs.work, email_is_off=needs.email_is_off)
    return routes


def _add_reading(routes: Blueprint, needs: ReportPages) -> None:
    """The list, a report, and its sheet of paper."""

    @routes.get(PLACE)
    @requires(Permission.READ_FIGURES, of=PEOPLE, anywhere=True)
    def listed() -> Any:
        return _list_page(needs)

    @routes.get(PLACE + "/<report>")
    @requires(Permission.READ_FIGURES, of=PEOPLE, anywhere=True)
    def shown(report: str) -> Any:
        return _report_page(needs, report)

    @routes.get(PLACE + "/<report>/page.pdf")
    @requires(Permission.READ_FIGURES, of=PEOPLE, anywhere=True)
    def paper(report: str) -> Response:
        found = _read(needs, report)
        answer = Response(
            needs.papers.made(sheet_page(found, ReportWording(page_sentence()))),
            content_type="application/pdf",
        )
        answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(found)}.pdf"'
        return answer


def _add_drafts(routes: Blueprint, needs: ReportPages) -> None:
    """Begin a report, write its sentences, discard it."""

    @routes.post(PLACE)
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def begin() -> Any:
        caller, sites = sites_where(Permission.WRITE_REPORTS)
        typed = BeginFields.of(request.form)
        try:
            begun = begin_report(
                needs.database,
                caller.author,
                typed.halls,
                typed.period,
                sites=sites,
                write_key=press_key(caller.author, typed),
            )
        except Refusal as refusal:
            return _list_page(needs, typed=typed, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{begun['report']}", 303)

    @routes.post(PLACE + "/<report>/phrases")
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def write(report: str) -> Any:
        typed = (request.form.get(f"phrase{n}", "") for n in range(1, SENTENCES + 1))
        sentences, base = [each[: 4 * LONGEST_SENTENCE] for each in typed], request.form.get("version", "")

        def save(author: Author, sites: Sites) -> object:
            return write_sentences(needs.database, author, report, sentences, base=base, sites=sites)

        return _done(needs, report, save, "enregistre", sentences=sentences)

    @routes.post(PLACE + "/<report>/suppression")
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def discard(report: str) -> Any:
        caller, sites = sites_where(Permission.WRITE_REPORTS)
        discard_report(needs.database, caller.author, report, sites=sites)
        return redirect(f"{PLACE}?fait=supprime", 303)


def _add_decisions(routes: Blueprint, needs: ReportPages) -> None:
    """Freeze and approve."""

    @routes.post(PLACE + "/<report>/gel")
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def freeze(report: str) -> Any:
        def freeze_it(author: Author, sites: Sites) -> object:
            key = WriteKey.of_author(author, f"freeze {report}", f"freeze {report}".encode())
            return freeze_report(needs.database, author, report, sites=sites, write_key=key)

        return _done(needs, report, freeze_it, "gele")

    @routes.post(PLACE + "/<report>/approbation")
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def approve(report: str) -> Any:
        return _done(
            needs,
            report,
            lambda author, sites: approve_report(needs.database, author, report, sites=sites),
            "approuve",
        )


def _add_pack(routes: Blueprint, needs: ReportPages) -> None:
    """The evidence pack: a file, or its progress line by line with the file at the end."""

    @routes.post(PLACE + "/<report>/dossier")
    @requires(Permission.WRITE_REPORTS, of=PEOPLE, anywhere=True)
    def pack(report: str) -> Response:
        sites_where(Permission.WRITE_REPORTS)
        found, words = _read(needs, report), ReportWording(page_sentence())
        if not found.may_write:
            abort(404)
        name, page = f"{file_name(found)}.zip", sheet_page(found, words)
        steps = pack_steps(needs.database, found, words, paper=lambda: needs.papers.made(page))
        if request.accept_mimetypes.best == NDJSON:
            return Response((_line(each, name, words) for each in steps), content_type=NDJSON)
        answer = Response(list(steps)[-1].archive, content_type="application/zip")
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer


def _line(step: PackStep, name: str, words: ReportWording) -> str:
    """A step as a line of JSON; the last one has the archive in base64."""
    say = words.say
    line: dict[str, object] = {"done": step.done, "steps": step.steps}
    if step.archive is None:
        line["said"] = say("reports.pack.step", n=step.done + 1, steps=step.steps, what=step.next)
    else:
        line |= {"said": say("reports.pack.done"), "file": name, "archive": b64encode(step.archive).decode()}
    return json.dumps(line) + "\n"


def reach_of(caller: Caller) -> ReportReach:
    """The sites whose reports a person reads and writes."""
    return ReportReach(
        sites_of_caller(caller, Permission.READ_FIGURES), sites_of_caller(caller, Permission.WRITE_REPORTS)
    )


def _read(needs: ReportPages, report: str) -> ReadReport:
    caller = someone()
    return read_report(needs.database, report, reach_of(caller), reader=caller.author.person_id)


def _done(
    needs: ReportPages,
    report: str,
    change: Callable[[Author, Sites], object],
    done: str,
    *,
    sentences: list[str] | None = None,
) -> Any:
    """Redirects to the report after a change; after a refusal, its page with what was typed."""
    caller, sites = sites_where(Permission.WRITE_REPORTS)
    try:
        change(caller.author, sites)
    except Refusal as refusal:
        if status_of(refusal) == 404:
            raise
        return _report_page(needs, report, refusal=refusal, sentences=sentences), status_of(refusal)
    return redirect(f"{PLACE}/{report}?fait={done}#fait", 303)


def _list_page(
    needs: ReportPages, *, typed: BeginFields | None = None, refusal: Refusal | None = None
) -> str:
    reach, halls = reach_of(someone()), halls_for_page(needs.work, Permission.WRITE_REPORTS)
    zone = halls[0].site.time_zone if halls else "Europe/Paris"
    on = needs.database.clock.now().astimezone(ZoneInfo(zone)).date()
    last_quarter = period_of(PeriodKind.QUARTER, on).previous().name
    first = BeginFields(tuple(hall.hall for hall in halls[:1]), last_quarter, new_id())
    return render_template(
        "reports/reports.html",
        reports=read_reports(needs.database, reach),
        words=ReportWording(page_sentence()),
        halls=halls,
        not_sent=failed_letters(read_sendings(needs.database, reach.writes)) if halls else 0,
        periods=offered_periods(on),
        typed=typed or first,
        problems=problems_of(refusal, FIELDS),
        done=request.args.get("fait", ""),
        zone=zone,
    )


def _report_page(
    needs: ReportPages, report: str, *, refusal: Refusal | None = None, sentences: list[str] | None = None
) -> str:
    found, words = _read(needs, report), ReportWording(page_sentence())
    if refusal is not None and not found.may_write:
        abort(403)
    saved = found.row.sentences
    is_proposed = sentences is None and found.may_write and not any(saved)
    proposed = proposed_sentences(found.figures, words) if is_proposed else saved
    said = None if refusal is None else refusal_sentence(refusal)
    return render_template(
        "reports/report.html",
        report=found,
        sheet=report_sheet(found, words.say),
        name=words.period(found.period),
        sentences=sentences or proposed,
        saved=saved if sentences is not None and sentences != saved else None,
        is_proposed=is_proposed,
        version=to_text(found.row.changed_at),
        longest=LONGEST_SENTENCE,
        problem=said,
        problem_of=None if refusal is None else refusal.details.get("sentence"),
        done=request.args.get("fait", ""),
    )
