"""Answers given on paper, `/voix/papiers`: an agent types them. No JavaScript."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import LONGEST_TEXT, Channel, SurveyState
from server.ids import new_token
from server.store.transactions.database import Database
from server.usecases.reports.reports import Sites
from server.usecases.surveys.answer_survey import GivenAnswers, answer_survey, asked_on_paper
from server.usecases.surveys.read_surveys import read_surveys
from server.web.access.callers import sites_of_caller, someone
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import WorkContext, halls_for_page

PLACE = "/voix/papiers"
NEEDED = (Permission.RECEIVE, Permission.RUN_SURVEYS)


def add_paper_routes(routes: Blueprint, database: Database, work: WorkContext) -> None:
    """Who receives visitors or runs surveys types papers, at their sites."""

    @routes.get(PLACE)
    @requires(*NEEDED, of=PEOPLE, anywhere=True)
    def papers() -> Any:
        surveys = read_surveys(database, reads=_sites(), writes=frozenset())
        return render_template(
            "surveys/papers.html",
            surveys=[
                each
                for each in surveys
                if each.state == SurveyState.OPEN and Channel.PAPER in each.row.channels
            ],
            names=lambda hall: database.configuration(hall).name,
            slugs=lambda hall: database.configuration(hall).hall,
            register=next(
                (
                    hall.hall
                    for hall in halls_for_page(work, Permission.RECEIVE)
                    if hall.site.complaints.is_open
                ),
                None,
            ),
        )

    @routes.get(PLACE + "/<survey>")
    @requires(*NEEDED, of=PEOPLE, anywhere=True)
    def paper(survey: str) -> Any:
        return _page(database, survey, {})

    @routes.post(PLACE + "/<survey>")
    @requires(*NEEDED, of=PEOPLE, anywhere=True)
    def keep_paper(survey: str) -> Any:
        hall = request.args.get("hall", "")
        shown_survey = asked_on_paper(database, survey, hall, _sites())
        typed = {
            each.id: request.form.get(each.id, "")[: 4 * LONGEST_TEXT] for each in shown_survey.questions
        }
        form = request.form.get("formulaire", "")[:64]
        try:
            answer_survey(database, shown_survey, GivenAnswers(typed, shown_survey.row.languages[0], form))
        except Refusal as refusal:
            said = refusal_sentence(refusal)
            return _page(database, survey, typed, problem=said), status_of(refusal)
        return redirect(f"{PLACE}/{survey}?hall={shown_survey.hall}&fait=enregistre#fait", 303)


def _sites() -> Sites:
    """The sites where the caller receives visitors or runs surveys."""
    both = [sites_of_caller(someone(), permission) for permission in NEEDED]
    found: frozenset[str] = frozenset()
    for sites in both:
        if sites is None:
            return None
        found |= sites
    return found


def _page(database: Database, survey: str, typed: dict[str, str], *, problem: str | None = None) -> str:
    shown_survey = asked_on_paper(database, survey, request.args.get("hall", ""), _sites())
    assert shown_survey.hall is not None  # papers are of a hall
    return render_template(
        "surveys/paper.html",
        asked=shown_survey,
        place=database.configuration(shown_survey.hall).name,
        typed=typed,
        form=new_token(),
        longest=LONGEST_TEXT,
        problem=problem,
        done=request.args.get("fait", ""),
    )
