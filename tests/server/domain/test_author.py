"""An author is the same person under each of their ids (docs/rules/pseudonyms.md)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.author import SYSTEM, Author

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
