"""Surveys on which two people act at once: one waits, and nothing is doubled or brought back."""

import json
from dataclasses import replace
from functools import partial

import pytest

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import SurveyRequest
from server.domain.surveys.questions import Question
from server.usecases.surveys import draft_survey as draft_survey_module
from server.usecases.surveys import judge_text as judge_text_module
from server.usecases.surveys import open_survey as open_survey_module
from server.usecases.surveys.draft_survey import change_survey, draft_survey
from server.usecases.surveys.judge_text import TextDecision, judge_text, read_texts
from server.usecases.surveys.open_survey import open_survey
from tests.harness.overlapping import begun_before
from tests.harness.sql import all_rows, one_row
from tests.server.web.api_site import HALL, ApiSite
from tests.server.web.surveys.asked_surveys import FIRST, LAST, address, answer, draft, opened


def test_of_two_surveys_of_one_hall_and_period_that_are_opened_at_once_one_is_open(both: ApiSite):
    quality = both.person("quality")
    first, second = (draft(quality, title=title).rpartition("/")[2] for title in ("Mars", "Avril"))
    with begun_before(
        open_survey_module, "keep_opened", partial(open_survey, both.database, second, sites=None)
    ) as other:
        open_survey(both.database, first, sites=None)
    with pytest.raises(Refusal, match="surveys_together"):
        other[0].result()
    assert both.count("survey WHERE state = 'open'") == 1


def test_a_draft_that_changes_while_it_is_opened_has_the_addresses_of_what_is_open(both: ApiSite):
    survey = draft(both.person("quality"), channels=["link"]).rpartition("/")[2]
    halls = [both.database.hall_id(HALL)]
    questions = [Question("", "smiley", {"fr": "Bien ?"}, {})] * 3
    typed = SurveyRequest("Mars", "visitors", halls, FIRST, LAST, ["screen"], ["fr"], "", {}, questions)
    changed = partial(change_survey, both.database, survey, typed, sites=None, hosts=())
    with begun_before(open_survey_module, "answers_wanted", changed):
        open_survey(both.database, survey, sites=None)
    [row] = all_rows(both.database, "SELECT channels FROM survey")
    [address] = all_rows(both.database, "SELECT channel FROM survey_address")
    assert (json.loads(row["channels"]), address["channel"]) == (["screen"], "screen")


def test_two_overlapping_sends_of_a_draft_make_one(both: ApiSite):
    halls = [both.database.hall_id(HALL)]
    typed = SurveyRequest("Mars", "visitors", halls, FIRST, LAST, ["link"], ["fr"], "", {}, [])
    again = partial(draft_survey, both.database, typed, sites=None, hosts=(), form="a-form")
    with begun_before(draft_survey_module, "insert_survey", again) as other:
        assert again() == {"survey": "a-form"}
    assert other[0].result() == {"survey": "a-form"}
    assert both.count("survey") == 1


def test_hiding_a_text_brings_nothing_back_that_is_taken_out_at_the_same_time(both: ApiSite):
    opened(both)
    answer(both, address(both, "screen"), q1="1", q6="Merci à Madame Dupont")
    survey = one_row(both.database, "SELECT id FROM survey")["id"]
    [found] = read_texts(both.database, survey, sites=None)
    shortened = TextDecision(found.row.id, "shown", "Merci", found.digest)
    shorten = partial(judge_text, both.database, shortened, sites=None)
    with begun_before(judge_text_module, "keep_decision", shorten):
        judge_text(both.database, replace(shortened, state="hidden", words=""), sites=None)
    assert one_row(both.database, "SELECT text FROM survey_text")["text"] == "Merci"
