"""Control charts on the pages of figures: signals in words and forms, partial periods, samples."""

import html
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from server.domain.quality.control import Point, xmr
from server.domain.quality.periods import PeriodKind, period_of
from server.language import Catalogues
from server.web.pages.quality.control_specs import ControlWords, control_plot, ticks_around
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.trends import chart_text, named_in_sentence, small_chart
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days
from tests.server.web.quality.test_quality import CATALOGUES, SERVER, Site

MONTHS = [period_of(PeriodKind.MONTH, date(2026, month, 1)) for month in range(1, 13)]
FRENCH = Sentence(
    Catalogues((("server", SERVER / "translations"), ("control_charts", CATALOGUES))).translate, "fr"
)
NAMES = [named_in_sentence(month, FRENCH) for month in MONTHS]
JULY = xmr([Point(value, 500) for value in (10, 12, 9, 11, 10, 12, 30, 10, 12, 11, 10, 12)])
RISEN = xmr([*(Point(value, 500) for value in (9, 3, 9, 3)), *([Point(8, 500)] * 8)])


def said(page: str, where: str) -> str:
    found = re.search(rf'<section id="{where}">.*?</section>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found[0])))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """Laon with nine weeks of visits from Monday 14 September 2026; today is Friday 20 November."""
    place = tmp_path_factory.mktemp("control") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    for week in range(10):
        play_days(database, date.fromordinal(date(2026, 9, 14).toordinal() + 7 * week), 2, a_day=8)
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


def test_the_summary_says_the_limits_of_counts_per_open_day(site: Site):
    page = site.page("/qualite?hall=laon&duree=week&jour=2026-11-18")
    tile = re.search(r'data-figure="visits">.*?</div>', page, re.DOTALL)
    assert tile is not None
    assert re.search(r"de [\d,]+ à [\d,]+\u00a0par jour d’accueil \(9 périodes complètes\)", tile[0])
    assert 'class="not_judged chosen"' in tile[0]
