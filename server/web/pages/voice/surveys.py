"""Surveys, `/voix/enquetes`: drafts, opening, progress and results. No JavaScript needed."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    LONGEST_QUESTION,
    LONGEST_TITLE,
    Audience,
    Channel,
    QuestionKind,
    SurveyRequest,
    SurveyState,
    texts_kept_until,
)
from server.domain.surveys.results import FEWEST_ANSWERS, FEWEST_FOR_NOTICE, satisfaction
from server.domain.texts import csv_sheet
from server.ids import new_id
from server.language import name_in
from server.usecases.notices.notice_places import offered_languages
from server.usecases.reports.reports import Sites
from server.usecases.surveys.answer_survey import shown_texts
from server.usecases.surveys.open_survey import (
    change_survey,
    close_survey,
    discard_survey,
    draft_survey,
    open_survey,
)
from server.usecases.surveys.read_results import propose_result, read_results
from server.usecases.surveys.read_surveys import ReadSurvey, own_halls, read_survey, read_surveys
from server.web.access.callers import database, sites_of_caller, sites_where, someone
from server.web.access.requirements import PageRoutes
from server.web.access.site_context import SiteContext, of_app
from server.web.pages.quality.wording import short_day
from server.web.pages.voice import survey_forms, survey_results
from server.web.rendering import page
from server.web.rendering.problems import form_id, refusal_sentence, show_again
from signage.notice_parts import code_to_scan

PLACE = "/voix/enquetes"
READ, RUN = Permission.READ_FIGURES, Permission.RUN_SURVEYS


site = of_app(SiteContext)


def _day(on: date) -> str:
    """A day in the language of the page."""
    return short_day(on, page.language())


def _hall_name(hall: str | None) -> str:
    return survey_results.hall_in_words(database(), hall, page.sentence())


def _hosts() -> frozenset[str]:
    """Where outside forms may be."""
    return frozenset(site.settings.survey_hosts.split())


def _read(survey: str) -> ReadSurvey:
    """A survey as the caller may read it. Refusal: unknown_survey."""
    return read_survey(database(), survey, reads=sites_to_read(), writes=sites_to_run())


def sites_to_read() -> Sites:
    """The sites whose results the caller reads."""
    return sites_of_caller(someone(), READ)


def sites_to_run() -> Sites:
    """The sites whose surveys the caller runs."""
    return sites_of_caller(someone(), RUN)


survey_pages = PageRoutes("surveys_page", __name__, template_folder="templates")
"""Reading needs `read_figures`, the rest `run_surveys`, at all sites of a survey."""


@survey_pages.get(PLACE, READ, anywhere=True)
def listed() -> Any:
    return render_template(
        "surveys/surveys.html",
        surveys=read_surveys(database(), reads=sites_to_read(), writes=sites_to_run()),
        runs=sites_to_run() != frozenset(),
        is_everywhere=sites_to_run() is None,
        day=_day,
        done=request.args.get("fait", ""),
    )


@survey_pages.get(PLACE + "/<survey>", READ, anywhere=True)
def survey_shown(survey: str) -> Any:
    return _survey_page(survey)


@survey_pages.get(PLACE + "/nouvelle", RUN, anywhere=True)
def new() -> Any:
    _, sites = sites_where(RUN)
    audience = Audience.AGENTS if request.args.get("public") == "agents" else Audience.VISITORS
    if audience == Audience.AGENTS and sites is not None:
        raise Refusal("forbidden")
    halls = [each["hall"] for each in _halls()]
    today = database().clock.now().date()
    return _form_page(survey_forms.first_request(audience, halls[:1], today, page.translate))


@survey_pages.post(PLACE, RUN, anywhere=True)
def draft() -> Any:
    _, sites = sites_where(RUN)
    typed, form = survey_forms.typed_request(request.form), form_id()
    show_again(lambda refusal: _form_page(typed, refusal=refusal))
    survey = draft_survey(database(), typed, sites=sites, hosts=_hosts(), form=form)
    return redirect(f"{PLACE}/{survey}/modifier?fait=enregistre#fait", 303)


@survey_pages.get(PLACE + "/<survey>/modifier", RUN, anywhere=True)
def edit(survey: str) -> Any:
    found = _read(survey)
    if found.row.state != SurveyState.DRAFT:
        return redirect(f"{PLACE}/{survey}", 303)
    return _form_page(survey_forms.request_of(found.row), found=found)


@survey_pages.post(PLACE + "/<survey>", RUN, anywhere=True)
def change(survey: str) -> Any:
    _, sites = sites_where(RUN)
    typed = survey_forms.typed_request(request.form)
    show_again(lambda refusal: _form_page(typed, found=_read(survey), refusal=refusal), raised=(403, 404))
    change_survey(database(), survey, typed, sites=sites, hosts=_hosts())
    return redirect(f"{PLACE}/{survey}/modifier?fait=enregistre#fait", 303)


@survey_pages.post(PLACE + "/<survey>/suppression", RUN, anywhere=True)
def discard(survey: str) -> Any:
    _, sites = sites_where(RUN)
    discard_survey(database(), survey, sites=sites)
    return redirect(f"{PLACE}?fait=supprime", 303)


@survey_pages.post(PLACE + "/<survey>/ouverture", RUN, anywhere=True)
def open_it(survey: str) -> Any:
    return _changed(survey, lambda sites: open_survey(database(), survey, sites=sites))


@survey_pages.post(PLACE + "/<survey>/cloture", RUN, anywhere=True)
def close_it(survey: str) -> Any:
    return _changed(survey, lambda sites: close_survey(database(), survey, sites=sites))


def _changed(survey: str, change: Callable[[Sites], object], done: str = "change") -> Any:
    _, sites = sites_where(RUN)
    show_again(lambda refusal: _survey_page(survey, refusal=refusal), raised=(403, 404))
    change(sites)
    return redirect(f"{PLACE}/{survey}?fait={done}#fait", 303)


@survey_pages.get(PLACE + "/<survey>/resultats.csv", READ, anywhere=True)
def results_file(survey: str) -> Response:
    found = _read(survey)
    lines = survey_results.result_lines(database(), found, read_results(database(), found), page.sentence())
    answer = Response(
        csv_sheet((survey_results.COLUMNS, *lines)).encode(), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="enquete-{found.row.opens_on}.csv"'
    return answer


@survey_pages.post(PLACE + "/<survey>/annonce", RUN, anywhere=True)
def propose(survey: str) -> Any:
    author, found = sites_where(RUN)[0].author, _read(survey)
    if not found.may_write:
        raise Refusal("forbidden")
    return _changed(
        survey,
        lambda sites: propose_result(database(), author, found, page.translate, sites=sites),
        "annonce",
    )


def _halls() -> list[dict[str, str]]:
    """The halls whose visitors the caller may ask: id and name."""
    person = page.reader()
    return [
        {"hall": database().hall_id(hall.hall), "name": hall.name}
        for hall in page.halls_of_reader()
        if person.may(RUN, hall.site.slug)
    ]


def _form_page(
    typed: SurveyRequest, *, found: ReadSurvey | None = None, refusal: Refusal | None = None
) -> str:
    if found is not None and not found.may_write:
        abort(403)
    language = page.language()
    said = "" if refusal is None else refusal_sentence(refusal)
    missing = [] if found is None or refusal is not None else found.missing
    return render_template(
        "surveys/form.html",
        found=found,
        typed=typed,
        halls=_halls(),
        blocks=survey_forms.blocks(typed.questions),
        kinds=list(QuestionKind),
        channels=list(Channel),
        languages=[(each.code, name_in(each.code, language)) for each in offered_languages(database())],
        missing=[(each.place, name_in(each.language, language)) for each in missing],
        hosts=sorted(_hosts()),
        longest={"title": LONGEST_TITLE, "question": LONGEST_QUESTION},
        form=request.form.get("formulaire", "")[:64] or new_id(),
        problems={} if refusal is None else {survey_forms.field_of(refusal): said},
        done=request.args.get("fait", ""),
    )


def _survey_page(survey: str, *, refusal: Refusal | None = None) -> str:
    found, say = _read(survey), page.sentence()
    if refusal is not None and not found.may_write:
        abort(403)
    is_open = found.row.state != SurveyState.DRAFT
    results = read_results(database(), found) if is_open and not found.row.outside else None
    said = None if refusal is None else refusal_sentence(refusal)
    return render_template(
        "surveys/survey.html",
        found=found,
        results=results,
        parts=[] if results is None else survey_results.parts_to_show(results),
        satisfied=None if results is None else satisfaction(results.whole.results or ()),
        fewest=FEWEST_ANSWERS,
        fewest_for_notice=FEWEST_FOR_NOTICE,
        texts=_texts_by_question(found) if is_open else {},
        runs=found.may_write or bool(own_halls(database(), found.row, sites_to_run())),
        addresses=[
            {
                "channel": each.channel,
                "hall": _hall_name(each.hall),
                "url": (url := _address(each.code, each.channel)),
                "code": code_to_scan(url),
            }
            for each in found.addresses
        ],
        names={hall: _hall_name(hall) for hall in found.halls},
        missing=[(each.place, name_in(each.language, say.language)) for each in found.missing],
        kept_until=_day(texts_kept_until(found.row.closes_on)),
        day=_day,
        share=lambda percent: survey_results.said_share(percent, say),
        answer=lambda question, value: survey_results.said_answer(question, value, say),
        turnout=survey_results.turnout_tables(database(), found, say),
        problem=said,
        done=request.args.get("fait", ""),
    )


def _texts_by_question(found: ReadSurvey) -> Mapping[str, list[str]]:
    """The texts that others may read, by question, where they are ten answers or more."""
    if found.progress.answers < FEWEST_ANSWERS:
        return {}
    texts: dict[str, list[str]] = {}
    for each in shown_texts(database(), found.row.id, sites=sites_to_read()):
        texts.setdefault(each.question, []).append(each.text)
    return texts


def _address(code: str, channel: str) -> str:
    base = (site.settings.public_url or request.url_root).rstrip("/")
    return f"{base}/avis/{code}" + ("/borne" if channel == Channel.KIOSK else "")
