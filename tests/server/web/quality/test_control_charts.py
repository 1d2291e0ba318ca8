"""Control charts on the pages of figures: signals in words and forms, partial periods, samples."""

import html
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.control import Point, xmr
from server.domain.quality.periods import PeriodKind, period_of
from server.language import Catalogues
from server.usecases.typed_figures import annotate_day
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.trends import (
    ControlWords,
    chart_text,
    control_plot,
    named_in_sentence,
    small_chart,
    ticks_around,
)
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days
from tests.server.web.quality.test_quality import CATALOGUES, SERVER, Site

MONTHS = [period_of(PeriodKind.MONTH, date(2026, month, 1)) for month in range(1, 13)]
FRENCH = Sentence(
    Catalogues((("server", SERVER / "translations"), ("control_charts", CATALOGUES))).translate, "fr"
)
NAMES = [named_in_sentence(month, FRENCH) for month in MONTHS]
EVENT = date(2026, 10, 12)
JULY = xmr([Point(value, 500) for value in (10, 12, 9, 11, 10, 12, 30, 10, 12, 11, 10, 12)])
RISEN = xmr([*(Point(value, 500) for value in (9, 3, 9, 3)), *([Point(8, 500)] * 8)])


def said(page: str, where: str) -> str:
    found = re.search(rf'<section id="{where}">.*?</section>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0])))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """Laon and Vervins with ten weeks of visits from Monday 14 September 2026; today is Friday 20 November.

    Laon has three times as many from 12 October.
    """
    place = tmp_path_factory.mktemp("control") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    chance = random.Random(2)
    for week in range(10):
        monday = date(2026, 9, 14) + timedelta(weeks=week)
        play_days(database, monday, 2, a_day=8 if monday < EVENT else 24)
        for day in (monday, monday + timedelta(days=1)):
            with database.transaction("vervins", SYSTEM) as transaction:
                played = PlayedDay(transaction, day, chance, counter="vervins-g1")
                for rank in range(1, 9):
                    played.visit(rank, "vervins-accueil", played.local(9 + rank / 4), "served")
    annotate_day(database, "laon", SYSTEM, EVENT, "3ᵉ guichet ouvert")
    annotate_day(database, "laon", SYSTEM, EVENT + timedelta(days=7), "Travaux")
    annotate_day(database, "laon", SYSTEM, date(2026, 11, 16), "Grève")
    yield Site(database)
    database.close()


def test_a_point_outside_is_named_in_a_sentence():
    text = chart_text(JULY, NAMES, "min", FRENCH)
    assert text.startswith("Limites habituelles\u00a0: de ")
    assert "(12 périodes complètes)" in text
    assert text.endswith("Juillet 2026 sort des limites habituelles.")


def test_a_run_is_named_from_its_first_to_its_last():
    text = chart_text(RISEN, NAMES, "%", FRENCH)
    assert "8 périodes de suite au-dessus du milieu (mai 2026 – décembre 2026)." in text


def test_many_signals_name_the_latest_and_count_the_others():
    values = [100 if at % 40 == 0 else 20 - at % 3 * 10 for at in range(280)]
    text = chart_text(
        xmr([Point(value, 500) for value in values]), [str(at) for at in range(280)], "min", FRENCH
    )
    assert text.endswith("120, 160, 200, 240 et 3 autres sortent des limites habituelles.")


def test_fewer_than_eight_periods_say_so():
    text = chart_text(xmr([Point(3, 40)] * 7), NAMES[:7], "min", FRENCH)
    assert text == "Moins de 8 périodes complètes\u00a0: pas encore de limites habituelles."


def test_each_reading_has_a_form_of_its_own():
    partial = xmr([*(read.point for read in JULY.reads), Point(90, 500, is_judged=False)])
    names = [mark.name for mark in small_chart(partial, "", "").marks]
    assert names == ["usual"] * 6 + ["outside"] + ["usual"] * 5 + ["not_judged chosen"]
    paths = {mark.name.split()[0]: mark.path.split("m")[1] for mark in small_chart(partial, "", "").marks}
    assert len(set(paths.values())) == 3
    labels = [str(at) for at in range(13)]
    [svg] = Drawings().svgs([control_plot(partial, labels, words=ControlWords("min"), width=280)])
    assert svg is not None
    axis = svg[svg.index("role-axis-label", svg.index("role-axis-label") + 1) :]
    assert re.findall(r">(\d+)</text>", axis)[:6] == ["0", "20", "40", "60", "80", "100"]
    forms = set(re.findall(r'<path aria-label="[^"]*reading: (\w+)', svg))
    assert forms == {"usual", "outside", "not_judged"}


def test_a_small_chart_breaks_its_line_where_nobody_was_counted():
    chart = xmr([Point(value, 500) for value in (1, 2, None, 3, 4)])
    assert len(small_chart(chart, "", "").lines) == 2


@pytest.mark.parametrize(
    ("heights", "ticks"),
    [
        ([], [0, 1]),
        ([3, 9], [0, 2, 4, 6, 8, 10]),
        ([69, 81], [65, 70, 75, 80, 85]),
        ([99, 100], [99, 100]),
        ([100], [100]),
    ],
)
def test_an_axis_begins_at_zero_unless_all_heights_lie_above_half(heights: list[float], ticks: list[int]):
    assert ticks_around(heights) == ticks


def test_weeks_have_limits_and_the_running_one_is_not_judged(site: Site):
    page = site.page("/qualite/explorer?hall=laon&du=2026-09-14&au=2026-11-22")
    visits = said(page, "trend_visits")
    assert "20 jours avec des visites. Limites habituelles" in visits
    assert "(9 périodes complètes)" in visits
    assert "Losange\u00a0: hors des limites." in html.unescape(page)
    assert re.search(r"16 novembre – 22 novembre 2026 [\d,]+ 2 non jugé", visits)


@pytest.mark.parametrize(
    "path", ["/qualite?hall=laon&jour=2026-10-20", "/qualite/explorer?hall=laon&du=2026-10-19&au=2026-10-23"]
)
def test_charts_of_a_young_hall_say_once_that_they_have_no_limits_and_how_to_read_them(site: Site, path: str):
    page = html.unescape(site.page(path))
    assert page.count("pas encore de limites habituelles. La bande claire") == 1
    assert page.count("périodes complètes") == 1 + page.count('class="line"')  # each line says it unseen too
    assert page.count("La bande claire") == 1


def test_the_summary_says_the_limits_of_counts_per_open_day(site: Site):
    page = site.page("/qualite?hall=laon&duree=week&jour=2026-11-18")
    tile = re.search(r'data-figure="visits">.*?</div>', page, re.DOTALL)
    assert tile is not None
    assert re.search(r"de [\d,]+ à [\d,]+\u00a0par jour d’accueil \(9 périodes complètes\)", tile[0])
    assert 'class="not_judged chosen"' in tile[0]


def test_a_remark_leads_to_the_days_before_and_after_it(site: Site):
    for page in (
        "/qualite?hall=laon&jour=2026-10-20&duree=month",
        "/qualite/explorer?hall=laon&duree=month&jour=2026-10-20",
    ):
        link = re.search(r'href="(/qualite/explorer\?[^"]*=2026-10-12[^"]*)#avant-apres"', site.page(page))
        assert link is not None
        assert 'id="avant-apres"' in site.page(html.unescape(link[1]))


def test_the_change_at_a_remark_stands_beside_that_of_other_halls(site: Site):
    event = said(site.page("/qualite/explorer?hall=laon&du=2026-10-12&au=2026-10-12"), "avant-apres")
    assert "4 semaines de chaque côté, du 14 septembre 2026 au 9 novembre 2026" in event
    assert "rien d’autre n’a changé ce jour-là, et que les autres lieux (Sous-préfecture de Vervins)" in event
    assert "Autres remarques de ces jours : lundi 19 octobre 2026, Travaux" in event
    visits = event[event.index("Visites") : event.index("Attente médiane")]
    assert "A augmenté +" in visits
    assert "Au-dessus de l’évolution des autres +" in visits


def test_all_halls_together_have_no_others_beside(site: Site):
    page = site.page("/qualite/explorer?hall=laon&hall=vervins&du=2026-10-12&au=2026-10-12")
    assert "rien d’autre n’a changé ce jour-là. " in said(page, "avant-apres")
    assert "Autres lieux" not in said(page, "avant-apres")


def test_too_few_days_after_a_remark_are_not_compared(site: Site):
    event = said(site.page("/qualite/explorer?hall=laon&du=2026-11-16&au=2026-11-16"), "avant-apres")
    assert "rien à comparer pour le moment" in event


def test_a_day_without_a_remark_has_no_before_and_after(site: Site):
    assert "avant-apres" not in site.page("/qualite/explorer?hall=laon&du=2026-10-13&au=2026-10-13")
