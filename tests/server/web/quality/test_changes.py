"""What pages say of intervals, changes and targets; parts judged together; the days of a year before."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.doubt import Change, Interval
from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.domain.quality.targets import Target
from server.language import Catalogues
from server.usecases.configuration.publication import publish_installation
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality.changes import Against, interval_text, shown_change, shown_verdict
from server.web.pages.quality.comparisons import OpenDays, comparisons_of, has_new_target
from server.web.pages.quality.query import ExplorerQuery
from server.web.rendering.viewer import Sentence
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall, play_days
from tests.server.web.quality.test_quality import CATALOGUES, Site

WORDS = Sentence(Catalogues((("quality", CATALOGUES), ("quality_levels", CATALOGUES))).translate, "fr")
MAY = Against("par rapport à mai", "en mai")
JUNE = date(2026, 6, 1)
TARGET = Target("papers", 900, 80, date(2026, 1, 1), JUNE, "Comité", "t", datetime(2026, 1, 1, tzinfo=UTC))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("change", "said", "size"),
    [
        (Change(360, 120, 600, 20, 0.01, "up"), "A augmenté", "+6 min par rapport à mai, entre +2 et +10"),
        (Change(-480, -840, -60, 20, 0.01, "down"), "A baissé", "−8 min par rapport à mai, entre −14 et −1"),
        (
            Change(36, -30, 90, 20, 0.3, "unclear"),
            "Ne se distingue pas du hasard",
            "+0,6 min par rapport à mai, entre −0,5 et +1,5",
        ),
        (
            Change(2, -600, 600, 20, 0.9, "unclear"),
            "Ne se distingue pas du hasard",
            "Pas d’écart par rapport à mai, entre −10,0 et +10,0",
        ),
        (
            Change(360, None, None, 3, None, "few_days"),
            "Trop peu de jours pour comparer : 3 jours, il en faut 8",
            "",
        ),
        (Change(None, None, None, 0, None, "few_days"), "Rien à comparer en mai", ""),
        (Change(360, None, None, 20, None, "unclear"), "Rien à comparer en mai", ""),
    ],
)
def test_no_size_of_a_change_stands_without_its_interval(change: Change, said: str, size: str):
    shown = shown_change(change, "s", MAY, WORDS)
    assert (plain(shown.said), plain(shown.size)) == (said, size)


def test_numbers_change_by_open_day_and_shares_by_points():
    change = Change(-4.06, -11.2, 3.24, 20, 0.2, "unclear")
    assert shown_change(change, "visits", MAY, WORDS).size.startswith("−4,1 par jour par rapport à mai")
    assert shown_change(Change(1.2, -4, 6, 20, 0.5, "unclear"), "percent", MAY, WORDS).size.startswith(
        "+1 point "
    )


@pytest.mark.parametrize(
    ("interval", "unit", "text"),
    [
        (Interval(2040, 2520, 20), "s", "entre 34 et 42 min"),
        (Interval(90, 126, 20), "s", "entre 1,5 et 2,1 min"),
        (Interval(7.23, 10.1, 20), "tickets", "entre 7,2 et 10,1 par jour"),
        (Interval(67.7, 79.4, 20), "visits", "entre 68 et 79 par jour"),
        (Interval(900, 900, 20), "s", "le même tous les jours"),
        (None, "s", ""),
    ],
)
def test_an_interval_is_short_and_has_a_decimal_only_where_it_needs_one(
    interval: Interval | None, unit: str, text: str
):
    assert plain(interval_text(interval, unit, WORDS)) == text  # type: ignore[arg-type]


def test_a_limit_that_rounds_to_the_target_shows_on_which_side_it_lies():
    assert plain(interval_text(Interval(59, 79.7, 20), "percent", WORDS, target=80)) == "entre 59,0 et 79,7 %"


def day(waits: Sequence[int], *, service: str = "papers", half_hour: int = 18) -> Rollup:
    """A day of called visitors, in time within 15 minutes."""
    tally = Tally(visits=len(waits), legs=len(waits), called_with_target=len(waits))
    for wait in waits:
        tally.waits[wait] = (tally.waits.get(wait, (0, 0))[0] + 1, 0)
        tally.within_target += wait <= 900
    return Rollup({CellKey("hall", service, "walk_in", 1, half_hour, "served"): tally} if waits else {})


@pytest.mark.parametrize(
    ("late", "verdict"),
    [([0] * 20, "met"), ([8] * 20, "missed"), ([0, 6] * 10, "cannot_say"), ([0] * 3, "few_days")],
)
def test_a_target_is_reached_missed_or_cannot_be_told(late: list[int], verdict: str):
    days = [day([60 + n for n in range(20 - each)] + [2000] * each) for each in late]
    shown = shown_verdict(days, TARGET, JUNE, WORDS)
    assert shown is not None
    assert shown.verdict == verdict
    assert ("entre" in shown.detail) == (verdict != "few_days")


def test_a_target_without_waits_has_no_verdict():
    assert shown_verdict([Rollup()] * 20, TARGET, JUNE, WORDS) is None


def hall_days(first: date, slow: int = 60, *, target: Target = TARGET) -> OpenDays:
    """Twenty days of two services that vary alike; the waits of one are longer by `slow` seconds."""
    days = {}
    for n in range(20):
        both = day([300 + 40 * (n * 7 % 5) + k for k in range(12)])
        both.add(day([200 + 40 * (n * 3 % 5) + slow + k for k in range(12)], service="permits", half_hour=20))
        days[first + timedelta(days=n)] = both
    found = HallDays("hall", first, first + timedelta(days=20), days, {"papers": target})
    return OpenDays(found, days)


QUERY = ExplorerQuery([], JUNE, date(2026, 7, 1), "fr")


def test_of_parts_that_vary_alike_none_can_be_told_from_chance():
    found = comparisons_of(hall_days(JUNE), hall_days(date(2026, 5, 1)), QUERY, MAY, WORDS)
    assert not found.standing
    assert len(found.others) > 8


def test_a_part_that_really_changed_stands_among_the_others():
    found = comparisons_of(hall_days(JUNE, 1200), hall_days(date(2026, 5, 1)), QUERY, MAY, WORDS)
    assert {(row.part, row.name) for row in found.standing} >= {
        ("permits", "wait_median"),
        ("10\u00a0h", "wait_p90"),
    }
    assert all(row.part in ("permits", "10\u00a0h") for row in found.standing)
    assert all(row.change.direction == "unclear" for row in found.others)


def test_shares_within_a_target_that_changed_meanwhile_are_not_compared():
    changed = replace(TARGET, applies_from_on=JUNE + timedelta(days=4))
    now, before = hall_days(JUNE, target=changed), hall_days(date(2026, 5, 1))
    assert has_new_target(now, before, QUERY)
    assert not has_new_target(hall_days(JUNE), before, QUERY)
    found = comparisons_of(now, before, QUERY, MAY, WORDS)
    assert "within_target" not in {row.name for row in found.others}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """Laon in two weeks of October 2026, and in those of 52 weeks before but their first day."""
    place = tmp_path_factory.mktemp("changes") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(), "laon", "vervins")
    play_days(database, date(2025, 10, 21), 11, a_day=12)
    play_days(database, date(2026, 10, 19), 12, a_day=12)
    yield Site(database)
    database.close()


def test_the_explorer_says_which_days_a_year_before_it_took(site: Site):
    page = plain(site.page("/qualite/explorer?hall=laon&du=2026-10-19&au=2026-10-30&contre=annee"))
    assert "9 jours comparés chacun au même jour de la semaine, 52 semaines plus tôt" in page
    assert "Les vacances scolaires des deux années ne sont pas saisies" in page
    assert re.search(r"Laissés de côté[^:]*: lundi 19 octobre 2026\.", page)
    assert re.search(r"mardi 20 octobre 2026</th><td>\s*mardi 21 octobre 2025<", page)
    assert "par rapport aux mêmes jours, un an avant" in page


YEAR_BEFORE = "/qualite/explorer?hall=laon&du=2026-10-19&au=2026-10-30&contre=annee"


@pytest.fixture
def with_holidays(site: Site) -> Iterator[Callable[..., str]]:
    """The page of a year before, in plain words, with these school holidays at each site."""

    def page(*holidays: tuple[str, str, str]) -> str:
        document = json.loads((HALLS / "installation.json").read_bytes())
        for each in document["sites"]:
            each["school_holidays"] = [
                {"name": name, "starts_on": first, "last_on": last} for name, first, last in holidays
            ]
        publish_installation(site.database, SYSTEM, json.dumps(document).encode())
        return plain(site.page(YEAR_BEFORE))

    yield page
    page()


LAST_YEAR, THIS_YEAR = ("Toussaint", "2025-10-18", "2025-10-26"), ("Toussaint", "2026-10-24", "2026-11-01")


def test_the_page_says_which_school_holidays_it_compared_and_with_which(with_holidays: Callable[..., str]):
    page = with_holidays(LAST_YEAR, THIS_YEAR)
    assert (
        "9 jours comparés chacun au même jour de la semaine un an avant : 4 en vacances scolaires à des jours"
        " de vacances, 5 hors vacances à des jours hors vacances" in page
    )
    assert re.search(r"mardi 27 octobre 2026</th><td>\s*mardi 21 octobre 2025 <[^>]*>\(Toussaint\)<", page)
    assert re.search(r"lundi 19 octobre 2026</th><td>\s*lundi 27 octobre 2025<", page)
    assert re.search(r"Laissés de côté[^:]*: lundi 26 octobre 2026\.", page)
    assert "ne sont pas saisies" not in page
    assert "Du 20 octobre 2025 au 31 octobre 2025 (9 jours)" in page


def test_where_every_day_is_within_school_holidays_the_page_says_it_once(with_holidays: Callable[..., str]):
    page = with_holidays(("Toussaint", "2025-10-18", "2025-11-02"), ("Toussaint", "2026-10-17", "2026-11-01"))
    assert "9 jours de vacances scolaires comparés chacun à un jour de vacances" in page


def test_the_page_says_which_days_have_no_counterpart(with_holidays: Callable[..., str]):
    page = with_holidays(("Pont", "2025-11-01", "2025-11-02"), THIS_YEAR)
    assert (
        "4 jours comparés chacun au même jour de la semaine un an avant,"
        " hors vacances scolaires les deux années" in page
    )
    assert (
        "Sans équivalent, en vacances scolaires l’une des deux années seulement :"
        " du lundi 26 octobre 2026 au vendredi 30 octobre 2026." in page
    )
    assert "Rien à comparer" not in page.partition("<main")[2].partition('id="demarches"')[0]


def test_school_holidays_of_one_year_only_change_nothing(with_holidays: Callable[..., str]):
    without, with_one = with_holidays(), with_holidays(THIS_YEAR)
    part = [page.partition('class="matched"')[2].partition("</section>")[0] for page in (without, with_one)]
    assert part[0] == part[1]
    assert "9 jours comparés" in part[0]


def test_every_figure_of_the_explorer_with_an_interval_shows_it(site: Site):
    page = plain(site.page("/qualite/explorer?hall=laon&du=2026-10-19&au=2026-10-30"))
    for section in ("chiffres", "demarches", "heures", "indicateurs"):
        part = page.partition(f'<section id="{section}">')[2].partition("</section>")[0]
        assert re.search(r'class="between">entre [\d,]+ et [\d,]+ (min|%|par jour)<', part), section


def test_a_withheld_figure_has_no_interval(site: Site):
    page = plain(site.page("/qualite/explorer?hall=laon&du=2026-10-19&au=2026-10-30"))
    row = re.search(r'#service_median"[^<]*<.*?</tr>', page.partition('id="indicateurs"')[2], re.DOTALL)
    assert row is not None
    assert "moins de trois" in row[0].lower()
    assert "between" not in row[0]
