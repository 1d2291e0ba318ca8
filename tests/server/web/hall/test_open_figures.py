"""Open data of a hall: off by default, nothing of few people, one file for programs and one for sheets."""

import csv
import io
import json
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from server.domain.author import SYSTEM
from server.domain.quality.indicators import OF_AGENTS
from server.usecases.configuration.publication import publish_installation
from tests.server.usecases.quality.figures_history import HALLS, PlayedDay, play_days
from tests.server.web.api_site import HALL, ApiSite

DATA = f"/infos/{HALL}/donnees"


def turn_on(site: ApiSite, **more: Any) -> None:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for each in content["sites"]:
        each.update({"has_public_page": True, **more} if each["slug"] == HALL else {})
    publish_installation(site.database, SYSTEM, json.dumps(content))


def read(site: ApiSite, ending: str = "", **headers: str) -> Any:
    return site.app.test_client().get(DATA + ending, headers=headers)


def play(site: ApiSite) -> None:
    """December: many visits of one service, fourteen and three of two others; January: some of each."""
    day = date(2026, 12, 1)
    with site.database.transaction(HALL, SYSTEM) as transaction:
        played = PlayedDay(transaction, day, Random(3))
        for rank in range(1, 58):
            service = "laon-permis" if rank > 17 else "laon-associations" if rank > 3 else "laon-armes"
            played.visit(rank, service, played.local(9), "served")
    play_days(site.database, date(2027, 1, 11), 3, a_day=30)
    site.hands.now = datetime(2027, 2, 2, 9, tzinfo=UTC)


def test_months_that_are_over_are_given_without_figures_of_few(api: ApiSite):
    assert {read(api, ending).status_code for ending in ("", ".json", ".csv")} == {404}
    turn_on(api, figures_licence="Licence Ouverte 2.0")
    play(api)
    answer = read(api, ".json")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert read(api, ".json", **{"If-None-Match": answer.headers["ETag"]}).status_code == 304
    found = answer.get_json()
    assert found["licence"] == "Licence Ouverte 2.0"
    december, january = found["months"]
    assert (december["month"], january["month"]) == ("2026-12", "2027-01")
    assert (january["counted_days"], january["first_on"]) == (3, "2027-01-11")
    [visits] = [each for each in december["figures"] if each["indicator"] == "visits"]
    assert visits == {"indicator": "visits", "value": 57, "n": 57, "reason": None}
    of_services = {
        service["service"]: next(each for each in service["figures"] if each["indicator"] == "visits")
        for service in december["services"]
    }
    assert of_services["laon-permis"]["value"] == 40
    [share] = [each for each in december["figures"] if each["indicator"] == "within_target"]
    assert share["n"] == 50
    assert {name for name, each in of_services.items() if each["reason"] == "few"} == {
        "laon-armes",
        "laon-associations",
    }
    figures = [
        each for month in found["months"] for part in (month, *month["services"]) for each in part["figures"]
    ]
    assert all(each["value"] is None or each["n"] >= 10 for each in figures)
    assert all((each["value"] is None) == (each["reason"] is not None) for each in figures)
    of_agents = {(each["indicator"], each["reason"]) for each in figures if each["indicator"] in OF_AGENTS}
    assert of_agents == {(name, "few_agents") for name in ("service_mean", "service_median", "recalled")}
    lines = list(csv.DictReader(io.StringIO(read(api, ".csv").text)))
    assert len(lines) == len(figures)
    [line] = [
        each
        for each in lines
        if (each["month"], each["service"], each["indicator"]) == ("2026-12", "", "visits")
    ]
    assert (line["value"], line["n"], line["reason"]) == ("57", "57", "")


def test_the_page_describes_each_field_and_says_that_no_licence_was_chosen(api: ApiSite):
    turn_on(api)
    page = read(api).text
    assert "Aucune licence n’a été choisie" in page
    for name in ("counted_days", "wait_median", "few_agents"):
        assert f"{name}" in page
    assert "public_hall.data" not in page
    assert read(api, ".json").get_json()["months"] == []
    turn_on(api, figures_licence="Licence Ouverte 2.0")
    assert "Licence Ouverte 2.0" in read(api).text
