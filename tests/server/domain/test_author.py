"""An author is the same person under each of their ids (docs/rules/pseudonyms.md)."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.author import SYSTEM, Author, is_pseudonym, last_year_over, link_ends_at, year_of

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
