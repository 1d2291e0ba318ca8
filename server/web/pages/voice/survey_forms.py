"""The forms of surveys: of a draft, of answers on paper, `/voix/papiers`, of free texts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request
from werkzeug.datastructures import MultiDict

from hardware.languages import VISITOR_LANGUAGES
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    LONGEST_TEXT,
    MOST_QUESTIONS,
    Audience,
    Channel,
    Question,
    QuestionKind,
    SurveyRequest,
    SurveyState,
    texts_kept_until,
)
from server.ids import new_token
from server.language import LANGUAGES
from server.store.surveys import SurveyRow
from server.usecases.reports.reports import Sites
from server.usecases.surveys.answer_survey import (
    GivenAnswers,
    TextDecision,
    answer_survey,
    asked_on_paper,
    judge_text,
    read_texts,
)
from server.usecases.surveys.read_surveys import read_survey, read_surveys
from server.web.access.callers import database, sites_of_caller, sites_where, someone
from server.web.access.requirements import PageRoutes
from server.web.pages.quality.wording import short_day
from server.web.rendering import page
from server.web.rendering.problems import refusal_sentence, show_again

LONGEST_TYPED = 2000
STARTERS: dict[str, Sequence[tuple[str, int]]] = {
    Audience.VISITORS: (
        *((QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0)),
        *((QuestionKind.YES_NO, 0), (QuestionKind.CHOICE, 5), (QuestionKind.TEXT, 0)),
    ),
    Audience.AGENTS: (
        *((QuestionKind.SMILEY, 0), (QuestionKind.SMILEY, 0), (QuestionKind.YES_NO, 0)),
        *((QuestionKind.YES_NO, 0), (QuestionKind.TEXT, 0)),
    ),
}
"""The kinds of the questions to begin with, and how many choices each has; their words are sentences."""
DAYS_TO_BEGIN_WITH = 27
"""From the first to the last day of a new survey: four weeks."""


PAPERS = "/voix/papiers"
NEEDED = (Permission.RECEIVE, Permission.RUN_SURVEYS)
TEXTS = "/voix/enquetes/<survey>/textes"
RUN = Permission.RUN_SURVEYS


def first_request(
    audience: str, halls: Sequence[str], today: date, translate: Callable[..., str]
) -> SurveyRequest:
    """A new survey with questions ready to use, in every language of the interface."""
    is_of_agents = audience == Audience.AGENTS
    return SurveyRequest(
        title="",
        audience=audience,
        halls=[] if is_of_agents else halls,
        opens_on=today.isoformat(),
        closes_on=(today + timedelta(days=DAYS_TO_BEGIN_WITH)).isoformat(),
        channels=[Channel.LINK] if is_of_agents else [Channel.LINK, Channel.SCREEN, Channel.TICKET],
        languages=["fr"] if is_of_agents else ["fr", "en"],
        outside="",
        quotas={},
        questions=[
            _starter(f"surveys.starter.{audience}.{place}", kind, choices, translate)
            for place, (kind, choices) in enumerate(STARTERS[audience], 1)
        ],
    )


def _starter(key: str, kind: str, choices: int, translate: Callable[..., str]) -> Question:
    texts = {code: translate(key, code) for code in LANGUAGES}
    offered = {
        code: [translate(f"{key}.choice.{place}", code) for place in range(1, choices + 1)]
        for code in LANGUAGES
        if choices
    }
    return Question("", kind, texts, offered)


def request_of(row: SurveyRow) -> SurveyRequest:
    """What the form of a draft shows."""
    return SurveyRequest(
        row.title,
        row.audience,
        row.halls,
        row.opens_on.isoformat(),
        row.closes_on.isoformat(),
        row.channels,
        row.languages,
        row.outside,
        {hall: str(count) for hall, count in row.quotas.items()},
        row.asked,
    )


def typed_request(fields: "MultiDict[str, str]") -> SurveyRequest:
    """The fields as they were sent, empty where one is missing. Questions have the order of their places."""
    halls = fields.getlist("halls")[:100]
    return SurveyRequest(
        title=fields.get("title", "")[:LONGEST_TYPED],
        audience=fields.get("audience", ""),
        halls=halls,
        opens_on=fields.get("opens_on", ""),
        closes_on=fields.get("closes_on", ""),
        channels=fields.getlist("channels"),
        languages=[code for code in fields.getlist("languages") if code in VISITOR_LANGUAGES],
        outside=fields.get("outside", "")[:LONGEST_TYPED],
        quotas={hall: fields.get(f"quota-{hall}", "")[:20] for hall in halls},
        questions=_typed_questions(fields),
    )


def blocks(questions: Sequence[Question]) -> list[Question]:
    """The questions of the form: those there are, and an empty one to add another."""
    shown = [replace(each, id=f"q{place}") for place, each in enumerate(questions, 1)]
    if len(shown) < MOST_QUESTIONS:
        shown.append(Question(f"q{len(shown) + 1}", QuestionKind.SMILEY, {}, {}))
    return shown


def field_of(refusal: Refusal) -> str:
    """The field of the form that a refusal is about; "" for none."""
    place = refusal.details.get("place")
    return f"q{place}" if place else str(refusal.details.get("field", ""))


def _typed_questions(fields: "MultiDict[str, str]") -> list[Question]:
    found: list[tuple[int, Question]] = []
    for place in range(1, MOST_QUESTIONS + 2):
        kind = fields.get(f"q{place}-kind")
        if kind is None:
            continue
        texts = {code: fields.get(f"q{place}-text-{code}", "")[:LONGEST_TYPED] for code in VISITOR_LANGUAGES}
        choices = {
            code: fields.get(f"q{place}-choices-{code}", "")[:LONGEST_TYPED].splitlines()
            for code in VISITOR_LANGUAGES
        }
        rank = fields.get(f"q{place}-place", "")
        found.append((int(rank) if rank.isdecimal() else place, Question("", kind, texts, choices)))
    return [question for _, question in sorted(found, key=lambda each: each[0])]


routes = PageRoutes("survey_forms", __name__, template_folder="templates")


@routes.get(PAPERS, *NEEDED, anywhere=True)
def papers() -> Any:
    surveys = read_surveys(database(), reads=_sites(), writes=frozenset())
    return render_template(
        "surveys/papers.html",
        surveys=[
            each for each in surveys if each.state == SurveyState.OPEN and Channel.PAPER in each.row.channels
        ],
        names=lambda hall: database().configuration(hall).name,
        slugs=lambda hall: database().configuration(hall).hall,
        register=next(
            (hall.hall for hall in page.halls(Permission.RECEIVE) if hall.site.complaints.has_register),
            None,
        ),
    )


@routes.get(PAPERS + "/<survey>", *NEEDED, anywhere=True)
def paper(survey: str) -> Any:
    return _paper_page(survey, {})


@routes.post(PAPERS + "/<survey>", *NEEDED, anywhere=True)
def keep_paper(survey: str) -> Any:
    hall = request.args.get("hall", "")
    shown_survey = asked_on_paper(database(), survey, hall, _sites())
    typed = {each.id: request.form.get(each.id, "")[: 4 * LONGEST_TEXT] for each in shown_survey.questions}
    form = request.form.get("formulaire", "")[:64]
    show_again(lambda refusal: _paper_page(survey, typed, refusal))
    answer_survey(database(), shown_survey, GivenAnswers(typed, shown_survey.row.languages[0], form))
    return redirect(f"{PAPERS}/{survey}?hall={shown_survey.hall}&fait=enregistre#fait", 303)


def _sites() -> Sites:
    """The sites where the caller receives visitors or runs surveys."""
    both = [sites_of_caller(someone(), permission) for permission in NEEDED]
    return None if None in both else frozenset[str]().union(*filter(None, both))


def _paper_page(survey: str, typed: dict[str, str], refusal: Refusal | None = None) -> str:
    shown_survey = asked_on_paper(database(), survey, request.args.get("hall", ""), _sites())
    assert shown_survey.hall is not None  # papers are of a hall
    return render_template(
        "surveys/paper.html",
        asked=shown_survey,
        place=database().configuration(shown_survey.hall).name,
        typed=typed,
        form=new_token(),
        longest=LONGEST_TEXT,
        problem=refusal and refusal_sentence(refusal),
        done=request.args.get("fait", ""),
    )


@routes.get(TEXTS, RUN, anywhere=True)
def texts(survey: str) -> Any:
    return _texts_page(survey)


@routes.post(TEXTS, RUN, anywhere=True)
def judge(survey: str) -> Any:
    _, sites = sites_where(RUN)
    typed = TextDecision(
        text=request.form.get("texte", "")[:64],
        state=request.form.get("decision", ""),
        words=request.form.get("mots", "")[: 4 * LONGEST_TEXT],
        read=request.form.get("lu", "")[:64],
        is_checked="relu" in request.form,
    )
    show_again(lambda refusal: _texts_page(survey, typed, refusal), raised=(404,))
    judge_text(database(), typed, sites=sites)
    return redirect(f"/voix/enquetes/{survey}/textes?fait=decide#fait", 303)


def _texts_page(survey: str, typed: TextDecision | None = None, refusal: Refusal | None = None) -> str:
    """The page, with the decision that was refused; where the words of the text moved, those it has now."""
    is_moved = refusal is not None and refusal.code == "survey_text_moved"
    _, sites = sites_where(RUN)
    found = read_survey(database(), survey, reads=sites, writes=sites)
    return render_template(
        "surveys/texts.html",
        found=found,
        questions={each.id: each.text(page.language()) for each in found.questions},
        texts=read_texts(database(), survey, sites=sites),
        names={hall: database().configuration(hall).name for hall in found.halls},
        kept_until=short_day(texts_kept_until(found.row.closes_on), page.language()),
        longest=LONGEST_TEXT,
        problem=refusal and refusal_sentence(refusal),
        refused=typed.text if typed else "",
        words=typed.words if typed and not is_moved else "",
        done=request.args.get("fait", ""),
    )
