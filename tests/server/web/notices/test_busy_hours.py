"""Busy and quiet hours: their page, and the poster for the wall."""

import json

from server.domain.hours.busy_hours import Affluence
from server.store.notices.displays import affluence_of, keep_affluence
from tests.harness.sql import execute
from tests.server.web.api_site import HALL, ApiSite
from tests.server.web.notices.conftest import pages

PAGE, POSTER = "/affichage/affluence", "/affichage/affluence.pdf"


def count_tickets(site: ApiSite) -> None:
    """A week of which Monday at nine is busy, Friday at ten quiet, and Friday at eleven hardly counted."""
    slots = {(weekday, hour): 60 for weekday in range(5) for hour in (9, 10, 11, 14)}
    slots |= {(0, 9): 300, (4, 10): 12, (4, 11): 9}
    database = site.database
    with database.store.write() as rows:
        hall = database.hall_id(HALL)
        keep_affluence(rows, hall, Affluence(slots, dict.fromkeys(slots, 13), 13), database.clock.now())


def test_the_page_says_each_level_in_words(api: ApiSite):
    officer = api.person("communication", HALL)
    assert "il y a trop peu de visites" in officer.get(PAGE).text
    count_tickets(api)
    page = officer.get(PAGE).text
    assert "chargé de 9\u00a0h à 10\u00a0h" in page
    assert 'data-level="unknown"' in page


def test_the_poster_says_each_level_in_words_and_nothing_under_ten_visits(api: ApiSite):
    officer = api.person("communication", HALL)
    assert "il y a trop peu de visites" in pages(officer.get(POSTER))[0]
    count_tickets(api)
    (poster,) = pages(officer.get(POSTER))
    assert "à partir de 9 h chargé moyen moyen moyen moyen" in poster
    assert "à partir de 10 h moyen moyen moyen moyen calme" in poster
    assert "à partir de 11 h moyen moyen moyen moyen –" in poster
    assert "à partir de 12 h fermé" in poster
    assert "tickets des 13 dernières semaines" in poster
    assert "Lundi et mardi de 8 h 30 à 12 h et de 13 h 30 à 16 h 30" in poster
    (english,) = pages(officer.get(f"{POSTER}?in=en"))
    assert "from 9:00 busy moderate" in english


def test_only_people_of_the_hall_read_the_page(api: ApiSite):
    assert api.person("committee", HALL).get(PAGE).status_code == 403
    assert api.person("communication", "vervins").get(f"{PAGE}?hall={HALL}").status_code == 404


def test_counts_of_an_earlier_release_are_read(api: ApiSite):
    database = api.database
    old = {"tickets": [[0, 9, 300]], "days": {"0": 8}}
    count_tickets(api)
    execute(database, "UPDATE affluence SET counts = :counts", counts=json.dumps(old))
    with database.read() as rows:
        assert affluence_of(rows, database.hall_id(HALL)) == Affluence({(0, 9): 300}, {(0, 9): 8}, 8)
