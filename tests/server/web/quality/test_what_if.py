"""The page « What if »: its answer with plot, table and assumptions; each refusal beside its field."""

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from server.domain.hours.calendars import Span
from server.domain.instants import to_micros
from server.domain.simulation.what_if import REPLICATIONS, OtherRule
from server.ids import new_id
from server.language import LANGUAGES
from server.store.transactions.database import Database
from server.usecases.quality.what_if import WhatIfs
from tests.harness.sql import execute
from tests.server.usecases.quality.figures_history import PARIS, play_days
from tests.server.web.api_site import HALL, TUESDAY_AT_TEN, ApiSite, csrf_of
from tests.server.web.notices.conftest import pages

PAGE = f"/qualite/et-si?hall={HALL}"
MORE = f"{PAGE}&jour=2&quoi=guichet&comme=laon-g1&de=09:00&a=11:30"
TODAY = TUESDAY_AT_TEN.date()


@pytest.fixture
def chief(api: ApiSite) -> Any:
    return api.person("quality")


def play_tuesdays(api: ApiSite, weeks: int) -> None:
    play_weeks(api.database, TODAY, weeks)


def play_weeks(database: Database, today: date, weeks: int) -> None:
    """The days of today's weekday before: two counters on duty until noon and from half past one."""
    for ago in range(weeks, 0, -1):
        day = today - timedelta(weeks=ago)
        play_days(database, day, 1, a_day=20, seed=ago)
        for counter in ("laon-g1", "laon-g2"):
            for starts, ends in ((8.5, 12), (13.5, 17)):
                on_duty(database, counter, day, starts, ends)


def on_duty(database: Database, counter: str, day: date, *hours: float) -> None:
    at = [datetime.combine(day, time(), PARIS) + timedelta(hours=hour) for hour in hours]
    configured = database.configuration(HALL)
    execute(
        database,
        "INSERT INTO duty (id, hall, counter, session, rule, services, opened_at, closed_at) "
        "VALUES (:id, :hall, :counter, :session, :rule, :services, :opened_at, :closed_at)",
        id=new_id(),
        hall=database.hall_id(HALL),
        counter=counter,
        session=new_id(),
        rule=str(configured.rule),
        services=json.dumps(list(configured.services)),
        opened_at=to_micros(at[0]),
        closed_at=to_micros(at[1]),
    )


def here(function: Any, *values: Any) -> Any:
    return function(*values, replications=4)


def not_issued_at(database: Database, at: datetime, reason: str) -> None:
    execute(
        database,
        "INSERT INTO not_issued (id, hall, business_day, service, reason, wanted_at) "
        "VALUES (:id, :hall, :day, 'laon-permis', :reason, :at)",
        id=new_id(),
        hall=database.hall_id(HALL),
        day=at.date().isoformat(),
        reason=reason,
        at=to_micros(at),
    )


def text_of(page: str) -> str:
    return re.sub(r"(<[^>]*>|\s)+", " ", page)


@pytest.mark.both_databases
def test_a_counter_more_is_answered_in_a_sentence_with_its_plot_and_what_is_assumed(api: ApiSite, chief: Any):
    play_tuesdays(api, 5)
    assert "Rejouer ces jours" in chief.get(PAGE).text
    answer = chief.get(MORE)
    assert answer.status_code == 200
    page = text_of(answer.text)
    assert re.search(r"Réponse .*(médiane|hasard)", page)
    assert f"{REPLICATIONS} journées rejouées avec et sans le changement" in page
    assert "5 jours (mardi), du 20 octobre 2026 au 17 novembre 2026" in page
    assert "Personne n’arrive quand le hall est fermé (12 h – 13 h 30)" in page
    assert re.search(r"Une borne a été pressée \d,\d fois par jour pendant la fermeture", page)
    assert re.search(r"Attente médiane \(min\) [+−\d,]+ [+−\d,]+ – [+−\d,]+", page)
    assert re.search(r"Les mêmes, par jour [+−\d,]+ [+−\d,]+ – [+−\d,]+", page)
    drawn = chief.get(MORE.replace("et-si?", "et-si.svg?"))
    assert drawn.content_type.startswith("image/svg+xml")
    assert "avec</text>" in drawn.text
    assert f'<a href="/qualite/et-si?hall={HALL}">' in chief.get(f"/qualite?hall={HALL}").text
    assert f'<a href="/qualite/et-si?hall={HALL}">' in api.person("supervisor").get("/mur").text


def test_a_share_that_would_come_at_noon_is_assumed_and_said(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    noon = MORE.replace("a=11:30", "a=13:30")
    for share, said in (
        ("0", "n’est pas ajoutée"),
        ("100", "Vous supposez 100 % du rythme des demi-journées"),
    ):
        page = text_of(chief.get(f"{noon}&midi={share}").text).replace("\u00a0", " ")
        assert said in page
        assert "Une borne a été pressée" in page
        assert ("Visites par jour, avec" in page) == (share == "100")
    people = re.search(r"guichet de plus : (\d+,\d) personnes de plus par jour", page)
    assert people is not None
    assert float(people[1].replace(",", ".")) > 0


def test_appointments_are_tried_for_a_service_that_has_none(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    assert not api.database.configuration(HALL).services["laon-permis"].may_book
    asked = f"{PAGE}&jour=2&quoi=rendez-vous&service=laon-permis&quota=1"
    page = text_of(chief.get(f"{asked}&de=09:00&a=16:00").text).replace("\u00a0", " ")
    people = re.search(r"Ce sont (\d+,\d) personnes par jour", page)
    assert people is not None
    assert float(people[1].replace(",", ".")) > 0
    assert "avec l’objectif des rendez-vous (10 min)" in page
    closed = chief.get(f"{asked}&de=12:15&a=12:45")  # the hall is closed then: no hour is free
    assert closed.status_code == 400
    assert 'aria-describedby="service-refused"' in closed.text


def test_presses_are_those_of_the_closing_in_the_day(api: ApiSite):
    days = [TODAY - timedelta(weeks=1)]
    for hour, reason in ((7, "closed"), (12, "closed"), (12.9, "closed"), (12.5, "full"), (19, "closed")):
        not_issued_at(api.database, datetime.combine(days[0], time(), PARIS) + timedelta(hours=hour), reason)
    found = WhatIfs(api.database, here)
    assert found.presses_while_closed(HALL, days, [Span(time(12), time(13, 30))]) == 2
    assert found.presses_while_closed(HALL, days, []) == 4


@pytest.mark.both_databases
def test_an_answer_is_kept_with_a_draft_in_one_press_and_printed(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    keep = f"{MORE}&midi=".replace("et-si?", "et-si/rapport?")
    page = chief.get(MORE).text
    assert "nouveau brouillon\u00a0: 3e trimestre 2026" in page
    kept = press(chief, keep)
    assert kept.status_code == 303, kept.text
    report = kept.location.partition("?")[0]
    assert f'value="{report.rpartition("/")[2]}" selected' in chief.get(MORE).text, "the draft is offered now"
    assert press(chief, keep, rapport=report.rpartition("/")[2]).location == kept.location
    shown = text_of(chief.get(report).text).replace("\u00a0", " ")
    said = "Le mardi, un guichet de plus comme « guichet 1 », de 9 h à 11 h 30"
    assert shown.count("Retirer cette réponse") == 1
    _, paper = pages(chief.get(f"{report}/page.pdf"))
    for text in (shown, paper):
        assert said in text
        assert "Attente médiane (min)" in text
        assert "5 jours" not in text
        assert "4 jours (mardi), du 27 octobre 2026 au 17 novembre 2026" in text
        assert "graine 7" in text
        assert "Gardé tel quel le 24 novembre 2026" in text
        assert re.search(r"10 h – 10 h 30 \d", text)
    hidden = dict(re.findall(r'name="(salle|change)" value="([^"]*)"', chief.get(report).text))
    dropped = press(chief, f"{report}/reponse", **hidden)
    assert dropped.status_code == 303
    assert hidden["change"] not in chief.get(report).text


def test_an_answer_is_kept_only_by_who_writes_reports_and_with_a_draft(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    keep = MORE.replace("et-si?", "et-si/rapport?")
    assert press(api.person("committee"), keep).status_code == 403
    assert press(chief, keep.replace("09:00", "neuf")).status_code == 422
    refused = press(chief, keep, rapport="0" * 36)
    assert refused.status_code == 404
    report = press(chief, keep).location.partition("?")[0]
    assert press(chief, f"{report}/gel").status_code == 303
    refused = press(chief, keep, rapport=report.rpartition("/")[2])
    assert refused.status_code == 409
    assert "Réponse" in refused.text
    assert "Retirer cette réponse" not in chief.get(report).text


def press(browser: Any, path: str, **fields: str) -> Any:
    return browser.post(path, data=fields | {"csrf_token": csrf_of(browser)})


def test_the_counters_of_a_week_are_computed_day_by_day_then_printed(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    week = PAGE.replace("et-si?", "et-si/semaine?")
    assert chief.get(week.replace("semaine?", "semaine.pdf?")).location == week
    page = chief.get(week).text
    for done in range(2, 5):
        assert '<meta http-equiv="refresh" content="0">' in page
        assert f"Calcul en cours : {done} jours sur 5" in text_of(page).replace("\u00a0", " ")
        page = chief.get(week).text
    assert "refresh" not in page
    assert "Trop peu de jours : lundi, mercredi, jeudi, vendredi." in text_of(page).replace("\u00a0", " ")
    assert re.search(r"10 h – [1-9]\d*\*? – – –", text_of(page).replace("\u00a0", " "))
    (paper,) = pages(chief.get(week.replace("semaine?", "semaine.pdf?")))
    assert re.search(r"10 h – [1-9]\d*\*? – – –", paper)
    assert "80 % des personnes dans leur objectif" in paper


def test_the_same_question_is_played_once_and_in_a_process_apart(api: ApiSite):
    play_tuesdays(api, 4)
    asked: list[Any] = []

    def apart(function: Any, *values: Any) -> Any:
        asked.append(function)
        return function(*values, replications=4)

    what_ifs = WhatIfs(api.database, apart)
    for _ in range(2):
        what_ifs.answer(HALL, 1, OtherRule(api.database.configuration(HALL).rule))
    assert len(asked) == 1


REFUSED: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "Trop peu de jours : 0 sur les 4 qu’il faut"),
    ({"jour": "7"}, "Le hall n’ouvre pas ce jour-là"),
    ({"quoi": "rien"}, "Choisissez un changement."),
    ({"comme": ""}, "Choisissez dans la liste"),
    ({"comme": "laon-g99"}, "Ce guichet n’existe pas dans ce hall"),
    ({"de": "neuf"}, "Donnez une heure, par exemple 09:00."),
    ({"de": "07:00"}, "Le hall n’est pas ouvert à cette heure : de 8 h 30 à 12 h"),
    ({"midi": "300"}, "Donnez un nombre entier de 0 à 100."),
    ({"midi": "dix"}, "Donnez un nombre entier de 0 à 100."),
    ({"midi": "50"}, "Ce guichet n’est ouvert pendant aucune fermeture de ce jour"),
    ({"quoi": "rendez-vous"}, "Choisissez dans la liste"),
    ({"quoi": "rendez-vous", "service": "laon-permis", "quota": "0"}, "un nombre entier de 1 à 20"),
    ({"quoi": "rendez-vous", "service": "laon-permis", "quota": "trop"}, "un nombre entier de 1 à 20"),
    ({"quoi": "rendez-vous", "service": "laon-permis", "a": "08:45"}, "La fin doit venir après"),
    ({"a": "08:45"}, "La fin doit venir après le début."),
    ({"quoi": "pause", "guichet": "soissons-g1"}, "Ce guichet n’existe pas dans ce hall"),
    ({"quoi": "profil", "place": "laon-g1", "profil": "x"}, "Choisissez un profil de la liste."),
    ({"quoi": "regle", "regle": "x"}, "Choisissez une règle de la liste."),
)


def test_what_is_wrong_is_said_at_its_field(chief: Any):
    for changed, sentence in REFUSED:
        asked = {"jour": "2", "quoi": "guichet", "comme": "laon-g1", "de": "09:00", "a": "11:30"} | changed
        answer = chief.get(f"{PAGE}&{urlencode(asked)}")
        assert answer.status_code == 400
        assert sentence in text_of(answer.text).replace("\u00a0", " ")
        assert answer.text.count('aria-invalid="true"') == 1
        assert "Réponse" not in answer.text


def test_a_counter_without_a_break_or_not_on_duty_is_refused_at_its_field(api: ApiSite, chief: Any):
    play_tuesdays(api, 4)
    for counter, sentence in (("laon-g3", "n’a pas ouvert ces jours-là"), ("laon-g1", "aucune absence")):
        answer = chief.get(f"{PAGE}&jour=2&quoi=pause&guichet={counter}&debut=08:30")
        assert sentence in text_of(answer.text)
        assert 'aria-describedby="guichet-hint guichet-refused"' in answer.text


def test_only_who_decides_targets_asks_and_no_key_is_left_untranslated(api: ApiSite, chief: Any):
    assert api.person("committee").get(PAGE).status_code == 403
    play_tuesdays(api, 4)
    for language in LANGUAGES:
        page = chief.get(f"{MORE}&lang={language}").text
        assert not re.search(
            r"\b(what_if|refusal|quality|document_words)\.[a-z_.]+", page.partition("<main")[2]
        )
