"""Drafts of notices: kept for their author alone, by one page over another only where it saw that one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from server.domain.refusals import Refusal
from server.store.notices.drafts import DraftRow
from server.store.operation.erase_expired import erase_past
from server.store.transactions.database import Database
from server.usecases.notices.drafts import (
    LONGEST_DRAFT,
    MOST_DRAFTS,
    drop_draft,
    keep_draft,
    own_drafts,
)
from tests.harness.sql import all_rows
from tests.server.usecases.notices.conftest import BUREAU, MORNING, OFFICER, TEXT, code_of

TYPED = DraftRow(BUREAU.id, "draft-of-tests", 0, TEXT, edition=0, page="the-office", changed_at=MORNING)


def by(page: str, edition: int, title: str) -> DraftRow:
    content = TEXT | {"titles": {"fr": title}}
    return replace(TYPED, page=page, edition=edition, content=content)


@pytest.mark.both_databases
def test_another_computer_goes_on_and_the_first_is_told_before_it_loses_anything(database: Database):
    assert keep_draft(database, by("the-office", 0, "Fermé"))["edition"] == 1
    later = MORNING + timedelta(seconds=3)
    keep_draft(database, replace(by("the-office", 1, "Fermé vendredi"), changed_at=later))
    (found,) = own_drafts(database, BUREAU)
    assert (found["title"], found["edition"], found["base_version"]) == ("Fermé vendredi", 2, 0)
    assert keep_draft(database, replace(by("at-home", 2, "Fermé samedi"), changed_at=later))["edition"] == 3
    with pytest.raises(Refusal) as refused:
        keep_draft(database, by("the-office", 2, "Fermé jeudi"))
    assert code_of(refused) == "draft_changed"
    assert refused.value.details == {"at": "2026-11-24T09:00:03.000000+00:00", "edition": 3}
    assert own_drafts(database, BUREAU)[0]["title"] == "Fermé samedi"
    keep_draft(database, by("the-office", 3, "Fermé jeudi"))  # chosen by its author
    assert [each["title"] for each in own_drafts(database, BUREAU)] == ["Fermé jeudi"]


def test_a_page_whose_answer_was_lost_is_not_told_of_itself(database: Database):
    keep_draft(database, by("the-office", 0, "Fermé"))
    assert keep_draft(database, by("the-office", 0, "Fermé vendredi"))["edition"] == 2
    with pytest.raises(Refusal) as refused:
        keep_draft(database, by("at-home", 0, "Ouvert"))
    assert code_of(refused) == "draft_changed"


@pytest.mark.both_databases
def test_of_two_computers_that_save_at_once_one_is_told(database: Database):
    keep_draft(database, TYPED)
    for edition in range(1, 6):
        both = Barrier(2)

        def save(page: str, both: Barrier = both, edition: int = edition) -> str:
            both.wait()
            try:
                return str(keep_draft(database, by(page, edition, page))["edition"])
            except Refusal as refusal:
                return refusal.code

        with ThreadPoolExecutor(2) as pool:
            ends = sorted(pool.map(save, (f"office-{edition}", f"at-home-{edition}")))
        assert ends == [str(edition + 1), "draft_changed"]


def test_a_draft_belongs_to_its_author_and_is_no_version(database: Database):
    keep_draft(database, TYPED)
    assert own_drafts(database, OFFICER) == []
    drop_draft(database, OFFICER, TYPED.id)
    assert own_drafts(database, BUREAU)[0]["content"] == TEXT
    assert all_rows(database, "SELECT 1 FROM notice") == []


def test_what_was_saved_elsewhere_does_not_come_back_unasked(database: Database):
    keep_draft(database, TYPED)
    drop_draft(database, BUREAU, TYPED.id)
    with pytest.raises(Refusal) as refused:
        keep_draft(database, by("the-office", 1, "Fermé"))
    assert code_of(refused) == "draft_ended"
    assert own_drafts(database, BUREAU) == []


def test_drafts_have_bounds_and_are_erased_thirty_days_after_their_last_change(database: Database):
    with pytest.raises(Refusal) as refused:
        keep_draft(database, by("the-office", 0, "x" * LONGEST_DRAFT))
    assert code_of(refused) == "too_large"
    for number in range(MOST_DRAFTS):
        keep_draft(database, replace(TYPED, id=f"draft-{number}"))
    with pytest.raises(Refusal) as refused:
        keep_draft(database, TYPED)
    assert code_of(refused) == "too_many_drafts"
    keep_draft(database, replace(TYPED, id="draft-0", changed_at=MORNING + timedelta(days=29)))
    assert erase_past(database, MORNING + timedelta(days=31))["notice_draft"] == MOST_DRAFTS - 1
    assert [each["draft"] for each in own_drafts(database, BUREAU)] == ["draft-0"]
