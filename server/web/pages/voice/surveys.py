"""Surveys, `/voix/enquetes`: drafts, opening, progress and results. No JavaScript needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
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
from server.domain.surveys.results import FEWEST_ANSWERS, satisfaction
from server.domain.texts import csv_sheet
from server.ids import new_id
from server.language import name_in
from server.store.transactions.database import Database
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
from server.usecases.surveys.read_results import SurveyResults, propose_result, read_results
from server.usecases.surveys.read_surveys import ReadSurvey, own_halls, read_survey, read_surveys
from server.web.access.callers import sites_of_caller, sites_where, someone
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.pages.voice.survey_forms import (
    COLUMNS,
    add_paper_routes,
    add_text_routes,
    blocks,
    field_of,
    first_request,
    parts_to_show,
    request_of,
    result_lines,
    said_answer,
    said_share,
    typed_request,
)
from server.web.rendering.problems import form_id, refusal_sentence, status_of
from server.web.rendering.viewer import Sentence, WorkContext, page_language, page_sentence
from signage.notice_parts import code_to_scan

PLACE = "/voix/enquetes"
READ, RUN = Permission.READ_FIGURES, Permission.RUN_SURVEYS


@dataclass(frozen=True, slots=True)
class SurveyPages:
    """What the pages need. `hosts`: where outside forms may be; `public_url`: "" where there is none."""

    database: Database
    work: WorkContext
    hosts: frozenset[str]
    public_url: str

    def say(self) -> Sentence:
        """Sentences in the language of the page."""
        return page_sentence()

    def day(self, on: date) -> str:
        """A day in the language of the page."""
        return short_day(on, page_language())

    def hall_name(self, hall: str | None) -> str:
        """The name of a hall (id); of all halls together where it is None."""
        return self.say()("surveys.every_hall") if hall is None else self.database.configuration(hall).name

    def read(self, survey: str) -> ReadSurvey:
        """A survey as the caller may read it. Refusal: unknown_survey."""
        return read_survey(self.database, survey, reads=sites_to_read(), writes=sites_to_run())


def sites_to_read() -> Sites:
    """The sites whose results the caller reads."""
    return sites_of_caller(someone(), READ)


def sites_to_run() -> Sites:
    """The sites whose surveys the caller runs."""
    return sites_of_caller(someone(), RUN)


def survey_pages(needs: SurveyPages) -> Blueprint:
    """The routes: reading needs `read_figures`, the rest `run_surveys`, at all sites of a survey."""
    routes = Blueprint("surveys_page", __name__, template_folder="templates")
    _add_list(routes, needs)
    _add_drafts(routes, needs)
    _add_changes(routes, needs)
    _add_states(routes, needs)
    _add_results(routes, needs)
    add_text_routes(routes, needs.database, needs.work)
    add_paper_routes(routes, needs.database, needs.work)
    return routes


def _add_list(routes: Blueprint, needs: SurveyPages) -> None:
    @routes.get(PLACE)
    @requires(READ, of=PEOPLE, anywhere=True)
    def listed() -> Any:
        return render_template(
            "surveys/surveys.html",
            surveys=read_surveys(needs.database, reads=sites_to_read(), writes=sites_to_run()),
            runs=sites_to_run() != frozenset(),
            is_everywhere=sites_to_run() is None,
            day=needs.day,
            done=request.args.get("fait", ""),
        )

    @routes.get(PLACE + "/<survey>")
    @requires(READ, of=PEOPLE, anywhere=True)
    def survey_shown(survey: str) -> Any:
        return _survey_page(needs, survey)


def _add_drafts(routes: Blueprint, needs: SurveyPages) -> None:
    """A new draft, with questions ready to use."""

    @routes.get(PLACE + "/nouvelle")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def new() -> Any:
        _, sites = sites_where(RUN)
        audience = Audience.AGENTS if request.args.get("public") == "agents" else Audience.VISITORS
        if audience == Audience.AGENTS and sites is not None:
            raise Refusal("forbidden")
        halls = [each["hall"] for each in _halls(needs)]
        today = needs.database.clock.now().date()
        return _form_page(needs, first_request(audience, halls[:1], today, needs.work.translate))

    @routes.post(PLACE)
    @requires(RUN, of=PEOPLE, anywhere=True)
    def draft() -> Any:
        _, sites = sites_where(RUN)
        typed, form = typed_request(request.form), form_id()
        try:
            drafted = draft_survey(needs.database, typed, sites=sites, hosts=needs.hosts, form=form)
        except Refusal as refusal:
            return _form_page(needs, typed, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{drafted['survey']}/modifier?fait=enregistre#fait", 303)


def _add_changes(routes: Blueprint, needs: SurveyPages) -> None:
    """Change a draft, and discard it."""

    @routes.get(PLACE + "/<survey>/modifier")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def edit(survey: str) -> Any:
        found = needs.read(survey)
        if found.row.state != SurveyState.DRAFT:
            return redirect(f"{PLACE}/{survey}", 303)
        return _form_page(needs, request_of(found.row), found=found)

    @routes.post(PLACE + "/<survey>")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def change(survey: str) -> Any:
        _, sites = sites_where(RUN)
        typed = typed_request(request.form)
        try:
            change_survey(needs.database, survey, typed, sites=sites, hosts=needs.hosts)
        except Refusal as refusal:
            if status_of(refusal) in (403, 404):
                raise
            return _form_page(needs, typed, found=needs.read(survey), refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{survey}/modifier?fait=enregistre#fait", 303)

    @routes.post(PLACE + "/<survey>/suppression")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def discard(survey: str) -> Any:
        _, sites = sites_where(RUN)
        discard_survey(needs.database, survey, sites=sites)
        return redirect(f"{PLACE}?fait=supprime", 303)


def _add_states(routes: Blueprint, needs: SurveyPages) -> None:
    """Open and close."""

    @routes.post(PLACE + "/<survey>/ouverture")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def open_it(survey: str) -> Any:
        return _changed(needs, survey, lambda sites: open_survey(needs.database, survey, sites=sites))

    @routes.post(PLACE + "/<survey>/cloture")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def close_it(survey: str) -> Any:
        return _changed(needs, survey, lambda sites: close_survey(needs.database, survey, sites=sites))


def _changed(needs: SurveyPages, survey: str, change: Callable[[Sites], None]) -> Any:
    _, sites = sites_where(RUN)
    try:
        change(sites)
    except Refusal as refusal:
        if status_of(refusal) in (403, 404):
            raise
        return _survey_page(needs, survey, refusal=refusal), status_of(refusal)
    return redirect(f"{PLACE}/{survey}?fait=change#fait", 303)


def _add_results(routes: Blueprint, needs: SurveyPages) -> None:
    """The results as a file, and as a notice for screens."""

    @routes.get(PLACE + "/<survey>/resultats.csv")
    @requires(READ, of=PEOPLE, anywhere=True)
    def results_file(survey: str) -> Response:
        found = needs.read(survey)
        lines = result_lines(
            found.row.title, read_results(needs.database, found), needs.hall_name, needs.say()
        )
        answer = Response(csv_sheet((COLUMNS, *lines)).encode(), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="enquete-{found.row.opens_on}.csv"'
        return answer

    @routes.post(PLACE + "/<survey>/annonce")
    @requires(RUN, of=PEOPLE, anywhere=True)
    def propose(survey: str) -> Any:
        caller, sites = sites_where(RUN)
        found = needs.read(survey)
        if not found.may_write:
            raise Refusal("forbidden")
        try:
            propose_result(needs.database, caller.author, found, needs.work.translate, sites=sites)
        except Refusal as refusal:
            return _survey_page(needs, survey, refusal=refusal), status_of(refusal)
        return redirect(f"{PLACE}/{survey}?fait=annonce#fait", 303)


def _halls(needs: SurveyPages) -> list[dict[str, str]]:
    """The halls whose visitors the caller may ask: id and name."""
    person = needs.work.viewer()
    assert person is not None  # access was checked before
    return [
        {"hall": needs.database.hall_id(hall.hall), "name": hall.name}
        for hall in needs.work.halls(person)
        if person.may(RUN, hall.site.slug)
    ]


def _form_page(
    needs: SurveyPages,
    typed: SurveyRequest,
    *,
    found: ReadSurvey | None = None,
    refusal: Refusal | None = None,
) -> str:
    if found is not None and not found.may_write:
        abort(403)
    language = page_language()
    said = "" if refusal is None else refusal_sentence(refusal)
    missing = [] if found is None or refusal is not None else found.missing
    return render_template(
        "surveys/form.html",
        found=found,
        typed=typed,
        halls=_halls(needs),
        blocks=blocks(typed.questions),
        kinds=list(QuestionKind),
        channels=list(Channel),
        languages=[(each.code, name_in(each.code, language)) for each in offered_languages(needs.database)],
        missing=[(each.place, name_in(each.language, language)) for each in missing],
        hosts=sorted(needs.hosts),
        longest={"title": LONGEST_TITLE, "question": LONGEST_QUESTION},
        form=request.form.get("formulaire", "")[:64] or new_id(),
        problems={} if refusal is None else {field_of(refusal): said},
        done=request.args.get("fait", ""),
    )


def _survey_page(needs: SurveyPages, survey: str, *, refusal: Refusal | None = None) -> str:
    found, say = needs.read(survey), needs.say()
    if refusal is not None and not found.may_write:
        abort(403)
    is_open = found.row.state != SurveyState.DRAFT
    results = read_results(needs.database, found) if is_open and not found.row.outside else None
    said = None if refusal is None else refusal_sentence(refusal)
    return render_template(
        "surveys/survey.html",
        found=found,
        results=results,
        parts=[] if results is None else parts_to_show(results),
        satisfied=None if results is None else satisfaction(results.whole.results or ()),
        fewest=FEWEST_ANSWERS,
        texts=_texts_by_question(needs, found) if is_open else {},
        runs=found.may_write or bool(own_halls(needs.database, found.row, sites_to_run())),
        addresses=[
            {
                "channel": each.channel,
                "hall": needs.hall_name(each.hall),
                "url": (url := _address(needs, each.code, each.channel)),
                "code": code_to_scan(url),
            }
            for each in found.addresses
        ],
        names={hall: needs.hall_name(hall) for hall in found.halls},
        missing=[(each.place, name_in(each.language, say.language)) for each in found.missing],
        kept_until=needs.day(texts_kept_until(found.row.closes_on)),
        day=needs.day,
        share=lambda interval: said_share(interval, say),
        answer=lambda question, value: said_answer(question, value, say),
        returned=_returned(results),
        problem=said,
        done=request.args.get("fait", ""),
    )


def _texts_by_question(needs: SurveyPages, found: ReadSurvey) -> Mapping[str, list[str]]:
    """The texts that others may read, by question, where they are ten answers or more."""
    if found.progress.answers < FEWEST_ANSWERS:
        return {}
    texts: dict[str, list[str]] = {}
    for each in shown_texts(needs.database, found.row.id, sites=sites_to_read()):
        texts.setdefault(each.question, []).append(each.text)
    return texts


def _address(needs: SurveyPages, code: str, channel: str) -> str:
    base = (needs.public_url or request.url_root).rstrip("/")
    return f"{base}/avis/{code}" + ("/borne" if channel == Channel.KIOSK else "")


def _returned(results: SurveyResults | None) -> tuple[int, int, float] | None:
    """Tickets that answered, visits, and the share in percent; None where it cannot be counted."""
    if results is None or results.returned is None or not results.returned.visits:
        return None
    answers, visits = results.returned.answers, results.returned.visits
    return answers, visits, round(100 * answers / visits, 1)
