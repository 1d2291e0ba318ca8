"""Reports for the committee, `/rapports`: begun, written, frozen, approved, printed. No JavaScript needed."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, redirect, render_template, request, stream_with_context
from werkzeug.wrappers import Response

from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.refusals import Refusal
from server.domain.reports.reports import LONGEST_SENTENCE, SENTENCES
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.usecases.reports import reports
from server.usecases.reports.sendings import read_sendings
from server.web.access.callers import Caller, database, sites_of_caller, sites_where, someone
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import of_app
from server.web.pages.reports.pack import PackStep, pack_steps
from server.web.pages.reports.papers import file_name, sheet_page
from server.web.pages.reports.sheet import proposed_sentences, report_sheet
from server.web.pages.reports.wording import ReportWording
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.pdf import Papers
from server.web.rendering.problems import press_key, problems_of, refusal_sentence, show_again

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


papers = of_app(Papers)
routes = PageRoutes("reports_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, the rest `write_reports`, at all sites of a report."""


@routes.get(PLACE, Permission.READ_FIGURES, anywhere=True)
def listed() -> Any:
    return _list_page()


@routes.get(PLACE + "/<report>", Permission.READ_FIGURES, anywhere=True)
def shown(report: str) -> Any:
    return _report_page(report)


@routes.get(PLACE + "/<report>/page.pdf", Permission.READ_FIGURES, anywhere=True)
def paper(report: str) -> Response:
    found = _read(report)
    made = papers.made(sheet_page(found, ReportWording(page.sentence())))
    return file_answer(made, "application/pdf", f"{file_name(found)}.pdf")


@routes.post(PLACE, Permission.WRITE_REPORTS, anywhere=True)
def begin() -> Any:
    caller, sites = sites_where(Permission.WRITE_REPORTS)
    halls, form = tuple(request.form.getlist("halls")), request.form.get("formulaire", "")[:64]
    typed = BeginFields(halls, request.form.get("periode", ""), form)
    show_again(lambda refusal: _list_page(typed=typed, refusal=refusal))
    begun = reports.begin_report(
        database(),
        caller.author,
        typed.halls,
        typed.period,
        sites=sites,
        write_key=press_key(caller.author, typed),
    )
    return redirect(f"{PLACE}/{begun['report']}", 303)


@routes.post(PLACE + "/<report>/phrases", Permission.WRITE_REPORTS, anywhere=True)
def write(report: str) -> Any:
    typed = (request.form.get(f"phrase{n}", "") for n in range(1, SENTENCES + 1))
    sentences, base = [each[: 4 * LONGEST_SENTENCE] for each in typed], request.form.get("version", "")

    return _done(
        report,
        lambda author, sites: reports.write_sentences(
            database(), author, report, sentences, base=base, sites=sites
        ),
        "enregistre",
        sentences=sentences,
    )


@routes.post(PLACE + "/<report>/reponse", Permission.WRITE_REPORTS, anywhere=True)
def drop_answer(report: str) -> Any:
    change = request.form.get("salle", "")[:400], request.form.get("change", "")[:400]
    return _done(
        report,
        lambda author, sites: reports.drop_answer(database(), author, report, change, sites=sites),
        "retire",
    )


@routes.post(PLACE + "/<report>/suppression", Permission.WRITE_REPORTS, anywhere=True)
def discard(report: str) -> Any:
    caller, sites = sites_where(Permission.WRITE_REPORTS)
    reports.discard_report(database(), caller.author, report, sites=sites)
    return redirect(f"{PLACE}?fait=supprime", 303)


@routes.post(PLACE + "/<report>/gel", Permission.WRITE_REPORTS, anywhere=True)
def freeze(report: str) -> Any:
    def freeze_it(author: Author, sites: reports.Sites) -> object:
        key = WriteKey.of_author(author, f"freeze {report}", f"freeze {report}".encode())
        return reports.freeze_report(database(), author, report, sites=sites, write_key=key)

    return _done(report, freeze_it, "gele")


@routes.post(PLACE + "/<report>/approbation", Permission.WRITE_REPORTS, anywhere=True)
def approve(report: str) -> Any:
    return _done(
        report,
        lambda author, sites: reports.approve_report(database(), author, report, sites=sites),
        "approuve",
    )


@routes.post(PLACE + "/<report>/dossier", Permission.WRITE_REPORTS, anywhere=True)
def pack(report: str) -> Response:
    sites_where(Permission.WRITE_REPORTS)
    found, words = _read(report), ReportWording(page.sentence())
    if not found.may_write:
        abort(404)
    name, html = f"{file_name(found)}.zip", sheet_page(found, words)
    steps = pack_steps(database(), found, words, paper=lambda: papers.made(html))
    if request.accept_mimetypes.best == NDJSON:
        lines = (_line(each, name, words) for each in steps)
        return Response(stream_with_context(lines), content_type=NDJSON)
    return file_answer(list(steps)[-1].archive or b"", "application/zip", name)


def _line(step: PackStep, name: str, words: ReportWording) -> str:
    """A step as a line of JSON; the last one has the archive in base64."""
    say = words.say
    line: dict[str, object] = {"done": step.done, "steps": step.steps}
    if step.archive is None:
        line["said"] = say("reports.pack.step", n=step.done + 1, steps=step.steps, what=step.next)
    else:
        line |= {"said": say("reports.pack.done"), "file": name, "archive": b64encode(step.archive).decode()}
    return json.dumps(line) + "\n"


def reach_of(caller: Caller) -> reports.ReportReach:
    """The sites whose reports a person reads and writes."""
    return reports.ReportReach(
        sites_of_caller(caller, Permission.READ_FIGURES), sites_of_caller(caller, Permission.WRITE_REPORTS)
    )


def _read(report: str) -> reports.ReadReport:
    caller = someone()
    return reports.read_report(database(), report, reach_of(caller), reader=caller.author.person_id)


def _done(
    report: str,
    change: Callable[[Author, reports.Sites], object],
    done: str,
    *,
    sentences: list[str] | None = None,
) -> Any:
    """Redirects to the report after a change; after a refusal, its page with what was typed."""
    caller, sites = sites_where(Permission.WRITE_REPORTS)
    show_again(lambda refusal: _report_page(report, refusal=refusal, sentences=sentences), raised=(404,))
    change(caller.author, sites)
    return redirect(f"{PLACE}/{report}?fait={done}#fait", 303)


def _list_page(*, typed: BeginFields | None = None, refusal: Refusal | None = None) -> str:
    reach, halls = reach_of(someone()), page.halls(Permission.WRITE_REPORTS)
    zone = halls[0].site.time_zone if halls else "Europe/Paris"
    on = database().clock.now().astimezone(ZoneInfo(zone)).date()
    last_quarter = period_of(PeriodKind.QUARTER, on).previous().name
    first = BeginFields(tuple(hall.hall for hall in halls[:1]), last_quarter, new_id())
    return render_template(
        "reports/reports.html",
        reports=reports.read_reports(database(), reach),
        words=ReportWording(page.sentence()),
        halls=halls,
        not_sent=sum(len(each.failed) for each in read_sendings(database(), reach.writes)) if halls else 0,
        periods=offered_periods(on),
        typed=typed or first,
        problems=problems_of(refusal, FIELDS),
        done=request.args.get("fait", ""),
        zone=zone,
    )


def _report_page(report: str, *, refusal: Refusal | None = None, sentences: list[str] | None = None) -> str:
    found, words = _read(report), ReportWording(page.sentence())
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
