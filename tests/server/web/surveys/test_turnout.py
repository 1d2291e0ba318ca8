"""Who answered a survey by ticket beside who came, over HTTP: once it is over, and never one person."""

import csv
import html
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from server.domain.quality.periods import parse_period
from server.usecases.journal.maintenance import purge
from server.usecases.surveys.answer_survey import GivenAnswers, answer_survey, asked_by_ticket
from server.web.pages.voice.pack_lines import survey_lines
from server.web.rendering.viewer import Sentence
from tests.harness.sql import all_rows, one_row
from tests.server.web.api_site import HALL, SERVICE, ApiSite
from tests.server.web.surveys.test_surveys import opened, press

OTHER_SERVICE = "laon-permis"


def came(site: ApiSite, service: str, visits: int, answers: int) -> None:
    """Visits by kiosk, of which some answer by ticket."""
    for n in range(visits):
        token = site.ticket(service)["token"]
        if n < answers:
            answer_survey(
                site.database, asked_by_ticket(site.database, token), GivenAnswers({"q1": "5"}, "fr", "")
            )


@pytest.fixture
def asked(api: ApiSite) -> tuple[Any, str]:
    """A survey that a morning of one service answers more often than an afternoon of another."""
    quality, survey = opened(api)
    came(api, SERVICE, 24, 20)
    api.hands.now += timedelta(hours=4)
    came(api, OTHER_SERVICE, 30, 10)
    return quality, survey


def said(browser: Any, survey: str) -> str:
    main = browser.get(survey).text.partition('id="results-title"')[2]
    text = re.sub(r"<[^>]*>|\s+", " ", html.unescape(main).replace("\u00a0", " "))
    return re.sub(r" +", " ", text)


@pytest.mark.both_databases
def test_nothing_of_an_hour_or_a_service_is_kept_or_shown_before_the_close_and_then_in_tens(
    api: ApiSite, asked: tuple[Any, str]
):
    quality, survey = asked
    assert "se lit après la clôture" in said(quality, survey)
    assert one_row(api.database, "SELECT turnout FROM survey") == {"turnout": None}
    assert press(quality, f"{survey}/cloture").status_code == 303
    [kept] = json.loads(one_row(api.database, "SELECT turnout FROM survey")["turnout"]).values()
    assert {part: [(each["visits"], each["answers"]) for each in cells] for part, cells in kept.items()} == {
        "hour": [(24, 20), (30, 10)],
        "service": [(24, 20), (30, 10)],
    }
    assert api.count("survey_ticket") == 0
    names = {name for row in all_rows(api.database, "SELECT * FROM survey_answer") for name in row}
    assert names == {"id", "survey", "hall", "channel", "language", "week", "choices", "run"}
    page = said(quality, survey)
    assert "30 visites sur 54 ont donné une réponse par leur ticket. Des 24 autres," in page
    assert "20 (67 %) 24 (44 %) 83" in page
    assert "10 (33 %) 30 (56 %) 33" in page
    assert "ont répondu au moins 2 fois plus souvent" in page


@pytest.mark.both_databases
def test_a_survey_that_ends_by_itself_keeps_who_answered_before_the_purge_forgets_it(
    api: ApiSite, asked: tuple[Any, str]
):
    quality, survey = asked
    api.hands.now += timedelta(days=27)
    purge(api.database)
    assert api.count("survey_ticket") == 0
    quality = api.person("quality")
    assert "20 (67 %) 24 (44 %) 83" in said(quality, survey)


def test_the_file_and_the_pack_have_the_numbers_of_the_page(api: ApiSite, asked: tuple[Any, str]):
    quality, survey = asked
    assert press(quality, f"{survey}/cloture").status_code == 303
    lines = list(csv.reader(io.StringIO(quality.get(f"{survey}/resultats.csv").text.removeprefix("\ufeff"))))
    turnout = [line[2:] for line in lines if line[3] == "Démarche"]
    assert [line[3:] for line in turnout] == [
        ["20", "30", "66.7", "", "24", "44.4"],
        ["10", "30", "33.3", "", "30", "55.6"],
    ]
    assert all(line[0] == "Ticket" and line[2] in said(quality, survey) for line in turnout)
    say = Sentence(api.app.extensions["parvis"].catalogues.translate, "fr")
    packed = survey_lines(api.database, frozenset({HALL}), parse_period("2026-11"), say)
    assert [line[4:] for line in packed] == lines[1:]


def test_few_tickets_or_none_are_said_instead_of_a_comparison(api: ApiSite):
    quality, survey = opened(api)
    came(api, SERVICE, 12, 9)
    assert press(quality, f"{survey}/cloture").status_code == 303
    assert "Pas assez de réponses par le ticket" in said(quality, survey)
    assert one_row(api.database, "SELECT turnout FROM survey") == {"turnout": None}
