"""The summary and the explorer over months that are whole, partial, or change the clocks; their plots."""

import csv
import html
import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from operator import itemgetter
from pathlib import Path

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.doubt import Change
from server.domain.quality.indicators import Figure, figures_of
from server.domain.quality.periods import parse_period
from server.language import Catalogues
from server.usecases.quality.indicators import read_days
from server.usecases.typed_figures import annotate_day
from server.web.pages.quality.changes import Against, shown_change
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.specs import (
    Bar,
    WaitBar,
    WaitWords,
    arrivals_plot,
    named_bars_plot,
    waits_plot,
    whole_ticks,
)
from server.web.pages.quality.wording import day_text, figure_number, minutes, number, period_text
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days
from tests.server.web.quality.test_quality import CATALOGUES, Site

EXPLORER = "/qualite/explorer?hall=laon"
OCTOBER = f"{EXPLORER}&du=2026-10-01&au=2026-10-31"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """Laon from 16 September to 30 October 2026, over the change of clocks; today is 20 November."""
    place = tmp_path_factory.mktemp("levels") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, date(2026, 9, 16), 6, a_day=14)
    play_days(database, date(2026, 10, 19), 12, a_day=40)
    yield Site(database)
    database.close()


def tile(page: str, name: str) -> str:
    found = re.search(rf'data-figure="{name}">.*?</svg>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0])))


def median_min(site: Site, first: date, end: date) -> int:
    [figure] = figures_of(read_days(site.database, "laon", first, end).whole(), ["wait_median"])
    assert figure.value is not None
    return int((figure.value + 30) // 60)


WORDS = WaitWords("médiane", "9 sur 10", "minutes", "objectif 15 min")


HOURS = arrivals_plot([Bar("9 h", 4.2, "4,2"), Bar("10 h", 2, "2,0")], unit="visites")


OUTCOMES = named_bars_plot(
    [Bar("Expediente recibido", 12, "12"), Bar("Pièce manquante", 0, "0")], unit="étapes"
)


WAITS = waits_plot([WaitBar("9 h", 4, 12), WaitBar("10 h", None, None)], words=WORDS, target_min=15)


MARKUP = arrivals_plot([Bar("<b>9</b>", 1, "<script>")], unit="&")


UNKNOWN = waits_plot([WaitBar("9 h", None, None)], words=WORDS)


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    """With all of these, drawn by one renderer."""
    found = Drawings()
    found.svgs([HOURS, OUTCOMES, WAITS, MARKUP, UNKNOWN])
    return found


def test_a_hall_opened_inside_a_period_is_named_with_its_days(site: Site):
    page = site.page("/qualite?hall=laon&duree=month&jour=2026-10-05")
    assert "septembre 2026\u00a0: 4 jours avec des visites, les premières du hall" in page
    assert page.count("Trop peu de jours pour comparer\u00a0: 4 jours, il en faut 8") == 1


def test_a_period_without_visits_says_so_and_keeps_the_twelve(site: Site):
    page = site.page("/qualite?hall=vervins&duree=month&jour=2026-10-05")
    assert "Aucune visite dans cette période" in page
    assert page.count('<th scope="row">') == 12


def test_a_small_hall_begins_with_the_quarter_until_a_length_is_chosen(site: Site):
    small = "/qualite?hall=laon&demarche=laon-associations"
    assert "la page commence par le trimestre" in site.page(small)
    assert 'id="when">4e trimestre 2026<' in site.page(small)
    assert 'id="when">novembre 2026<' in site.page(f"{small}&duree=month")


def test_a_month_with_too_few_days_is_not_the_first_one_reads_unless_it_is_asked_for(site: Site):
    page = site.page("/qualite?hall=laon")
    assert "Trop peu de jours encore en novembre 2026" in page
    assert 'id="when">octobre 2026<' in page
    assert 'name="jour" type="date" value="2026-10-31"' in page
    asked = site.page("/qualite?hall=laon&jour=2026-11-20")
    assert 'id="when">novembre 2026<' in asked
    assert "Trop peu de jours encore" not in asked


def test_few_measurements_are_marked_and_not_compared(site: Site):
    page = site.page("/qualite?hall=laon&duree=day&jour=2026-09-16&demarche=laon-associations")
    assert "Moins de dix mesures" in tile(page, "wait_median")


def test_the_explorer_counts_free_days_and_its_link_gives_the_same_view(site: Site):
    page = site.page(f"{OCTOBER}&semaine=2&de=9&a=12&minutes=20&contre=annee&classe=walk_in")
    assert "sans rendez-vous, mardi, de 9\u00a0h à 12\u00a0h" in page
    assert "aucune visite dans la période «\u00a0Du 2 octobre 2025 au 1er novembre 2025\u00a0»" in page
    assert "Appels en 20\u00a0min au plus" in page
    address = re.search(r'href="/qualite\?(hall=laon&amp;du[^"]*)"', page)
    assert address is not None
    again = site.page(f"/qualite/explorer?{html.unescape(address[1])}")
    # the way back after signing in names each address
    assert again.partition("<header")[2] == page.partition("<header")[2]


def test_a_narrower_selection_has_no_counts_without_a_wait(site: Site):
    assert "not_issued" in site.page(OCTOBER)
    assert "dictionnaire" in site.page(f"{OCTOBER}&de=9&a=12")
    assert "#not_issued" not in site.page(f"{OCTOBER}&de=9&a=12")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("du=2026-10-31&au=2026-10-01", "Le dernier jour est avant le premier"),
        ("du=2025-01-01&au=2026-10-01", "Pas plus de 400 jours"),
        ("du=2026-02-30&au=2026-10-01", "Ce jour n’existe pas"),
        ("demarche=poison", "Cette démarche n’existe pas"),
        ("minutes=0", "de 1 à 480"),
        ("minutes=²", "de 1 à 480"),
        ("de=12&a=9", "L’heure de fin"),
        ("semaine=8", "sept jours"),
        ("contre=hier", "comparaisons proposées"),
        ("classe=vip", "publics proposés"),
        ("alertes=x", "comptées"),
        ("suivi=wait.7", "suivi"),
    ],
)
def test_a_wrong_field_is_refused_beside_it(site: Site, wrong: str, said: str):
    answer = site.client.get(f"{EXPLORER}&{wrong}")
    assert answer.status_code == 400
    field = wrong.split("=", maxsplit=1)[0] if not wrong.startswith("du=2026-10-31") else "au"
    refused = re.findall(r'class="problem" id="(\w+)-refused">([^<]*)<', answer.text)
    if field not in ("alertes", "suivi"):
        assert any(said in text for _, text in refused)
    assert site.client.get(f"/qualite/explorer/heat.csv?hall=laon&{wrong}").status_code == 400


def test_a_retired_service_is_offered_while_the_days_have_visits_of_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    hall = site.halls[0]
    retired = replace(hall.services["laon-permis"], is_retired=True)
    changed = replace(hall, services={**hall.services, "laon-permis": retired})
    monkeypatch.setattr(site, "halls", [changed, *site.halls[1:]])
    offered = re.compile(r'value="laon-permis">[^<]*\(retirée\)')
    for path in ("/qualite", "/qualite/explorer"):
        assert offered.search(site.page(f"{path}?hall=laon&duree=month&jour=2026-10-05"))
        assert not offered.search(site.page(f"{path}?hall=laon&duree=month&jour=2024-10-05"))


def test_a_plot_has_its_sheet_without_formulas(site: Site):
    answer = site.client.get(OCTOBER.replace("/explorer?", "/explorer/heat.csv?"))
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][0] == "jour"
    assert [row[0] for row in rows[1:6]] == ["lundi", "mardi", "mercredi", "jeudi", "vendredi"]
    few = [cell for row in rows[1:] for cell in row[1:] if cell and cell != "moins de 10"]
    assert few
    assert all(int(re.findall(r"\((\d+)\)", cell)[0]) >= 10 for cell in few)
    assert site.client.get(OCTOBER.replace("/explorer?", "/explorer/nothing.csv?")).status_code == 404


def test_figures_lead_down_to_the_day_and_no_further(site: Site):
    page = site.page(OCTOBER)
    days = re.findall(r'href="/qualite/explorer\?([^"]*du=2026-10-20[^"]*au=2026-10-20[^"]*)"', page)
    assert days
    day = site.page(f"/qualite/explorer?{html.unescape(days[0])}")
    assert "mardi 20 octobre 2026" in day
    assert "/visites/" not in day


def test_halls_stand_side_by_side_with_the_columns_of_services(site: Site):
    page = site.page(f"{OCTOBER}&hall=vervins")
    section = re.search(r'<section id="halls">.*?</section>', page, re.DOTALL)
    assert section is not None
    assert re.findall(r'<th scope="row"><a [^>]*>([^<]*)<', section[0]) == [
        site.database.configuration(hall).name for hall in ("laon", "vervins")
    ]
    assert site.client.get(f"{OCTOBER}&hall=soissons").status_code == 404


def test_annotations_stand_on_their_days(site: Site):
    annotate_day(site.database, "laon", SYSTEM, date(2026, 10, 21), "Grève")
    assert "Grève" in site.page("/qualite?hall=laon&duree=month&jour=2026-10-05")
    page = site.page(OCTOBER)
    assert re.search(r"mercredi 21 octobre 2026</a>\s*<span class=\"of\">Grève", page)


def test_the_day_of_the_change_of_clocks_keeps_its_hours(site: Site):
    with site.database.transaction("laon", SYSTEM) as transaction:
        played = PlayedDay(transaction, date(2026, 10, 25), random.Random(5))
        for rank in range(1, 12):
            played.visit(rank, "laon-permis", played.local(11), "served")
    page = site.page(f"{EXPLORER}&du=2026-10-25&au=2026-10-25&demarche=laon-permis")
    assert "L’heure la plus chargée est 10\u00a0h\u00a0: 11 visites." in page


@pytest.mark.parametrize(
    ("days", "title"),
    [
        ("du=2026-10-01&au=2026-10-31", "octobre 2026"),
        ("du=2026-10-20&au=2026-10-22", "19 octobre – 25 octobre 2026"),
        ("du=2026-10-05&au=2026-11-10", "4e trimestre 2026"),
    ],
)
def test_free_days_lead_to_the_period_that_holds_them_and_back(site: Site, days: str, title: str):
    page = html.unescape(site.page(f"/qualite?hall=laon&{days}"))
    assert title in page.partition('id="when"')[2].partition("</h2>")[0]
    back = re.search(r'href="(/qualite/explorer\?[^"]*)"', page)
    assert back is not None
    assert html.unescape(site.page(back[1])).count(days) > 1
    assert f"du={days[3:13]}" not in html.unescape(site.page("/qualite?hall=laon&jour=2026-10-05&" + days))


def test_hours_of_a_plot_lead_down_to_that_hour(site: Site):
    page = html.unescape(site.page(OCTOBER))
    for name in ("waits_by_hour", "arrivals_by_hour"):
        plot = page.partition(f'id="{name}"')[2].partition("</section>")[0]
        assert re.search(r'<th scope="row"><a href="/qualite/explorer\?[^"]*de=9&a=10"', plot)


def rows_of(page: str, name: str) -> list[tuple[str, int]]:
    """The links and counts of the table of a plot."""
    plot = page.partition(f'<section id="{name}"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]*)">[^<]*</a></th><td class="number">([^<]*)<', plot)
    return [(address, int(count)) for address, count in found]


@pytest.mark.parametrize("name", ["distribution", "reasons", "outcomes"])
def test_each_count_of_a_plot_leads_down_to_its_days_and_hours(site: Site, name: str):
    counts = rows_of(html.unescape(site.page(OCTOBER)), name)
    ended = [each for each in counts if "not_issued" not in each[0]]
    address, count = max(ended, key=itemgetter(1))
    days = rows_of(html.unescape(site.page(address)), "followed")
    assert sum(each for _, each in days) == count > 1
    day, on_day = max(days, key=itemgetter(1))
    page = html.unescape(site.page(day))
    assert sum(each for _, each in rows_of(page, "followed")) == on_day
    assert "/visites/" not in page


def test_tickets_not_issued_lead_down_to_their_day(site: Site):
    counts = [
        each for each in rows_of(html.unescape(site.page(OCTOBER)), "reasons") if "not_issued" in each[0]
    ]
    address, count = counts[0]
    days = rows_of(html.unescape(site.page(address)), "followed")
    assert sum(each for _, each in days) == count > 0
    day, on_day = max(days, key=itemgetter(1))
    on_its_day = dict(rows_of(html.unescape(site.page(day)), "reasons"))
    assert [each for at, each in on_its_day.items() if address.partition("suivi=")[2] in at] == [on_day]


def test_the_dictionary_says_what_is_not_measured_and_why(site: Site):
    page = html.unescape(site.page("/qualite/dictionnaire?hall=laon"))
    assert "Aucun planning des guichets n’est tenu" in page
    assert 'id="device_presence"' in page


def test_bars_carry_their_values_and_names(drawings: Drawings):
    (svg,) = drawings.svgs([HOURS])
    assert svg is not None
    assert all(f">{text}<" in svg for text in ("9 h", "10 h", "4,2", "2,0", "visites"))


def test_lying_bars_carry_their_whole_names_and_values(drawings: Drawings):
    (svg,) = drawings.svgs([OUTCOMES])
    assert svg is not None
    assert all(f">{text}<" in svg for text in ("Expediente recibido", "Pièce manquante", "12", "étapes"))


def test_the_plot_names_median_percentile_and_target_at_their_marks(drawings: Drawings):
    (svg,) = drawings.svgs([WAITS])
    assert svg is not None
    assert all(f">{name}<" in svg for name in ("médiane", "9 sur 10", "objectif 15 min"))
    assert "legend" not in svg


def test_a_drawing_has_nothing_a_strict_policy_forbids(drawings: Drawings):
    (svg,) = drawings.svgs([WAITS])
    assert svg is not None
    assert not any(forbidden in svg for forbidden in ("style=", "<style", "<script", "href="))


def test_words_from_a_catalogue_cannot_become_markup(drawings: Drawings):
    (svg,) = drawings.svgs([MARKUP])
    assert svg is not None
    assert "<script>" not in svg
    assert "<b>" not in svg


def test_all_waits_unknown_draws_an_empty_plot(drawings: Drawings):
    (svg,) = drawings.svgs([UNKNOWN])
    assert svg is not None


def test_a_drawing_is_kept_by_its_specification(drawings: Drawings):
    (first,) = drawings.svgs([HOURS])
    (again,) = drawings.svgs([json.loads(json.dumps(HOURS))])
    assert first is again


def test_a_plot_that_cannot_be_drawn_is_none_and_does_not_raise():
    assert Drawings().svgs([{"mark": "nonsense", "encoding": 3}]) == [None]


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (0, [0, 1]),
        (0.4, [0, 1]),
        (4.2, [0, 1, 2, 3, 4, 5]),
        (16.8, [0, 5, 10, 15, 20]),
        (141, [0, 50, 100, 150]),
    ],
)
def test_axes_have_few_whole_ticks_up_to_the_highest_value(top: float, ticks: list[int]):
    assert whole_ticks(top) == ticks


@pytest.mark.parametrize(
    ("period", "language", "text"),
    [
        ("2026-11-24", "fr", "mardi 24 novembre 2026"),
        ("2026-11", "fr", "novembre 2026"),
        ("2026-Q4", "fr", "1er octobre – 31 décembre 2026"),
        ("2026-W53", "fr", "28 décembre 2026 – 3 janvier 2027"),
        ("2026-W48", "en", "23 November – 29 November 2026"),
        ("2026-Q4", "es", "1 de octubre – 31 de diciembre de 2026"),
        ("2026-11", "en", "November 2026"),
    ],
)
def test_a_period_is_written_in_words(period: str, language: str, text: str):
    assert period_text(parse_period(period), language) == text


def test_the_first_of_a_month_is_an_ordinal_in_french_only():
    assert day_text(date(2026, 11, 1), "fr") == "dimanche 1er novembre 2026"
    assert day_text(date(2026, 11, 21), "fr") == "samedi 21 novembre 2026"
    assert day_text(date(2026, 11, 1), "es") == "domingo, 1 de noviembre de 2026"


@pytest.mark.parametrize(("seconds", "shown"), [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (89.99, 1)])
def test_minutes_are_rounded_halves_up(seconds: float, shown: int):
    assert minutes(seconds) == shown


def test_numbers_follow_the_language():
    assert number(1234.5, "en", decimals=1) == "1,234.5"
    assert number(1234.5, "fr", decimals=1).replace("\u202f", " ") == "1 234,5"


def test_a_figure_without_a_sample_has_no_number():
    assert figure_number(Figure("wait_median", None, n=0), "fr") is None
    assert figure_number(Figure("within_target", 66.6667, n=3, count=2), "fr") == "67"


def test_a_limit_of_a_change_never_hides_its_side_of_zero():
    say = Sentence(Catalogues((("quality_levels", CATALOGUES),)).translate, "fr")
    shown = shown_change(Change(60, -18, 130, 20, 0.2, "unclear"), "s", Against("", ""), say)
    assert "entre \u22120,3 et +2,2" in shown.size
    shown = shown_change(Change(60, 0, 130, 20, 0.2, "unclear"), "s", Against("", ""), say)
    assert "entre +0 et +2" in shown.size
