"""One word per thing: tables, facts, permissions, roles, states and end reasons are in the glossary."""

import re

from server.domain.facts import FactKind
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.domain.visits.gestures import Verb
from server.domain.visits.transitions import EndReason, LegState
from server.store.tables import metadata
from tests.docs.documents import rows_of, words_of
from tests.harness.sources import assert_faultless

GLOSSARY = words_of("glossary")


def is_in_glossary(term: str) -> bool:
    """Whether the glossary has the term as written in code, or as words."""
    return f" {term.lower()} " in GLOSSARY or f" {term.lower().replace('_', ' ')} " in GLOSSARY


def words(fact: FactKind) -> list[str]:
    """The words of a fact's name."""
    return re.findall(r"[A-Z][a-z]+", fact)


def test_a_table_is_named_with_a_glossary_word():
    # the journals are tables of facts
    unknown = [table for table in metadata.tables if not is_in_glossary(table.removesuffix("_fact"))]
    assert not unknown, str(unknown)


def test_a_fact_is_named_with_glossary_words():
    assert_faultless(FactKind, lambda fact: [word for word in words(fact) if not is_in_glossary(word)])


def test_permissions_roles_states_and_reasons_are_in_the_glossary():
    terms = {*Permission, *ROLES, *SCOPES, *DEVICE_KINDS, *EndReason, *LegState, *Verb} - {"close_day"}
    unknown = [term for term in sorted(terms) if not is_in_glossary(term)]
    assert not unknown, str(unknown)


def test_every_word_has_a_meaning_and_one_entry():
    rows = [row for row in rows_of("glossary") if len(row) == 3]
    assert [row[0] for row in rows if not row[2] and not row[1]] == []
    terms = [row[0] for row in rows]
    assert sorted({term for term in terms if terms.count(term) > 1}) == []
