"""The pages about what screens show: now, on a day, in a month."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.usecases.notices.gestures import NoticeGesture, correct_notice
from tests.server.usecases.notices.conftest import AIMED, DECIDES, MORNING, published
from tests.server.web.api_site import HALL, OTHER, ApiSite
from tests.server.web.notices.test_api_displays import SCREEN, display, hour, report

DAY = f"/affichage/journee?hall={HALL}&lang=fr"


@pytest.fixture
def officer(api: ApiSite) -> Any:
    return api.person("communication")


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
    assert "2\u00a0min\u00a0; entières\u00a0: 1" in page
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
