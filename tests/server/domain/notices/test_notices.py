"""The life of a notice: a closed table, in which no words are shown before a person decided."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.notices.lifecycle import (
    NOTICE_TRANSITIONS,
    VERB_NEEDS,
    NoticeState,
    NoticeVerb,
    next_state,
    state_at,
    verbs_in,
)
from server.domain.refusals import Refusal

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
VERBS = st.sampled_from(sorted(NoticeVerb))


@given(st.lists(VERBS, max_size=30))
def test_after_any_attempts_only_approved_versions_are_shown(verbs: list[NoticeVerb]):
    state, is_approved = NoticeState.DRAFT, False
    for verb in verbs:
        if (state, verb) not in NOTICE_TRANSITIONS:
            with pytest.raises(Refusal) as refused:
                next_state(state, verb)
            assert refused.value.code == "notice_state"
            assert refused.value.details == {"state": state, "verb": verb}
            continue
        state = next_state(state, verb)
        is_approved = verb is NoticeVerb.APPROVE or (
            is_approved and verb not in (NoticeVerb.EDIT, NoticeVerb.REFUSE)
        )
        if state is NoticeState.PUBLISHED:
            assert is_approved


def test_every_state_is_reached_and_only_the_archive_is_an_end():
    reached = {NoticeState.DRAFT, *NOTICE_TRANSITIONS.values()}
    assert reached == set(NoticeState)
    assert {state for state in NoticeState if not verbs_in(state)} == {NoticeState.ARCHIVED}


def test_drafters_decide_nothing():
    drafting = {NoticeVerb.EDIT, NoticeVerb.SUBMIT, NoticeVerb.TAKE_BACK, NoticeVerb.CORRECT}
    by_itself = {NoticeVerb.EXPIRE, NoticeVerb.REPLACE}
    deciding = {verb for verb, needs in VERB_NEEDS.items() if needs == "publish"}
    assert deciding == set(NoticeVerb) - drafting - by_itself


@pytest.mark.parametrize("state", sorted(NoticeState))
def test_only_a_published_notice_expires_at_its_end(state: NoticeState):
    second = timedelta(seconds=1)
    assert state_at(state, None, NOW) is state
    assert state_at(state, NOW + second, NOW) is state
    expired = NoticeState.EXPIRED if state is NoticeState.PUBLISHED else state
    assert state_at(state, NOW, NOW) is expired
    assert state_at(state, NOW - second, NOW) is expired
