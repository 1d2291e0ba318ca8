"""The explorer says how announced waits came true, first in a sentence, then by length, class and hour."""

from collections import Counter
from datetime import date, timedelta

from server.domain.quality.grades import Grades
from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.language import Catalogues
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality.comparisons import OpenDays
from server.web.pages.quality.waits import announced_waits, of_hundred
from server.web.rendering.viewer import Sentence
from tests.server.web.quality.test_quality import CATALOGUES

FIRST = date(2026, 10, 1)
WORDS = Sentence(Catalogues((("quality", CATALOGUES), ("quality_levels", CATALOGUES))).translate, "fr")


def counts(length: str, inside: int, above: int, below: int) -> Counter[str]:
    """So many announcements of a length, the simple sum twice as far off; two more left before the end."""
    called = inside + above + below
    sums = {"told": called, "called": called, "inside": inside, "above": above, "compared": called}
    sums |= {"width_s": 900 * called, "score_s": 1800 * called}
    sums |= {"own_error_s": 300 * called, "simple_error_s": 630 * called}
    return Counter({f"{length}.{name}": n for name, n in sums.items()} | {"left_before": 2})


def open_days(*parts: tuple[int, str, Counter[str]], n_days: int = 10) -> OpenDays:
    """Days alike. `parts`: the half hour and class in which the announcements are counted."""
    day = Rollup(
        {
            CellKey("h", "s", leg_class, 0, at, "served"): Tally(legs=9, announced=each)
            for at, leg_class, each in parts
        }
    )
    days = {FIRST + timedelta(n): day for n in range(n_days)}
    return OpenDays(HallDays("h", FIRST, FIRST + timedelta(n_days), days, {}), days.keys())


def test_a_sentence_says_how_many_of_a_hundred_were_called_in_the_range():
    few = (20, "priority", counts("over_90", 0, 0, 1))
    days = open_days((18, "walk_in", counts("none", 9, 1, 0)), (18, "priority", counts("until_20", 6, 2, 2)))
    found = announced_waits(days, WORDS)
    assert found is not None
    said = [each.replace("\u00a0", " ") for each in found.said]
    assert said[0] == (
        "Sur 100 personnes, 75 ont été appelées dans la fourchette annoncée, 15 plus tard, 10 plus tôt."
    )
    assert said[1].endswith(": 60 dans la fourchette, 20 plus tard, 20 plus tôt.")
    assert "de 5,0 min en moyenne" in said[2]
    assert "de 10,5 min sur les mêmes tickets (200)" in said[2]
    assert said[3].startswith("17 % des attentes terminées n’ont pas d’annonce vérifiée : départ avant")
    [few_days] = announced_waits(open_days(few, n_days=2), WORDS).said[:1]  # type: ignore[union-attr]
    assert few_days.replace("\u00a0", " ") == "Trop peu d’annonces vérifiées pour en dire une part : 2."


def test_a_row_has_its_interval_and_fewer_than_ten_announcements_give_no_share():
    days = open_days(
        (18, "walk_in", counts("until_20", 6, 2, 2)), (24, "walk_in", counts("over_90", 1, 0, 0)), n_days=9
    )
    found = announced_waits(days, WORDS)
    assert found is not None
    rows = {row.name.replace("\u00a0", " "): row for _, rows in found.groups for row in rows}
    assert [each.replace("\u00a0", " ") for each in rows["9 h"].cells] == [
        *("60 %", "20 %", "20 %", "15 min", "30 min"),
    ]
    assert rows["15 ou 20 min"].between.startswith("entre ")
    assert (rows["plus de 90 min"].checked, rows["plus de 90 min"].cells) == ("9", ())
    assert len({len(row) for row in found.table.rows}) == 1
    week = announced_waits(open_days((18, "walk_in", counts("until_20", 6, 2, 2)), n_days=7), WORDS)
    assert week is not None
    assert not any(row.between for _, rows in week.groups for row in rows)


def test_parts_of_a_hundred_add_up():
    for inside, above in ((1, 1), (2, 0), (333, 333), (5, 1)):
        grades = Grades(told=inside + above + 1, inside=inside, above=above)
        assert sum(of_hundred(grades)) == 100


def test_days_without_a_graded_announcement_have_no_section():
    assert announced_waits(open_days((18, "walk_in", Counter(not_told=5))), WORDS) is None
