"""Results say nothing of one answer: they move by ten everywhere; runs are marked, with both figures."""

import csv
import io
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.domain.quality.periods import parse_period
from server.usecases.surveys import open_survey as publish_answers_module
from server.usecases.surveys.answer_survey import GivenAnswers, answer_survey, asked_at
from server.web.pages.voice.pack_lines import survey_lines
from server.web.rendering.viewer import Sentence
from tests.harness.sql import all_rows, one_row
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, ApiSite
from tests.server.web.surveys.asked_surveys import PLACE, address, form_of, opened, press

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
        [line[2:5] for line in csv.reader(io.StringIO(explored), delimiter=";")],
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
    assert csv_of(everywhere, survey)[1][4:6] == ["5", "11"]
    assert "Merci" in everywhere.get(f"{survey}/textes").text


def test_a_sudden_one_sided_run_is_marked_and_both_figures_are_shown(api: ApiSite):
    quality, survey = opened(api)
    give(api, "5544332211" * 2)
    assert "d’un coup" not in quality.get(survey).text
    api.hands.now += timedelta(minutes=20)
    give(api, "1" * 30, channel="link", every=timedelta(seconds=2))
    page = quality.get(survey).text
    assert "Lien, semaine 48\u00a0: 30 réponses en dix minutes au plus" in page
    assert "Sans ces réponses" in page
    lines = [line for line in csv_of(quality, survey)[1:] if line[3] == "Très mal"]
    assert [(line[4], line[5], line[9]) for line in lines] == [("34", "50", "with"), ("4", "20", "without")]
    assert press(quality, f"{survey}/annonce").status_code == 303
    [notice] = all_rows(api.database, "SELECT content FROM notice_version")
    assert "20 réponses de volontaires" in notice["content"].replace("\u00a0", " ")
    api.hands.now += timedelta(minutes=20)
    give(api, "5" * 5)
    kept = all_rows(api.database, "SELECT DISTINCT run, channel FROM survey_answer WHERE run IS NOT NULL")
    assert {row["channel"] for row in kept} == {"link", "screen"}
    groups = all_rows(api.database, "SELECT run, count(*) AS n FROM survey_answer GROUP BY run")
    assert sorted(row["n"] for row in groups if row["run"]) == [5, 30], "older minutes are forgotten"
