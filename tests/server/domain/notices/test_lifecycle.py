"""What facts of notices and media hold, and the rows they leave."""

import json
from datetime import UTC, datetime

import pytest

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_micros
from server.domain.journal import installation_changes
from server.domain.notices.displays import Display, DisplayOutcome, displays_reported
from server.domain.notices.lifecycle import (
    NewVersion,
    NoticeState,
    NoticeStep,
    Targets,
    notice_drafted,
    notice_published,
    notice_refused,
    notice_submitted,
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
from server.domain.row_changes import Insert, Recorded, Sum

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
    assert day.added == {"shown_ms": 2_000, "completed": 0, "cut": 1, "failed": 0}


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
