"""Pages of what screens show: a day, a month, an hour that is past, all sites, a day in fast motion."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from server.domain.author import Author
from server.domain.devices.device_state import Sighting
from server.domain.instants import to_text
from server.domain.notices.displays import INTERVALS_KEPT
from server.jobs.rounds import Rounds
from server.store.journal.chain import Anchors
from server.store.notices.displays import delete_intervals
from server.usecases.notices.gestures import NoticeGesture, correct_notice
from server.usecases.screens_of_sites import read_cards
from tests.server.usecases.notices.conftest import AIMED, DECIDES, MORNING, published
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted
from tests.server.web.notices.conftest import DAY, SCREEN, display, hour, report


def test_a_day_names_its_notices_gaps_and_clashes(api: ApiSite, officer: Any):
    database = api.database
    assert "les attentes seules" in officer.get(DAY).text
    first = published(database, AIMED, ends=MORNING + timedelta(hours=1))
    second = published(database, AIMED | {"titles": {"fr": "Fermé <demain>"}})
    author = Author("officer")
    correct_notice(database, NoticeGesture(second["notice"], second["version"], author, DECIDES))
    page = officer.get(DAY).text
    assert f'href="/affichage/message/{first["notice"]}"' in page
    assert "Fermé &lt;demain&gt;" in page
    assert "«\u00a0Ouvert à midi\u00a0» s’arrête à 11:00, pendant l’ouverture." in page
    assert "Une correction attend" in page
    later = officer.get(f"{DAY}&jour=2026-12-01").text
    assert first["notice"] not in later
    assert second["notice"] in later
    month = officer.get(f"/affichage/calendrier?hall={HALL}&mois=2026-12&lang=fr").text
    assert first["notice"] not in month
    assert month.count(f'"/affichage/message/{second["notice"]}"') == 31


def test_what_was_shown_stands_beside_what_is_planned(api: ApiSite, officer: Any):
    notice = published(api.database, AIMED)["notice"]
    began = hour(api)
    shown = [
        display(1, began, 125, notice=notice),
        display(2, began + timedelta(minutes=3), 5, notice="gone"),
    ]
    assert report(api, *shown).status_code == 200
    page = officer.get(f"{DAY}&ecran={SCREEN}").text
    assert "2\u00a0min, entier 1\u00a0% de l’ouverture\u00a0; entières\u00a0: 1" in page
    assert "n’est plus prévu" in page
    now = officer.get(f"/affichage/ecrans?hall={HALL}&ecran={SCREEN}&lang=fr").text
    assert "Cet écran n’a encore rien dit de lui." in now
    assert "2\u00a0min, entières\u00a0: 1" in now
    assert "Vraiment montré" not in officer.get(f"{DAY}&jour=2026-12-01").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{DAY}&jour=hier", 400),
        (f"{DAY}&jour=9999-12-31", 400),
        (f"{DAY}&ecran=none", 404),
        (f"/affichage/calendrier?hall={HALL}&mois=2026-13", 400),
        (f"/affichage/calendrier?hall={HALL}&mois=0001-01", 400),
        (f"/affichage/ecrans?hall={HALL}&ecran=none", 404),
        (f"/affichage/ecrans?hall={OTHER}", 404),
    ],
)
def test_what_does_not_exist_is_refused(officer: Any, path: str, status: int):
    answer = officer.get(path)
    assert answer.status_code == status
    if status == 400:
        assert 'role="alert"' in answer.text


def shown_at(site: ApiSite, at: datetime) -> Any:
    return accepted(site.get(f"/halls/{HALL}/screens/{SCREEN}/shown?at={quote(to_text(at))}"))


def hour_of_day(officer: Any, on: str, at: str) -> str:
    """The words under « Ce que les écrans montraient » on a day's page."""
    page = officer.get(f"{DAY}&ecran={SCREEN}&jour={on}&heure={at}")
    assert page.status_code == 200
    assert "Ce que les écrans montraient" in page.text
    return str(page.text.partition("<dd>")[2].partition("</dd>")[0])


@pytest.mark.both_databases
def test_what_a_screen_showed_at_an_instant_is_known(api: ApiSite, officer: Any):
    at = hour(api)
    pause = at + timedelta(seconds=25)
    accepted(
        report(
            api,
            display(1, at, 12.5, notice="waits"),
            display(2, at + timedelta(seconds=12.6), 7.4, notice="waits", outcome="cut"),
            display(3, pause, 0, outcome="failed"),
            display(4, at + timedelta(seconds=30), 10),
        )
    )
    waits = {
        "notice": "waits",
        "title": "",
        "began_at": to_text(at),
        "ended_at": to_text(at + timedelta(seconds=20)),
    }
    next_one = {
        "notice": "n1",
        "title": "",
        "began_at": to_text(at + timedelta(seconds=30)),
        "ended_at": to_text(at + timedelta(seconds=40)),
    }
    found = shown_at(api, at + timedelta(seconds=15))
    assert (found["label"], found["shown"], found["before"]) == ("Écran du hall", waits, None)
    between = shown_at(api, pause)
    assert (between["shown"], between["before"], between["after"]) == (None, waits, next_one)
    assert shown_at(api, at - timedelta(hours=2))["after"] is None
    local = at.astimezone(ZoneInfo("Europe/Paris"))
    said = hour_of_day(officer, f"{local:%Y-%m-%d}", f"{local:%H:%M:%S}")
    assert said == f"«\xa0Les attentes\xa0», de {local:%H:%M}:00 à {local:%H:%M}:20."
    said = hour_of_day(officer, f"{local:%Y-%m-%d}", f"{local:%H:%M}:25")
    assert said.startswith("Aucun message à cet instant")
    assert "«\xa0n1\xa0», dès" in said
    assert hour_of_day(officer, f"{local:%Y-%m-%d}", "00:30").startswith("Inconnu\xa0: l’écran")
    assert hour_of_day(officer, "2026-09-01", "10:00").startswith("Inconnu\xa0: les heures")
    page = officer.get(f"{DAY}&heure=midi")
    assert "Cette heure n’est pas lisible" in page.text


@pytest.mark.both_databases
def test_hours_are_forgotten_after_sixty_days_and_sums_are_not(api: ApiSite, tmp_path: Path):
    at = hour(api)
    accepted(report(api, display(1, at, 10)))
    with api.database.store.write() as rows:
        assert delete_intervals(rows, at) == 0
    assert shown_at(api, at)["shown"]
    rounds = Rounds(api.database, Anchors(tmp_path / "anchors"))
    api.hands.now += INTERVALS_KEPT - timedelta(hours=2)
    rounds.purge()
    assert shown_at(api, at)["shown"]
    api.hands.now += timedelta(hours=4)
    rounds.purge()
    assert shown_at(api, at)["shown"] is None
    assert accepted(api.get("/notices/n1/displays"))["shown_s"] == 10


def test_all_sites_are_on_one_page_with_what_is_wrong_first(api: ApiSite):
    everywhere = api.person("communication", "*")
    page = everywhere.get("/affichage/ecrans?tous=1&lang=fr").text
    keys = re.findall(r'data-screen="([^"]+)"', page)
    assert f"{HALL}/{SCREEN}" in keys
    assert len({key.partition("/")[0] for key in keys}) == 2, "Laon and Vervins"
    assert page.count("N’a encore rien dit de lui") == len(keys)
    found = everywhere.get("/affichage/ecrans?tous=1&q=ECRAN+laon&lang=fr").text
    assert set(re.findall(r'data-screen="([^/"]+)', found)) == {HALL}
    kept = everywhere.get(f"/affichage/ecrans?tous=1&ecrans={keys[-1]},{keys[0]},laon/none").text
    assert re.findall(r'data-screen="([^"]+)"', kept) == [keys[-1], keys[0]]
    own = api.person("communication", OTHER).get("/affichage/ecrans?tous=1").text
    assert f"{HALL}/{SCREEN}" not in own


def test_a_screen_that_is_away_comes_before_those_that_are_well(api: ApiSite):
    now = api.database.clock.now()
    well: Any = {"view": "rest", "notice": None, "media": "up to date", "sound": "on", "panel": None}
    well |= {"release": "1", "clock_ms": 0, "revision": "r", "width_px": 1920, "height_px": 1080}
    here = Sighting(now, now, is_connected=True, report=well)
    halls = [api.database.configuration(api.database.hall_id(each)) for each in (HALL, OTHER)]
    sightings = {api.database.hall_id(HALL): {SCREEN: here}}

    def reports(halls: Sequence[str]) -> dict[str, dict[str, Sighting]]:
        return {hall: sightings.get(hall, {}) for hall in halls}

    cards = read_cards(api.database, halls, reports)
    assert [(cards[-1].id, cards[-1].trouble), cards[0].trouble] == [(SCREEN, None), "never"]
    for change, trouble in (({"sound": "blocked"}, "sound"), ({"media": "not updated"}, "not_updated")):
        sightings[api.database.hall_id(HALL)] = {SCREEN: replace(here, report=well | change)}
        found = {each.id: each.trouble for each in read_cards(api.database, halls, reports)}
        assert found[SCREEN] == trouble
    api.hands.now += timedelta(minutes=5)
    sightings[api.database.hall_id(HALL)] = {SCREEN: here}
    [card] = [each for each in read_cards(api.database, halls, reports) if each.id == SCREEN]
    assert card.trouble == "away"


def test_a_day_is_played_in_fast_motion_with_its_own_programme(api: ApiSite, officer: Any):
    fast = f"/affichage/accelere?hall={HALL}&ecran={SCREEN}&lang=fr"
    validity = {"starts": "2026-12-01", "ends": "2026-12-01"}
    notice = published(api.database, AIMED | {"validity": validity})["notice"]

    def shown_on(day: str) -> Any:
        page = officer.get(f"{fast}&jour={day}&forme=upright").text
        assert 'width="1080" height="1920"' in " ".join(page.split())
        return json.loads(page.partition('id="fast-motion">')[2].partition("</script>")[0])["programme"]

    played = shown_on("2026-12-01")
    assert notice in {item["notice"] for item in played["items"]}
    midnight = datetime.fromisoformat("2026-12-02T00:00:00+01:00")
    assert played["covers_until"] == midnight.timestamp() * 1000
    assert notice not in {item["notice"] for item in shown_on("2026-12-02")["items"] if item["windows"] != []}
    for bad in ("&jour=1999-01-01", "&jour=demain", "&forme=ronde", "&ecran=none"):
        assert officer.get(f"/affichage/accelere?hall={HALL}{bad}").status_code == 404
