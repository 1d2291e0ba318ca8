"""The explorer's half hours: which one is lost, and of which nothing is said."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.language import Catalogues
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality.half_hours_plot import half_hours_plots
from server.web.pages.quality.query import read_query
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days
from tests.server.web.quality.test_quality import CATALOGUES, Site

EXPLORER = "/qualite/explorer?hall=laon"
MONTH = f"{EXPLORER}&du=2026-10-01&au=2026-10-31"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("half_hours") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, date(2026, 10, 19), 12, a_day=40)
    yield Site(database)
    database.close()


def test_the_half_hour_that_is_lost_is_named_with_its_part_of_all(site: Site):
    days = [
        Rollup(
            {
                CellKey("h", "s", "walk_in", each % 5, at, "served"): Tally(
                    waits={900: (10, 0)}, legs=10, visits=10, called_with_target=10, within_target=within
                )
                for at, within in ((20, 9), (23, 3), (24, 7), (30, 9))
            }
        )
        for each in range(20)
    ]
    first = date(2026, 10, 1)
    found = HallDays(
        "h", first, first + timedelta(20), {first + timedelta(n): day for n, day in enumerate(days)}, {}
    )
    folders = (("quality", CATALOGUES), ("quality_levels", CATALOGUES))
    words = Sentence(Catalogues(folders).translate, "fr")
    query = read_query(MultiDict(), site.halls[:1], first, "fr")
    [plot] = half_hours_plots(found, found.whole(), query, words)
    said = "La demi-heure de 11 h 30 à 12 h : 7,0 attentes par jour hors objectif, 58 % de toutes."
    assert plot.sentence.replace("\u00a0", " ") == said
    assert [row[-1] for row in plot.rows] == ["mieux", "moins bien", "", "mieux"]


def test_half_hours_say_nothing_of_fewer_than_ten_waits(site: Site):
    answer = site.client.get(MONTH.replace("/explorer?", "/explorer/half_hours.csv?"))
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    few = [row for row in rows[1:] if row[2] == "moins de 10"]
    assert few
    assert all(row[3:] == [""] * 7 for row in few)
    assert all(int(row[2]) >= 10 for row in rows[1:] if row not in few)
    week = site.page(f"{EXPLORER}&du=2026-10-19&au=2026-10-25")
    assert "Moins de 8 jours d’accueil : on ne peut pas dire" in week.replace("\u00a0", " ")
