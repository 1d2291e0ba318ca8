"""Surveys on which two people act at once: one waits, and nothing is doubled or brought back."""

import json
from dataclasses import replace
from functools import partial

import pytest

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Question, SurveyRequest
from server.usecases.surveys import answer_survey as judge_text_module
from server.usecases.surveys import open_survey as draft_survey_module
from server.usecases.surveys import open_survey as open_survey_module
from server.usecases.surveys.answer_survey import TextDecision, judge_text, read_texts
from server.usecases.surveys.open_survey import change_survey, draft_survey, open_survey
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, ApiSite
from tests.server.web.surveys.asked_surveys import FIRST, LAST, address, answer, draft, opened


@pytest.mark.both_databases
def test_of_two_surveys_of_one_hall_and_period_that_are_opened_at_once_one_is_open(api: ApiSite):
    quality = api.person("quality")
    first, second = (draft(quality, title=title).rpartition("/")[2] for title in ("Mars", "Avril"))
    with begun_before(
        open_survey_module, "keep_opened", partial(open_survey, api.database, second, sites=None)
    ) as other:
        open_survey(api.database, first, sites=None)
    with pytest.raises(Refusal, match="surveys_together"):
        other[0].result()
    assert api.count("survey WHERE state = 'open'") == 1


@pytest.mark.both_databases
def test_a_draft_that_changes_while_it_is_opened_has_the_addresses_of_what_is_open(api: ApiSite):
    survey = draft(api.person("quality"), channels=["link"]).rpartition("/")[2]
    halls = [api.database.hall_id(HALL)]
    questions = [Question("", "smiley", {"fr": "Bien ?"}, {})] * 3
    typed = SurveyRequest("Mars", "visitors", halls, FIRST, LAST, ["screen"], ["fr"], "", {}, questions)
    changed = partial(change_survey, api.database, survey, typed, sites=None, hosts=())
    with begun_before(open_survey_module, "answers_wanted", changed):
        open_survey(api.database, survey, sites=None)
    [row] = all_rows(api.database, "SELECT channels FROM survey")
    [address] = all_rows(api.database, "SELECT channel FROM survey_address")
    assert (json.loads(row["channels"]), address["channel"]) == (["screen"], "screen")


@pytest.mark.both_databases
def test_two_overlapping_sends_of_a_draft_make_one(api: ApiSite):
    halls = [api.database.hall_id(HALL)]
    typed = SurveyRequest("Mars", "visitors", halls, FIRST, LAST, ["link"], ["fr"], "", {}, [])
    again = partial(draft_survey, api.database, typed, sites=None, hosts=(), form="a-form")
    with begun_before(draft_survey_module, "insert_survey", again) as other:
        assert again() == {"survey": "a-form"}
    assert other[0].result() == {"survey": "a-form"}
    assert api.count("survey") == 1


@pytest.mark.both_databases
def test_hiding_a_text_brings_nothing_back_that_is_taken_out_at_the_same_time(api: ApiSite):
    opened(api)
    answer(api, address(api, "screen"), q1="1", q6="Merci à Madame Dupont")
    survey = one_row(api.database, "SELECT id FROM survey")["id"]
    [found] = read_texts(api.database, survey, sites=None)
    shortened = TextDecision(found.row.id, "shown", "Merci", found.digest)
    shorten = partial(judge_text, api.database, shortened, sites=None)
    with begun_before(judge_text_module, "keep_decision", shorten):
        judge_text(api.database, replace(shortened, state="hidden", words=""), sites=None)
    assert one_row(api.database, "SELECT text FROM survey_text")["text"] == "Merci"
