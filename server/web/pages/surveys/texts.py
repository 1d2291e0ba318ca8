"""The free texts of a survey, `/voix/enquetes/<survey>/textes`: a person reads each before others do."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import LONGEST_TEXT, texts_kept_until
from server.store.transactions.database import Database
from server.usecases.surveys.answer_survey import TextDecision, judge_text, read_texts
from server.usecases.surveys.read_surveys import read_survey
from server.web.access.callers import sites_where
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.quality.wording import short_day
from server.web.rendering.problems import refusal_sentence, status_of
from server.web.rendering.viewer import WorkContext, page_language

PLACE = "/voix/enquetes/<survey>/textes"
RUN = Permission.RUN_SURVEYS


def add_text_routes(routes: Blueprint, database: Database, work: WorkContext) -> None:
    """Reading and deciding need `run_surveys` at the hall's site."""

    @routes.get(PLACE)
    @requires(RUN, of=PEOPLE, anywhere=True)
    def texts(survey: str) -> Any:
        return _page(database, survey)

    @routes.post(PLACE)
    @requires(RUN, of=PEOPLE, anywhere=True)
    def judge(survey: str) -> Any:
        _, sites = sites_where(RUN)
        typed = TextDecision(
            text=request.form.get("texte", "")[:64],
            state=request.form.get("decision", ""),
            words=request.form.get("mots", "")[: 4 * LONGEST_TEXT],
            read=request.form.get("lu", "")[:64],
            is_checked="relu" in request.form,
        )
        try:
            judge_text(database, typed, sites=sites)
        except Refusal as refusal:
            if status_of(refusal) == 404:
                raise
            said = refusal_sentence(refusal)
            words = "" if refusal.code == "survey_text_moved" else typed.words
            return _page(database, survey, problem=said, refused=typed.text, words=words), status_of(refusal)
        return redirect(f"/voix/enquetes/{survey}/textes?fait=decide#fait", 303)


def _page(
    database: Database, survey: str, *, problem: str | None = None, refused: str = "", words: str = ""
) -> str:
    """The page. `refused`: the text whose decision has a problem; `words`: typed for it, "" shows its own."""
    _, sites = sites_where(RUN)
    found = read_survey(database, survey, reads=sites, writes=sites)
    return render_template(
        "surveys/texts.html",
        found=found,
        questions={each.id: each.text(page_language()) for each in found.questions},
        texts=read_texts(database, survey, sites=sites),
        names={hall: database.configuration(hall).name for hall in found.halls},
        kept_until=short_day(texts_kept_until(found.row.closes_on), page_language()),
        longest=LONGEST_TEXT,
        problem=problem,
        refused=refused,
        words=words,
        done=request.args.get("fait", ""),
    )
