"""The pages of figures of two halls, without a server."""

import csv
import html
import io
import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from server.domain.author import SYSTEM
from server.domain.instants import to_micros
from server.domain.quality.doubt import FEWEST_DAYS
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.leg_records import read_legs
from server.domain.quality.rollup import roll_up
from server.domain.quality.selection import NOT_ISSUED
from server.language import LANGUAGES, Catalogues
from server.store.engine.writes import insert_write
from server.store.people.accounts import EVERY_SITE, Grant
from server.store.tables import metadata
from server.store.transactions.database import Database
from server.web.access.site_context import give_app
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.pages import Views, quality_pages
from server.web.pages.quality.wording import GROUPS
from server.web.rendering.menu import install_frame
from server.web.rendering.page import install
from server.web.rendering.viewer import Viewer, WorkContext
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days

SERVER = Path(__file__).parents[4] / "server"
CATALOGUES = SERVER / "web/pages/quality/translations"
DRAWINGS = Drawings()


class Site:
    """The quality pages of two halls, read as the person that a test chooses."""

    def __init__(self, database: Database, *more: Blueprint) -> None:
        self.database = database
        self.viewer: Viewer | None = Viewer("camille", "Camille Dupont", (Grant("quality", EVERY_SITE),))
        domains = ("quality", "quality_levels", "control_charts")
        folders = (("server", SERVER / "translations"), *((domain, CATALOGUES) for domain in domains))
        translate = Catalogues(folders).translate
        app = Flask("quality-test", template_folder=str(SERVER / "web/templates"), static_folder=None)
        app.jinja_env.globals["csrf_token"] = lambda: "token"
        self.halls = [database.configuration(hall) for hall in ("laon", "vervins")]
        work = WorkContext(translate, lambda: self.viewer, lambda _: self.halls)
        install(app, work, languages=LANGUAGES, is_demonstration=True)
        install_frame(app, work, count_alarms=dict)
        give_app(app, DRAWINGS, Views())
        app.extensions["parvis_database"] = database
        for blueprint in (quality_pages, *more):
            app.register_blueprint(blueprint)
        self.client: FlaskClient = app.test_client()

    def sign_in(self, role: str) -> None:
        self.viewer = Viewer("x", "X", (Grant(role, EVERY_SITE),))

    def page(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.status
        return answer.text


FIRST = date(2026, 10, 19)
WEEK = "/qualite/explorer?hall=laon&duree=week&jour=2026-10-21"


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    hands = Hands()
    database = database_with_hall(sqlite_url, hands, "laon", "vervins")
    play_days(database, FIRST, 7)
    yield Site(database)
    database.close()


def headline(page: str) -> list[str]:
    """The values of the key figures."""
    found = re.search(r'<table class="key-figures">.*?</table>', page, re.DOTALL)
    assert found is not None
    return re.findall(r'<td class="number"><span class="amount">([^<]*)<', found[0])


def test_the_page_and_the_exported_legs_tell_the_same_figures(site: Site):
    legs = site.client.get(WEEK.replace("/explorer?", "/legs.csv?"))
    rollup = roll_up(read_legs(io.StringIO(legs.text, newline="")), time_zone=ZoneInfo("Europe/Paris"))
    found = {figure.indicator: figure for figure in figures_of(rollup)}
    assert found["wait_median"].value is not None
    minutes = int((found["wait_median"].value + 30) // 60)
    assert headline(site.page(WEEK))[:2] == [str(int(found["visits"].value or 0)), str(minutes)]


def test_the_sheet_carries_exact_values_with_their_sample_and_convention(site: Site):
    answer = site.client.get(WEEK.replace("/qualite/explorer?", "/qualite/indicateurs.csv?"))
    assert answer.text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    (mean,) = [r for r in rows if r["code"] == "wait_mean" and r["démarche"] == "Toutes les démarches"]
    assert re.fullmatch(r"\d+(,\d+)?", mean["valeur"])
    assert int(mean["échantillon"]) > 20
    assert mean["unité"] == "secondes"
    assert mean["convention"].startswith("De la délivrance du ticket")


def test_the_sheet_ends_with_the_interval_of_each_figure(site: Site):
    play_days(site.database, FIRST + timedelta(days=7), 5)
    answer = site.client.get("/qualite/indicateurs.csv?hall=laon&duree=month&jour=2026-10-21&lang=en")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    whole = {row["code"]: row for row in rows if row["service"] == "All services"}
    share, visits = whole["within_target"], whole["visits"]
    assert float(share["low limit 95%"]) < float(share["value"]) < float(share["high limit 95%"])
    days = int(visits["days of the interval"])
    assert days >= FEWEST_DAYS
    per_day = float(visits["value"]) / days
    assert float(visits["low limit 95%"]) < per_day < float(visits["high limit 95%"])
    assert whole["wait_max"]["low limit 95%"] == ""


def test_the_sheet_lists_exceptional_visits_by_reason_and_unmet_demand(site: Site):
    answer = site.client.get(WEEK.replace("/qualite/explorer?", "/qualite/indicateurs.csv?"))
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    permits = [row for row in rows if row["démarche"].startswith("Titre de séjour")]
    counts = [row for row in permits if row["unité"] == "tickets"]
    values = {(row["code"], row["motif d’exception"]): int(row["valeur"]) for row in counts}
    received = values["received_exceptionally", ""]
    by_reason = {
        reason: n for (name, reason), n in values.items() if name == "received_exceptionally" and reason
    }
    assert set(by_reason) <= {
        "Je n’arrive pas à prendre rendez-vous en ligne",
        "Changement urgent de situation (emploi, famille, voyage)",
    }
    assert sum(by_reason.values()) == received > 0
    assert values["appointment_demand", ""] - received == values["unmet_demand", ""] > 0
    page = site.page(WEEK)
    assert "Reçues par exception, par motif" in page
    assert all(reason in page for reason in by_reason)


def test_the_sheet_in_english_is_separated_by_commas(site: Site):
    answer = site.client.get(WEEK.replace("/qualite/explorer?", "/qualite/indicateurs.csv?") + "&lang=en")
    assert answer.text.removeprefix("\ufeff").startswith("hall,service,from,to,")


def test_one_more_visit_moves_the_count_and_the_wait(site: Site):
    day = "/qualite/explorer?hall=vervins&duree=day&jour=2026-11-20"
    assert "Aucune visite dans cette période" in site.page(day)
    with site.database.transaction("vervins", SYSTEM) as transaction:
        played = PlayedDay(transaction, date(2026, 11, 20), random.Random(5), "vervins-g1")
        service = next(iter(transaction.configuration.services))
        played.visit(1, service, datetime(2026, 11, 20, 9, tzinfo=UTC), "served")
    assert headline(site.page(day))[0] == "1"


def test_every_indicator_is_on_the_page_with_its_convention(site: Site):
    page = site.page(WEEK)
    translate = Catalogues((("quality", CATALOGUES),)).translate
    for indicator in INDICATORS.values():
        assert translate(indicator.label_key, "fr") in page
        assert translate(indicator.convention_key, "fr") in page


def test_no_key_is_left_untranslated_in_any_language(site: Site):
    for language in LANGUAGES:
        service = f"{WEEK}&demarche=laon-accueil"
        for url in (WEEK, service, "/qualite?hall=vervins", "/qualite?hall=laon", "/qualite/dictionnaire?"):
            assert not re.search(r">[^<]*\bquality\.[a-z_]", site.page(f"{url}&lang={language}"))


def test_the_page_has_nothing_inline_and_no_script(site: Site):
    page = site.page(WEEK)
    assert "<script" not in page
    assert "<style" not in page
    assert not re.search(r"\s(style|on[a-z]+)=", page)


def test_plots_stand_in_the_page_with_their_tables(site: Site):
    page = site.page(WEEK)
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert len(pictures) == 10
    for address in pictures:
        picture = site.client.get(html.unescape(address))
        assert picture.mimetype == "image/svg+xml"
        assert "<svg" in picture.text
        assert "<script" not in picture.text


def test_a_shorter_period_is_chosen_around_the_same_day(site: Site):
    month = site.page("/qualite?hall=laon&duree=month&jour=2026-10-21")
    assert 'name="jour" type="date" value="2026-10-21"' in month


def test_one_day_has_no_plot_by_weekday(site: Site):
    assert "heat.svg" not in site.page("/qualite/explorer?hall=laon&duree=day&jour=2026-10-21")


def test_the_committee_reads_figures_and_their_sheet_but_no_visits(site: Site):
    site.sign_in("committee")
    page = site.page(WEEK)
    assert "indicateurs.csv" in page
    assert "legs.csv" not in page
    assert site.client.get("/qualite/indicateurs.csv").status_code == 200
    assert site.client.get("/qualite/legs.csv").status_code == 403


@pytest.mark.parametrize("role", ["agent", "reception", "security", "communication"])
def test_other_roles_have_no_figures(site: Site, role: str):
    site.sign_in(role)
    assert site.client.get("/qualite").status_code == 403
    assert site.client.get("/qualite/indicateurs.csv").status_code == 403


def test_an_anonymous_reader_is_redirected_to_sign_in(site: Site):
    site.viewer = None
    for url in ("/qualite", "/qualite/legs.csv"):
        answer = site.client.get(url)
        assert (answer.status_code, answer.location.split("?")[0]) == (302, "/connexion")


def test_a_hall_of_another_site_is_not_found(site: Site):
    assert site.client.get("/qualite?hall=soissons").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    ["jour=2026-02-30", "jour=9999-12-31", "jour=0001-01-01", "duree=eon", "demarche=poison", "jour=x"],
)
def test_a_selection_that_does_not_exist_is_refused_with_a_sentence(site: Site, wrong: str):
    for path in ("/qualite", "/qualite/explorer"):
        answer = site.client.get(f"{path}?hall=laon&{wrong}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert site.client.get(f"/qualite/indicateurs.csv?hall=laon&{wrong}").status_code == 400


def test_the_groups_hold_each_indicator_once():
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(INDICATORS)


def placeholders(language: str) -> dict[str, set[str | None]]:
    with (CATALOGUES / language / "LC_MESSAGES/quality.po").open("rb") as file:
        catalogue = read_po(file)
    found: dict[str, set[str | None]] = {}
    for message in catalogue:
        if message.id:
            key = message.id[0] if isinstance(message.id, tuple) else str(message.id)
            texts = message.string if isinstance(message.string, tuple) else (str(message.string),)
            assert all(texts), key
            found[key] = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_have_equal_keys_and_placeholders(language: str):
    assert placeholders(language) == placeholders("fr")


def test_every_indicator_and_reason_has_its_sentences():
    keys = set(placeholders("fr"))
    for indicator in INDICATORS.values():
        assert {indicator.label_key, indicator.definition_key, indicator.convention_key} <= keys
    assert {f"quality.not_issued.{reason}" for reason in NOT_ISSUED} <= keys


def test_visits_present_during_an_alert_are_counted_and_left_out_on_demand(site: Site):
    assert "alertes" not in site.page(WEEK), "no choice where there was no alert"
    raised_at = to_micros(datetime(2026, 10, 20, 9, tzinfo=UTC))
    hall = site.database.hall_id("laon")
    row: dict[str, Any] = {"id": "a", "hall": hall, "alert": "a", "kind": "medical", "press": "p"}
    row |= {
        "is_drill": False,
        "raised_by": "guard",
        "raised_at": raised_at,
        "ended_at": raised_at + 8 * 3_600_000_000,
    }
    with site.database.store.write() as rows:
        rows.run(insert_write(metadata.tables["alert"], tuple(row)), row)
    counted, left_out = site.page(WEEK), site.page(f"{WEEK}&alertes=sans")
    assert "pendant une alerte sont comptées" in counted
    assert "pendant une alerte sont écartées" in left_out
    assert int(headline(left_out)[0]) < int(headline(counted)[0])
    assert "alertes=sans" in re.findall(r'href="(/qualite/indicateurs[^"]*)"', left_out)[0]
    address = WEEK.replace("/explorer?", "/indicateurs.csv?")
    sheet = site.client.get(f"{address}&alertes=sans").text
    lines = csv.DictReader(io.StringIO(sheet.removeprefix("\ufeff")), delimiter=";")
    assert {line["alertes"] for line in lines} == {"exclues"}
    assert site.client.get(f"{WEEK}&alertes=x").status_code == 400


class ChosenWaits(random.Random):
    """Chance that gives each visit its wait, in minutes, and never an appointment, a recall or a priority."""

    waits_min: Iterator[int]

    def expovariate(self, lambd: float = 1.0) -> float:
        return next(self.waits_min) * 60

    def random(self) -> float:
        return 0.5


def test_where_leaving_early_shortens_the_long_waits_the_pages_show_who_left(site: Site):
    long_min = [21 + round(17 * each / 11) for each in range(22)]
    called = [1 + each % 20 for each in range(78)]
    patient = [(wait, "served") for wait in called + long_min]
    discouraged = [(wait, "served") for wait in called + long_min[::2]] + [(4, "abandoned")] * 11
    shown = []
    for day, visits in ((date(2026, 11, 18), patient), (date(2026, 11, 19), discouraged)):
        with site.database.transaction("vervins", SYSTEM) as transaction:
            chance = ChosenWaits()
            chance.waits_min = iter([wait for wait, _ in visits])
            played = PlayedDay(transaction, day, chance, "vervins-g1")
            service = next(iter(transaction.configuration.services))
            for rank, (_, end) in enumerate(visits, start=1):
                played.visit(rank, service, played.local(9), end)
        query = f"?hall=vervins&duree=day&jour={day}"
        summary = site.page(f"/qualite{query}")
        tiles = [
            re.findall(rf'data-figure="{name}".*?class="big"[^>]*>(\d+)', summary, re.DOTALL)[0]
            for name in ("wait_p90", "visits_departed")
        ]
        shown.append((tiles, headline(site.page(f"/qualite/explorer{query}"))[2:4]))
    assert shown == [(["38", "0"], ["38", "0"]), (["21", "11"], ["21", "11"])]
