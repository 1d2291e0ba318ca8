"""« Que font les autres ? »: a file of another hall beside ours; nothing is kept of it."""

import html
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.domain.quality.open_file import COLUMNS, LARGEST_BYTES
from server.store.tables import metadata
from server.usecases.quality.indicators import Days
from server.usecases.quality.periods import read_open_month
from server.web.pages.public_hall.others import routes
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import Hands, database_with_hall, play_days
from tests.server.web.quality.test_quality import Site

MONTH = Days(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("others") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, MONTH.starts_on, 28, a_day=30)
    yield Site(database, routes)
    database.close()


def line(name: str, unit: str, *values: object) -> str:
    cells = ["2026-10", 20, "2026-10-01", "2026-10-30", "", "", name, unit, *values]
    return ",".join(map(str, cells))


def sent(site: Site, *lines: str, **more: Any) -> Any:
    text = "\n".join((",".join(COLUMNS), *lines))
    return site.client.post("/qualite/autres", data={"texte": text, "place": ["laon"], **more})


def row(page: str, name: str) -> list[str]:
    found = re.search(rf'dictionnaire#{name}">.*?</tr>', page, re.DOTALL)
    assert found is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[0], re.DOTALL)
    return [html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell))).strip() for cell in cells]


def test_only_intervals_that_do_not_touch_say_anything(site: Site):
    own = {figure["indicator"]: figure for figure in read_open_month(site.database, "laon", MONTH)}
    high, share = own["wait_median"]["high"], own["within_target"]
    assert high is not None
    answer = sent(
        site,
        line("wait_median", "s", high + 120, 500, "", high + 60, high + 180, 20),
        line("within_target", "percent", share["value"], 500, "", share["low"], share["high"], 20),
        line("visits_departed", "percent", 5, 500, "", "", "", ""),
        line("service_mean", "s", "", "", "few_agents", "", "", ""),
        nom="Mairie <b>",
    )
    assert answer.status_code == 200
    assert "octobre 2026</h2>" in answer.text
    assert "Mairie &lt;b&gt;" in answer.text
    assert row(answer.text, "wait_median")[-1] == "plus bas"
    assert row(answer.text, "within_target")[-1] == "on ne peut pas dire"
    assert row(answer.text, "visits_departed")[-1] == "on ne peut pas dire"
    assert row(answer.text, "service_mean")[0] == "moins de trois agents"
    places = [answer.text.index(f"dictionnaire#{name}") for name in ("wait_median", "visits_departed")]
    assert places == sorted(places)


def test_what_was_read_stands_in_the_form_and_nowhere_else(site: Site):
    before = counts(site)
    first = sent(site, line("visits", "visits", 812, 812, "", 36.2, 41.0, 20), place=["laon", "vervins"])
    assert counts(site) == before
    again = re.search(r"<textarea[^>]*>(.*?)</textarea>", first.text, re.DOTALL)
    assert again is not None
    data = {"texte": html.unescape(again[1]), "place": ["laon", "vervins"]}
    assert row(site.client.post("/qualite/autres", data=data).text, "visits") == row(first.text, "visits")
    assert len(row(first.text, "visits")) == 5


def counts(site: Site) -> dict[str, int]:
    names = [table.name for table in metadata.sorted_tables if "rollup" not in table.name]
    return {name: len(all_rows(site.database, f"SELECT 1 FROM {name}")) for name in names}


def test_a_refused_file_is_said_beside_its_field(site: Site):
    answer = site.client.post("/qualite/autres", data={"fichier": (io.BytesIO(b"a,b"), "x.csv")})
    assert answer.status_code == 422
    assert re.search(r'id="fichier-refused">\s*Ce n’est pas un fichier de données ouvertes', answer.text)
    for size in (LARGEST_BYTES + 1, 3 * LARGEST_BYTES):
        answer = site.client.post("/qualite/autres", data={"texte": "x" * size})
        assert answer.status_code == 413
        assert "Ce fichier est trop lourd : 2 Mo au plus" in answer.text.replace("\u00a0", " ")
    assert sent(site, line("visits", "visits", "un"), place="soissons").status_code == 404
