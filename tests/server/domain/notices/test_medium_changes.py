"""What becomes of a notice whose medium is replaced: the table of docs/rules/media.md."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.notices.lifecycle import MediumChange, NoticeState, NoticeWithMedium, medium_change

OVER = (NoticeState.EXPIRED, NoticeState.WITHDRAWN, NoticeState.ARCHIVED)


def notice(state: str, **more: Any) -> NoticeWithMedium:
    standing = NoticeWithMedium(
        NoticeState(state), may_draft=True, may_publish=False, is_corrected=False, has_begun=True
    )
    return replace(standing, **more)


@pytest.mark.parametrize(
    ("state", "who_publishes", "who_drafts"),
    [
        ("draft", "edited", "edited"),
        ("refused", "edited", "edited"),
        ("submitted", "proposed", "proposed"),
        ("approved", "approved", "proposed"),
        ("published", "published", "proposed"),
        *((state, "over", "over") for state in OVER),
    ],
)
def test_who_publishes_goes_further_than_who_drafts(state: str, who_publishes: str, who_drafts: str):
    assert medium_change(notice(state, may_publish=True)) == who_publishes
    assert medium_change(notice(state)) == who_drafts


@pytest.mark.parametrize("may_publish", [True, False])
def test_a_published_notice_that_is_corrected_already_or_has_not_begun_is_unchanged(may_publish: bool):
    corrected = notice("published", may_publish=may_publish, is_corrected=True)
    assert medium_change(corrected) == medium_change(replace(corrected, has_begun=False)) == "correction_open"
    assert medium_change(notice("published", may_publish=may_publish, has_begun=False)) == "not_begun"


@pytest.mark.parametrize("state", NoticeState)
def test_who_may_not_draft_changes_nothing(state: NoticeState):
    change = medium_change(notice(state, may_draft=False, may_publish=True))
    assert change == ("over" if state in OVER else "forbidden")
    assert not change.is_done


def test_a_change_is_done_where_the_notice_gets_the_medium():
    assert {each for each in MediumChange if each.is_done} == {"edited", "proposed", "approved", "published"}
