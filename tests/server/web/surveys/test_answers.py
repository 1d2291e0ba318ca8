"""Answers to surveys: taken once and within limits, counted by ten; of two people at once one waits."""

import csv
import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.devices.device_state import is_present
from server.domain.quality.periods import parse_period
from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Question, SurveyRequest
from server.store import surveys as survey_rows
from server.usecases.devices.devices import pair_device
from server.usecases.surveys import open_survey as open_survey_module
from server.usecases.surveys import open_survey as publish_answers_module
from server.usecases.surveys.answer_survey import (
    GivenAnswers,
    TextDecision,
    answer_survey,
    asked_at,
    judge_text,
    read_texts,
)
from server.usecases.surveys.open_survey import change_survey, draft_survey, open_survey
from server.web.pages.voice.pack_lines import survey_lines
from server.web.rendering.viewer import Sentence
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted
from tests.server.web.surveys.test_surveys import (
    FIRST,
    LAST,
    PLACE,
    address,
    answer,
    browser_of,
    draft,
    form_of,
    opened,
    press,
)

SCREEN_S = timedelta(minutes=1)


def give(
    site: ApiSite,
    values: str,
    *,
    channel: str = "screen",
    every: timedelta = SCREEN_S,
    more: Mapping[str, str] | None = None,
) -> None:
    """One answer for each value of the first question, and `more` by question."""
    asked = asked_at(site.database, address(site, channel).rpartition("/")[2])
    for value in values:
        answer_survey(site.database, asked, GivenAnswers({"q1": value, **(more or {})}, "fr", ""))
        site.hands.now += every


def shown(site: ApiSite, browser: Any, survey: str) -> list[Any]:
    """The results of a survey on its page, in its file, in the evidence pack and in the explorer."""
    page = browser.get(survey).text.partition('id="results-title"')[2].partition("</section>")[0]
    say = Sentence(site.app.extensions["parvis"].catalogues.translate, "fr")
    packed = survey_lines(site.database, frozenset({HALL}), parse_period("2026-11"), say)
    explored = browser.get(f"/qualite/explorer/satisfaction.csv?hall={HALL}&du=2026-11-01&au=2026-11-30").text
    return [
        re.findall(r'<td class="number">(\d+)</td>', page),
        csv_of(browser, survey),
        [line[4:] for line in packed],
        [line[2:4] for line in csv.reader(io.StringIO(explored), delimiter=";")],
    ]


def csv_of(browser: Any, survey: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(browser.get(f"{survey}/resultats.csv").text.removeprefix("\ufeff"))))


def test_between_ten_answers_and_twenty_no_result_moves_on_the_page_or_in_a_file(api: ApiSite):
    quality, survey = opened(api)
    give(api, "554433221")
    assert shown(api, quality, survey)[0] == []
    give(api, "5")
    ten = shown(api, quality, survey)
    assert ten[0] == ["3", "2", "2", "2", "1"]
    for value in "121212121":
        give(api, value, more={"q4": "yes"})
        assert shown(api, quality, survey) == ten
    give(api, "1", more={"q4": "no"})
    twenty = shown(api, quality, survey)
    assert twenty[0] == ["3", "2", "2", "6", "7", "9", "1"], "the question that nine had answered too"
    assert all(before != after for before, after in zip(ten, twenty, strict=True))


def test_results_of_a_channel_start_at_its_tenth_answer_and_have_no_margin(api: ApiSite):
    quality, survey = opened(api)
    give(api, "5" * 9 + "1")
    give(api, "4" * 9, channel="link")
    page = quality.get(survey).text
    assert "19 réponses" in page
    assert "Par façon de répondre" not in page.partition("Code sur un écran")[0], "nine by the link wait"
    assert {line[2] for line in csv_of(quality, survey)[1:]} == {"", "Code sur un écran"}
    give(api, "2", channel="link")
    page = html.unescape(quality.get(survey).text).replace("\u00a0", " ")
    for said in ("Par façon de répondre : Lien – 10 réponses", "n’ont donc pas de marge d’erreur"):
        assert said in re.sub(r"\s+", " ", page)
    assert "intervalle" not in page
    rows = {(line[2], line[4]): line[5:8] for line in csv_of(quality, survey)[1:]}
    assert rows["Lien", "Bien"] == ["9", "10", "90.0"]
    assert rows["", "Très bien"] == ["9", "20", "45.0"]


@pytest.mark.both_databases
def test_two_answers_at_once_are_counted_by_ten(api: ApiSite):
    _, _ = opened(api)
    give(api, "55443322")
    other = partial(give, api, "1", every=timedelta())
    with begun_before(publish_answers_module, "choices_to_count", other):
        give(api, "5", every=timedelta())
    assert one_row(api.database, "SELECT count(*) AS n FROM survey_waiting") == {"n": 0}


def test_results_and_texts_of_agents_are_read_after_the_close_only(api: ApiSite):
    everywhere = api.person("administrator", "*")
    fields = form_of(everywhere.get(f"{PLACE}/nouvelle?public=agents").text)
    fields |= {"title": "Agents", "opens_on": "2026-11-23", "closes_on": "2026-12-20"}
    fields.pop("csrf_token")
    survey = str(press(everywhere, PLACE, **fields).headers["Location"]).partition("/modifier")[0]
    assert press(everywhere, f"{survey}/ouverture").status_code == 303
    [text] = re.findall(
        r'"id": ?"(q\d)", ?"kind": ?"text"', str(all_rows(api.database, "SELECT questions FROM survey"))
    )[:1]
    give(api, "55555443321", channel="link", more={text: "Merci"})
    page = everywhere.get(survey).text
    assert "se lisent après sa clôture" in page
    assert "Bien ou très bien" not in page
    assert "à lire" not in page
    assert len(csv_of(everywhere, survey)) == 1
    assert "Merci" not in everywhere.get(f"{survey}/textes").text
    assert press(everywhere, f"{survey}/cloture").status_code == 303
    assert csv_of(everywhere, survey)[1][5:7] == ["5", "11"]
    assert "Merci" in everywhere.get(f"{survey}/textes").text


def test_a_sudden_one_sided_run_is_marked_and_both_figures_are_shown(api: ApiSite):
    quality, survey = opened(api)
    give(api, "5544332211" * 3)
    assert "d’un coup" not in quality.get(survey).text
    api.hands.now += timedelta(minutes=20)
    give(api, "1" * 30, channel="link", every=timedelta(seconds=2))
    page = quality.get(survey).text
    assert "Lien, semaine 48\u00a0: 30 réponses en dix minutes au plus" in page
    assert "Sans ces réponses" in page
    lines = [line for line in csv_of(quality, survey)[1:] if line[4] == "Très mal"]
    assert [(line[2], line[5], line[6], line[8]) for line in lines] == [
        ("", "36", "60", "with"),
        ("", "6", "30", "without"),
        ("Lien", "30", "30", "with"),
        ("Code sur un écran", "6", "30", "with"),
    ]
    assert press(quality, f"{survey}/annonce").status_code == 303
    [notice] = all_rows(api.database, "SELECT content FROM notice_version")
    assert "30 réponses de volontaires" in notice["content"].replace("\u00a0", " ")
    api.hands.now += timedelta(minutes=20)
    give(api, "5" * 5)
    kept = all_rows(api.database, "SELECT DISTINCT run, channel FROM survey_answer WHERE run IS NOT NULL")
    assert {row["channel"] for row in kept} == {"link", "screen"}
    groups = all_rows(api.database, "SELECT run, count(*) AS n FROM survey_answer GROUP BY run")
    assert sorted(row["n"] for row in groups if row["run"]) == [5, 30], "older minutes are forgotten"


def test_one_press_at_the_exit_kiosk_answers_and_the_page_comes_back(api: ApiSite):
    opened(api)
    kiosk, tablet = address(api, "kiosk") + "/borne", browser_of(api, api.kiosk)
    page = tablet.get(kiosk)
    assert page.text.count('<button name="q1"') == 5
    assert f'content="300; url={kiosk}"' in page.text
    thanked = answer(api, kiosk, token=api.kiosk, q1="2")
    assert "Merci" in thanked.text
    assert f'content="6; url={kiosk}"' in thanked.text
    without_its_token = tablet.post(kiosk, data={"q1": "2"})
    assert (without_its_token.status_code, without_its_token.headers["Refresh"]) == (403, f"6; url={kiosk}")
    [row] = all_rows(api.database, "SELECT channel, choices FROM survey_answer")
    assert row == {"channel": "kiosk", "choices": '{"q1": "2"}'}
    assert tablet.get(address(api, "kiosk")).status_code == 404
    assert tablet.get(address(api, "link") + "/borne").status_code == 404


def test_the_exit_kiosk_is_a_paired_kiosk_of_its_hall_and_has_a_limit_of_its_own(api: ApiSite):
    opened(api)
    code = address(api, "kiosk").removeprefix("/avis/")
    elsewhere = pair_device(api.database, SYSTEM, OTHER, kind="kiosk", configured=f"{OTHER}-borne-1").token
    for stranger in ("", api.screen, elsewhere, "made-up"):
        refused = answer(api, f"/avis/{code}/borne", token=stranger, q1="5")
        assert (refused.status_code, "/pair" in refused.text) == (409, True)
    typed = [code, code.upper(), code.title()] * 10
    answers = [
        answer(api, f"/avis/{each}/borne", token=api.kiosk, q1="5").status_code for each in [*typed, code]
    ]
    assert answers == [200] * 30 + [429]
    assert api.count("survey_answer") == 30


def test_supervision_sees_that_an_exit_kiosk_is_there(api: ApiSite):
    opened(api)
    hall, players = api.database.hall_id(HALL), api.app.extensions["parvis"].devices.players
    assert players.get(hall, f"{HALL}-borne-1") is None
    assert browser_of(api, api.kiosk).get(address(api, "kiosk") + "/borne/alerte").status_code == 200
    assert is_present(players.get(hall, f"{HALL}-borne-1"), api.hands.now)


def test_the_exit_kiosk_is_told_of_an_alert_also_once_its_survey_is_over(api: ApiSite):
    quality, survey = opened(api)
    kiosk, visitor = address(api, "kiosk") + "/borne", browser_of(api, api.kiosk)
    assert visitor.get(f"{kiosk}/alerte").get_json()["alert"] is None
    browser, csrf = api.writer("agent")
    raised = {"halls": [HALL], "kind": "evacuate", "press_id": "a-press"}
    accepted(browser.post("/api/v1/alerts", json=raised, headers=csrf), 201)
    assert press(quality, f"{survey}/cloture").status_code == 303
    told = visitor.get(f"{kiosk}/alerte").get_json()
    assert (told["alert"]["kind"], told["languages"][0]) == ("evacuate", "fr")
    page = visitor.get(kiosk)
    assert page.status_code == 409
    assert '"kind": "evacuate"' in page.text
    assert visitor.get(address(api, "link") + "/borne/alerte").status_code == 404


def test_a_link_is_limited_by_address_and_shows_as_such(api: ApiSite):
    quality, survey = opened(api, **{f"quota-{api.database.hall_id(HALL)}": "30"})
    link = address(api, "link")
    answers = [answer(api, link, q1="1") for _ in range(11)]
    assert [each.status_code for each in answers] == [303] * 10 + [429]
    assert "Trop de réponses viennent d’ici" in answers[-1].text
    page = quality.get(survey).text
    assert re.search(r"<dt>Lien</dt><dd>10</dd>", page)
    assert "Enquête en retard" not in quality.get("/").text
    api.hands.now += timedelta(days=14)
    assert (
        "Enquête en retard\u00a0: Mars, 10 réponses pour un quota de 30"
        in api.person("quality").get("/").text
    )


def test_a_network_takes_sixty_answers_a_day_to_a_link_and_leaves_the_rest_to_others(api: ApiSite):
    opened(api)
    link = address(api, "link")

    def statuses(source: str, count: int) -> list[int]:
        browser = api.app.test_client()
        browser.environ_base["REMOTE_ADDR"] = source
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(link).text))
        return [browser.post(link, data=hidden | {"q1": "1"}).status_code for _ in range(count)]

    for n in range(6):
        assert statuses(f"192.0.2.{n}", 10) == [303] * 10
    assert statuses("192.0.2.7", 1) == [429]
    assert statuses("198.51.100.1", 1) == [303]


def test_the_same_form_sent_twice_is_one_answer(api: ApiSite):
    opened(api)
    browser, link = api.app.test_client(), address(api, "link")
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', browser.get(link).text))
    for _ in range(2):
        assert browser.post(link, data=hidden | {"q1": "3"}).status_code == 303
    assert api.count("survey_answer") == 1


def test_what_is_not_an_answer_is_refused_beside_what_was_typed(api: ApiSite):
    opened(api)
    link = address(api, "link")
    for fields, said in (
        ({}, "Répondez à une question au moins."),
        ({"q1": "9", "q6": "Bonjour"}, "Choisissez une des réponses proposées."),
        ({"q6": "x" * 501}, "500 caractères au plus"),
    ):
        refused = answer(api, link, **fields)
        assert refused.status_code == 422
        assert said in refused.text
        assert fields.get("q6", "") in refused.text
    assert api.count("survey_answer") == 0


def test_an_agent_types_papers_of_their_hall_only(api: ApiSite):
    _, survey = opened(api)
    agent = api.person("agent")
    assert agent.get(PLACE).status_code == 403
    papers = agent.get("/voix/papiers").text
    path = re.search(r'href="(/voix/papiers/[^"]+)"', papers)
    assert path is not None
    assert press(agent, path[1], q1="5", formulaire="one").status_code == 303
    assert press(agent, path[1], formulaire="two").status_code == 422
    [row] = all_rows(api.database, "SELECT channel FROM survey_answer")
    assert row == {"channel": "paper"}
    stranger = api.person("agent", OTHER)
    assert "Aucune enquête" in stranger.get("/voix/papiers").text
    assert press(stranger, path[1], q1="5").status_code == 404
    assert api.person("quality", OTHER).get(survey).status_code == 404


@pytest.mark.both_databases
def test_of_two_surveys_of_one_hall_and_period_that_are_opened_at_once_one_is_open(api: ApiSite):
    quality = api.person("quality")
    first, second = (draft(quality, title=title).rpartition("/")[2] for title in ("Mars", "Avril"))
    with begun_before(
        survey_rows, "keep_opened", partial(open_survey, api.database, second, sites=None)
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
    with begun_before(open_survey_module, "quota_of_answers", changed):
        open_survey(api.database, survey, sites=None)
    [row] = all_rows(api.database, "SELECT channels FROM survey")
    [address] = all_rows(api.database, "SELECT channel FROM survey_address")
    assert (json.loads(row["channels"]), address["channel"]) == (["screen"], "screen")


@pytest.mark.both_databases
def test_two_overlapping_sends_of_a_draft_make_one(api: ApiSite):
    halls = [api.database.hall_id(HALL)]
    typed = SurveyRequest("Mars", "visitors", halls, FIRST, LAST, ["link"], ["fr"], "", {}, [])
    again = partial(draft_survey, api.database, typed, sites=None, hosts=(), form="a-form")
    with begun_before(survey_rows, "insert_survey", again) as other:
        assert again() == "a-form"
    assert other[0].result() == "a-form"
    assert api.count("survey") == 1


@pytest.mark.both_databases
def test_hiding_a_text_brings_nothing_back_that_is_taken_out_at_the_same_time(api: ApiSite):
    opened(api)
    answer(api, address(api, "screen"), q1="1", q6="Merci à Madame Dupont")
    survey = one_row(api.database, "SELECT id FROM survey")["id"]
    [found] = read_texts(api.database, survey, sites=None)
    shortened = TextDecision(found.row.id, "shown", "Merci", found.digest)
    shorten = partial(judge_text, api.database, shortened, sites=None)
    with begun_before(survey_rows, "keep_decision", shorten):
        judge_text(api.database, replace(shortened, state="hidden", words=""), sites=None)
    assert one_row(api.database, "SELECT text FROM survey_text")["text"] == "Merci"
