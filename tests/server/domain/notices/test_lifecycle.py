"""The life of a notice, a closed table; which notices visitors may read now, and a body in parts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_micros
from server.domain.journal import installation_changes
from server.domain.notices.displays import Display, DisplayOutcome, displays_reported
from server.domain.notices.lifecycle import (
    NOTICE_TRANSITIONS,
    VERB_NEEDS,
    MediumChange,
    NewVersion,
    NoticeEvent,
    NoticeMoment,
    NoticeState,
    NoticeStep,
    NoticeVerb,
    NoticeWithMedium,
    Targets,
    events_of,
    medium_change,
    next_state,
    notice_drafted,
    notice_published,
    notice_refused,
    notice_submitted,
    state_at,
    verbs_in,
)
from server.domain.notices.media import (
    may_change,
    may_show,
    medium_described,
    medium_prepared,
    medium_refused,
    medium_removed,
    medium_uploaded,
    texts_digest,
    texts_json,
)
from server.domain.notices.public import (
    holds,
    in_sentences,
    is_read_now,
    language_to_read,
    next_change,
    parts_of_html,
)
from server.domain.refusals import Refusal
from server.domain.row_changes import Insert, Recorded, Sum

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


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
VERSION = NewVersion(1, "00", "text", "info", Targets(halls=("laon",)))


def step(number: int, state: NoticeState) -> NoticeStep:
    return NoticeStep("n-1", number, state)


def rows_after(*facts: Fact) -> dict[str, dict]:
    """The rows by their id; each fact a microsecond after the one before."""
    rows: dict[str, dict] = {}
    for at, fact in enumerate(facts):
        recorded = Recorded(fact.kind, fact.body, hall="", happened_at=at, author="agent-1")
        for change in installation_changes(recorded):
            row = change.values["id"] if isinstance(change, Insert) else change.id
            rows.setdefault(row, {}).update(change.values)
    return rows


DRAFTED = notice_drafted(step(1, NoticeState.DRAFT), VERSION)


def test_a_drafted_notice_is_shown_nowhere_yet_and_corrects_nothing():
    row = rows_after(DRAFTED)["n-1"]
    assert (row["state"], row["steps"], row["version"], row["replaces"]) == ("draft", 1, 1, None)
    assert (row["shown_from"], row["shown_until"], row["shown_version"]) == (None, None, None)
    assert row["targets"] == '{"halls": ["laon"], "screens": [], "sites": []}'
    assert "replaces" not in DRAFTED.body


def test_a_correction_names_the_notice_it_replaces():
    drafted = notice_drafted(step(1, NoticeState.DRAFT), VERSION, replaces="n-0")
    assert rows_after(drafted)["n-1"]["replaces"] == "n-0"


@pytest.mark.parametrize("until", [None, NOON.replace(hour=18)])
def test_a_published_notice_is_shown_from_and_until_an_instant(until):
    published = notice_published(step(2, NoticeState.PUBLISHED), 1, shown_from=NOON, shown_until=until)
    rows = rows_after(DRAFTED, published)
    for row in (rows["n-1"], rows["n-1.2"]):
        assert (row["shown_from"], row["state"]) == (to_micros(NOON), "published")
        assert row["shown_until"] == (None if until is None else to_micros(until))


def test_a_step_keeps_its_reason_by_its_id():
    refused = notice_refused(step(3, NoticeState.REFUSED), 1, Erasable("reason-1", "00"))
    rows = rows_after(DRAFTED, notice_submitted(step(2, NoticeState.SUBMITTED), 1), refused)
    assert (rows["n-1.3"]["reason"], rows["n-1.2"]["reason"], rows["n-1.2"]["done_at"]) == (
        "reason-1",
        None,
        1,
    )


@pytest.mark.parametrize("named", [{"sites": ("a",)}, {"halls": ("a",)}, {"screens": ("a",)}])
def test_a_notice_that_names_a_place_is_not_shown_everywhere(named):
    assert Targets().is_everywhere is True
    assert Targets(**named).is_everywhere is False


def test_displays_are_added_to_the_sums_of_their_day():
    display = Display(4, "n-1", "i", NOON, NOON.replace(second=2), DisplayOutcome.CUT)
    fact = displays_reported([display], hall="laon", screen="s-1", record="r-1", time_zone="UTC")
    recorded = Recorded(fact.kind, fact.body, hall="", happened_at=0, author="screen")
    record, day = installation_changes(recorded)
    assert isinstance(record, Sum)
    assert isinstance(day, Sum)
    assert (record.id, record.values) == ("s-1 r-1", {"last_number": 4})
    assert day.added == {"shown_ms": 2_000, "whole_ms": 0, "completed": 0, "cut": 1, "failed": 0}


def test_a_fact_of_the_installation_without_rows_changes_none():
    recorded = Recorded(FactKind.PASSWORD_SET, {}, hall="", happened_at=0, author="a")
    assert list(installation_changes(recorded)) == []


UPLOADED = medium_uploaded("m-1", sha256="ab", size=7, site="laon")


def test_a_medium_of_all_sites_names_none():
    assert UPLOADED.body["site"] == "laon"
    assert "site" not in medium_uploaded("m-1", sha256="ab", size=7).body


def test_a_medium_is_prepared_refused_or_removed():
    files = [{"b": 1, "a": 2}]
    row = rows_after(UPLOADED, medium_prepared("m-1", kind="image", files=files))["m-1"]
    assert (row["state"], row["kind"], row["files"]) == ("ready", "image", '[{"a": 2, "b": 1}]')
    row = rows_after(UPLOADED, medium_refused("m-1", code="too_large", details={"b": 1, "a": 2}))["m-1"]
    assert row["refusal"] == '{"code": "too_large", "details": {"a": 2, "b": 1}}'
    assert rows_after(UPLOADED, medium_removed("m-1"))["m-1"]["state"] == "removed"


def test_the_texts_of_a_medium_have_one_form_in_any_order():
    texts = {"fr": "Été", "en": "Summer"}
    assert texts_json(texts) == '{"en": "Summer", "fr": "Été"}'
    assert json.loads(texts_json(texts)) == texts
    assert texts_digest(texts) == texts_digest(dict(reversed(texts.items())))
    assert medium_described("m-1", texts).body["sha256"] == texts_digest(texts)


@pytest.mark.parametrize(
    ("site", "sites", "shows", "changes"),
    [
        *((None, None, True, True), ("a", None, True, True), (None, frozenset({"a"}), True, False)),
        *(("a", frozenset({"a"}), True, True), ("b", frozenset({"a"}), False, False)),
    ],
)
def test_all_sites_show_a_common_medium_and_drafters_of_all_sites_change_it(site, sites, shows, changes):
    assert (may_show(site, sites), may_change(site, sites)) == (shows, changes)


NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NINE + timedelta(hours=hours)


def moment(step: int, kind: str, hour: float, until: float | None = None) -> NoticeMoment:
    return NoticeMoment(step, kind, 1, at(hour), None, None if until is None else at(until))


APPROVED = moment(3, FactKind.NOTICE_APPROVED, -1)
PUBLISHED = moment(4, FactKind.NOTICE_PUBLISHED, 0)
UNTIL_NOON = moment(4, FactKind.NOTICE_PUBLISHED, 0, until=3)
SHOWN = NoticeEvent(8, "published", at(0), UNTIL_NOON)
EXPIRED = NoticeEvent(9, "ended", at(3), UNTIL_NOON, "expired")


def withdrawn(hour: float, step: int = 5) -> NoticeMoment:
    return moment(step, FactKind.NOTICE_WITHDRAWN, hour)


def test_a_notice_that_was_never_on_screens_has_no_event():
    assert events_of([], at(9)) == []
    assert events_of([APPROVED, withdrawn(1)], at(9)) == []


def test_the_clock_ends_a_notice_at_its_last_instant_and_not_before():
    assert events_of([APPROVED, UNTIL_NOON], at(2.9)) == [SHOWN]
    assert events_of([APPROVED, UNTIL_NOON], at(3)) == [SHOWN, EXPIRED]
    assert events_of([APPROVED, UNTIL_NOON], at(300)) == [SHOWN, EXPIRED]


def test_a_notice_without_an_end_stays_until_a_person_or_its_correction_ends_it():
    shown = NoticeEvent(8, "published", at(0), PUBLISHED)
    assert events_of([PUBLISHED], at(9_999)) == [shown]
    for kind, reason in ((FactKind.NOTICE_WITHDRAWN, "withdrawn"), (FactKind.NOTICE_REPLACED, "replaced")):
        found = events_of([PUBLISHED, moment(5, kind, 1)], at(9))
        assert found == [shown, NoticeEvent(10, "ended", at(1), PUBLISHED, reason)]


def test_what_is_withdrawn_before_its_last_instant_does_not_expire_and_afterwards_ends_once():
    ended = NoticeEvent(10, "ended", at(1), UNTIL_NOON, "withdrawn")
    assert events_of([UNTIL_NOON, withdrawn(1)], at(9)) == [SHOWN, ended]
    assert events_of([UNTIL_NOON, withdrawn(3)], at(9)) == [SHOWN, EXPIRED]


def test_publishing_again_with_other_dates_is_another_event_and_the_last_dates_end_it():
    again = moment(7, FactKind.NOTICE_PUBLISHED, 2, until=5)
    assert events_of([UNTIL_NOON, again], at(9)) == [
        SHOWN,
        NoticeEvent(14, "published", at(2), again),
        NoticeEvent(15, "ended", at(5), again, "expired"),
    ]


def test_events_keep_their_places_whenever_they_are_computed():
    steps = [APPROVED, UNTIL_NOON, moment(6, FactKind.NOTICE_PUBLISHED, 8, until=9), withdrawn(8.5, 8)]
    whole = events_of(steps, at(20))
    assert [each.position for each in whole] == sorted({each.position for each in whole})
    for hour in (0, 2, 3, 5):
        done = [each for each in steps if each.done_at <= at(hour)]
        assert events_of(done, at(hour)) == [each for each in whole if each.at <= at(hour)]


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


HOUR = timedelta(hours=1)
RUNNING, LATER, PAST = (NOW, NOW + HOUR), (NOW + HOUR, NOW + 2 * HOUR), (NOW - HOUR, NOW)


@pytest.mark.parametrize(
    ("kind", "windows", "is_read"),
    [
        ("text", None, True),
        ("text", [RUNNING], True),
        ("text", [PAST, LATER], False),
        ("text", [], False),
        ("waits", None, False),
        ("results", None, False),
    ],
)
def test_a_notice_is_read_inside_its_windows_and_waits_never(kind: str, windows: object, is_read: bool):
    assert is_read_now(kind, windows, NOW) is is_read  # type: ignore[arg-type]


def test_the_next_change_is_the_first_edge_that_comes():
    assert next_change([None, [PAST, LATER], [RUNNING]], NOW) == NOW + HOUR
    assert next_change([None, [PAST]], NOW) is None


def test_a_condition_holds_only_while_more_people_wait():
    assert [holds(None, 0), holds(5, 5), holds(5, 6)] == [True, False, True]


def test_a_reader_gets_their_language_or_french():
    assert [language_to_read(["fr", "ar"], wanted) for wanted in ("ar", "en")] == ["ar", "fr"]


def test_a_text_is_cut_after_sentences_and_between_words():
    assert in_sentences("Un. Deux ? Trois") == ["Un.", "Deux ?", "Trois"]
    assert in_sentences("1. M. Roux") == ["1. M. Roux"]
    assert in_sentences("mot " * 5, longest=9) == ["mot mot", "mot mot", "mot"]
    assert in_sentences("x" * 40, longest=9) == ["x" * 40], "a word is never cut"


def test_a_body_is_read_in_parts_each_with_its_language():
    html = (
        "Seul<h2>Titre</h2><p>Un <b>gras</b><br>deux</p><ol><li>a</li><li>b</li></ol><ul><li>c</li></ul>"
        '<p lang="ar" dir="rtl">مرحبا &amp; 😀</p><p> </p>'
    )
    parts = [(part["kind"], part["texts"]) for part in parts_of_html(html)]
    assert parts == [
        ("text", ["Seul"]),
        ("heading", ["Titre"]),
        ("text", ["Un gras\ndeux"]),
        ("items", ["a", "b"]),
        ("items", ["c"]),
        ("text", ["مرحبا & 😀"]),
    ]
    assert [part["is_numbered"] for part in parts_of_html(html)] == [False, False, False, True, False, False]
    last = parts_of_html(html)[-1]
    assert (last["language"], last["direction"]) == ("ar", "rtl")
