"""People: failures to sign in cost ever more, never for good; an author is one person under each id."""

import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.author import SYSTEM, Author, is_pseudonym, last_year_over, link_ends_at, year_of
from server.domain.people.sign_ins import PACES, Failures, browser_name, failed_again, has_just_begun

MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
GAPS = st.lists(st.integers(min_value=0, max_value=3_000), max_size=60)


def test_the_paces_are_those_of_the_prose():
    prose = Path(__file__).parents[3] / "docs/rules/accounts.md"
    rows = re.findall(
        r"^\| a.* \| (\d+) \| (\d+) min \| (\d+) min \|$", prose.read_text("utf-8"), re.MULTILINE
    )
    minutes = [(p.free, p.longest // MINUTE, p.forgiven_after // MINUTE) for p in PACES.values()]
    assert sorted(minutes) == sorted(tuple(map(int, row)) for row in rows)
    assert len(rows) == 4


@pytest.mark.parametrize("kind", PACES)
def test_so_many_are_free_then_each_doubles_the_wait_to_the_longest(kind: str):
    pace, waits = PACES[kind], []
    failures: Failures | None = None
    for _ in range(pace.free + 12):
        failures = failed_again(failures, pace, NOW)
        waits.append(failures.wait_s(NOW))
    longest = int(pace.longest.total_seconds())
    assert waits[: pace.free] == [0] * pace.free
    assert waits[pace.free :] == [min(longest, 2 ** (n + 1)) for n in range(12)]


@pytest.mark.parametrize("kind", PACES)
@given(gaps=GAPS)
def test_no_wait_exceeds_the_longest_after_any_number_of_failures(kind: str, gaps: list[int]):
    pace, now = PACES[kind], NOW
    failures: Failures | None = None
    for gap in gaps:
        now += timedelta(seconds=gap)
        failures = failed_again(failures, pace, now)
        assert 0 <= failures.wait_s(now) <= pace.longest.total_seconds()
        assert failures.count >= 1
        assert failures.wait_s(now + pace.longest) == 0


def test_failures_are_forgotten_one_by_one_with_time():
    pace, failures = PACES["pair"], None
    for _ in range(pace.free + 1):
        failures = failed_again(failures, pace, NOW)
    assert failures is not None
    assert has_just_begun(failures, pace)
    later = failed_again(failures, pace, NOW + 2 * pace.forgiven_after)
    assert later.count == pace.free
    assert later.wait_s(later.failed_at) == 0
    assert failed_again(failures, pace, NOW + timedelta(days=2)).count == 1


def test_a_clock_set_back_forgives_nothing():
    pace = PACES["pair"]
    failures = failed_again(failed_again(None, pace, NOW), pace, NOW - timedelta(hours=3))
    assert failures.count == 2


CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Edg/142.0.0.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {CHROME}", "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.14", ""),
    ],
)
def test_a_browser_is_named_by_two_words(user_agent: str, name: str):
    assert browser_name(user_agent) == name


ADA = Author("of-2027", account="ada", former=frozenset({"of-2026", "ada"}))
IDS = st.text(alphabet="abc", max_size=2)


@given(IDS, st.frozensets(IDS, max_size=2), IDS | st.none())
def test_an_author_is_named_by_the_own_id_and_former_ones_only(
    own: str, former: frozenset[str], other: str | None
):
    author = Author(own, former=former)
    assert author.ids == {own, *former}
    assert author.is_same(other) is (other in author.ids)
    assert author.as_in(other) == (other if author.is_same(other) else own)


def test_a_person_is_compared_with_accounts_by_the_account():
    assert ADA.person_id == "ada"
    assert SYSTEM.person_id == "system"


@pytest.mark.parametrize(
    ("body", "author"),
    [
        *(({"account": "ada"}, "ada"), ({"account": "aaa"}, "of-2027"), ({"account": "zoe"}, "of-2027")),
        *(({}, "of-2027"), ({"counter": "ada"}, "of-2027")),
    ],
)
def test_only_a_fact_about_ones_own_account_names_the_account(body: dict[str, object], author: str):
    assert ADA.writing(body).id == author


def test_an_author_without_an_account_writes_under_its_own_id():
    assert SYSTEM.writing({"account": None}) is SYSTEM
    assert SYSTEM.writing({"account": "ada"}) is SYSTEM


SECOND = timedelta(seconds=1)
INSTANTS = st.integers(0, 16 * 365 * 86_400).map(lambda s: datetime(2024, 1, 1, tzinfo=UTC) + s * SECOND)
KEPT = st.integers(31, 1826).map(lambda days: timedelta(days=days))


@pytest.mark.parametrize(("hour", "year"), [(0, 2026), (1, 2026), (2, 2027)])
def test_a_year_begins_at_midnight_utc_wherever_the_clock_is(hour: int, year: int):
    assert year_of(datetime(2027, 1, 1, hour, tzinfo=timezone(timedelta(hours=2)))) == year


@pytest.mark.parametrize(
    ("kept", "year", "ends_at"),
    [
        (365, 2026, datetime(2028, 1, 1, tzinfo=UTC)),
        (31, 2026, datetime(2027, 2, 1, tzinfo=UTC)),
        (366, 2027, datetime(2029, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_link_ends_a_time_after_its_year(kept: int, year: int, ends_at: datetime):
    assert link_ends_at(year, timedelta(days=kept)) == ends_at


@given(INSTANTS, KEPT)
def test_the_links_that_a_purge_erases_are_those_whose_time_is_over(now: datetime, kept: timedelta):
    last = last_year_over(now, kept)
    assert link_ends_at(last, kept) <= now < link_ends_at(last + 1, kept)


@given(st.integers(2026, 2040), KEPT)
def test_a_link_is_erased_at_its_instant_and_not_before(year: int, kept: timedelta):
    ends_at = link_ends_at(year, kept)
    assert last_year_over(ends_at, kept) == year
    assert last_year_over(ends_at - timedelta(microseconds=1), kept) == year - 1


def test_only_a_random_id_is_a_pseudonym():
    assert is_pseudonym(str(uuid.UUID(int=5, version=4)))
    assert not is_pseudonym("01939a3e-7c2b-7d1e-8a5f-0123456789ab")
    assert not is_pseudonym("system")
    assert not is_pseudonym(f"{uuid.UUID(int=5, version=4)}0")
