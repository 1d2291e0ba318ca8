"""A notice from a bureau’s draft to the archive; a correction takes its place in one transaction."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.journal.chain import Anchors
from server.store.journal.rebuild import rebuild_installation
from server.store.journal.verify import verify_journal
from server.store.tables import INSTALLATION_PROJECTIONS
from server.store.transactions.database import Database
from server.usecases.notices.gestures import (
    NoticeAnswer,
    NoticeGesture,
    approve_notice,
    archive_notice,
    correct_notice,
    draft_notice,
    edit_notice,
    refuse_notice,
    submit_notice,
    withdraw_notice,
)
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, publish_notice
from server.usecases.notices.read_notices import read_notice
from server.usecases.notices.read_programme import read_programme
from tests.harness.sql import all_rows, execute, one_row
from tests.server.usecases.notices.conftest import (
    AIMED,
    BUREAU,
    DECIDES,
    DECIDES_AT_LAON,
    DRAFTS,
    MORNING,
    OFFICER,
    TEXT,
    approved,
    bureau,
    code_of,
    drafted,
    officer,
    published,
)
from tests.server.usecases.quality.figures_history import Hands


def test_a_draft_is_refused_corrected_approved_published_withdrawn_and_kept(database: Database):
    notice = drafted(database)
    assert submit_notice(database, bureau(notice))["state"] == "submitted"
    assert refuse_notice(database, officer(notice), "Dites aussi à quelle heure.")["state"] == "refused"
    better = edit_notice(database, bureau(notice), TEXT | {"bodies": {"fr": "<p>De 12 h à 14 h.</p>"}})
    assert (better["version"], better["state"]) == (2, "draft")
    submit_notice(database, bureau(better))
    assert approve_notice(database, officer(better))["state"] == "approved"
    published = publish_notice(database, officer(better), DisplayRequest())
    assert (published["state"], published["until"]) == ("published", None)
    assert withdraw_notice(database, officer(better))["state"] == "withdrawn"
    assert archive_notice(database, officer(better))["state"] == "archived"
    facts = all_rows(
        database,
        "SELECT kind, author, body FROM installation_fact WHERE kind LIKE 'Notice%' ORDER BY position",
    )
    assert [(fact["kind"], fact["author"]) for fact in facts] == [
        ("NoticeDrafted", "bureau"),
        ("NoticeSubmitted", "bureau"),
        ("NoticeRefused", "officer"),
        ("NoticeEdited", "bureau"),
        ("NoticeSubmitted", "bureau"),
        ("NoticeApproved", "officer"),
        ("NoticePublished", "officer"),
        ("NoticeWithdrawn", "officer"),
        ("NoticeArchived", "officer"),
    ]
    assert "quelle heure" not in json.dumps([fact["body"] for fact in facts]), "words are erasable"
    assert "midi" not in json.dumps([fact["body"] for fact in facts]), "content is known by its digest"


def projected(database: Database) -> list[list[dict[str, Any]]]:
    """Every row of each table that follows from facts."""
    return [
        all_rows(database, f"SELECT * FROM {table} ORDER BY {', '.join(key)}")
        for table, key in INSTALLATION_PROJECTIONS.items()
    ]


def test_damaged_rows_come_back_from_the_journal(database: Database):
    notice = approved(database)
    publish_notice(database, officer(notice), DisplayRequest())
    before = projected(database)
    execute(database, "UPDATE notice SET state = 'archived', shown_from = NULL")
    execute(database, "DELETE FROM notice_step WHERE step = 2")
    damaged = [("notice", notice["notice"]), ("notice_step", f"{notice['notice']}.2")]
    assert rebuild_installation(database) == damaged
    assert projected(database) == before
    assert rebuild_installation(database) == []


def test_the_second_editor_with_an_older_version_is_refused(database: Database):
    notice = drafted(database)
    edit_notice(database, bureau(notice), TEXT | {"titles": {"fr": "Le premier"}})
    for late in (
        lambda: edit_notice(database, bureau(notice), TEXT),
        lambda: submit_notice(database, bureau(notice)),
    ):
        with pytest.raises(Refusal) as refused:
            late()
        assert (code_of(refused), refused.value.details["newest"]) == ("stale_notice", 2)


def test_a_request_sent_twice_is_done_once(database: Database):
    key = WriteKey.of("bureau", "k1", b"draft")
    first = draft_notice(database, BUREAU, TEXT, reach=DRAFTS, write_key=key)
    assert draft_notice(database, BUREAU, TEXT, reach=DRAFTS, write_key=key) == first
    for _ in range(2):
        answer = submit_notice(database, bureau(first, write_key=WriteKey.of("bureau", "k2", b"submit")))
        assert answer["state"] == "submitted"
    with pytest.raises(Refusal) as refused:
        draft_notice(database, BUREAU, TEXT, reach=DRAFTS, write_key=WriteKey.of("bureau", "k1", b"other"))
    assert code_of(refused) == "idempotency_mismatch"
    assert one_row(database, "SELECT COUNT(*) AS n FROM notice")["n"] == 1


def test_a_bureau_drafts_for_its_own_site_or_for_all_and_decides_nothing(database: Database):
    drafted(database, AIMED)
    with pytest.raises(Refusal) as refused:
        drafted(database, TEXT | {"targets": {"halls": ["vervins"]}})
    assert code_of(refused) == "forbidden"
    notice = drafted(database)
    submit_notice(database, bureau(notice))
    for decision in (
        lambda gesture: approve_notice(database, gesture),
        lambda gesture: refuse_notice(database, gesture, "Non."),
        lambda gesture: publish_notice(database, gesture, DisplayRequest()),
        lambda gesture: withdraw_notice(database, gesture),
    ):
        with pytest.raises(Refusal) as refused:
            decision(bureau(notice))
        assert code_of(refused) == "forbidden"


def test_a_publisher_of_one_site_decides_only_on_notices_shown_there_alone(database: Database):
    for content, is_theirs in ((AIMED, True), (TEXT, False)):
        notice = drafted(database, content)
        submit_notice(database, bureau(notice))
        if is_theirs:
            approve_notice(database, officer(notice, DECIDES_AT_LAON))
        else:
            with pytest.raises(Refusal) as refused:
                approve_notice(database, officer(notice, DECIDES_AT_LAON))
            assert code_of(refused) == "forbidden"


def test_a_bureau_puts_its_own_draft_away_and_nothing_that_was_approved(database: Database):
    assert archive_notice(database, bureau(drafted(database)))["state"] == "archived"
    with pytest.raises(Refusal) as refused:
        archive_notice(database, bureau(approved(database)))
    assert code_of(refused) == "forbidden"


def test_a_notice_expires_by_itself_at_its_first_end(database: Database, hands: Hands):
    notice = approved(database, AIMED | {"validity": {"ends": "2026-11-25"}})
    hour = timedelta(hours=1)
    published = publish_notice(database, officer(notice), DisplayRequest(MORNING + hour, MORNING + 3 * hour))
    assert published["from"] == "2026-11-24T10:00:00.000000+00:00"
    assert published["until"] == "2026-11-24T12:00:00.000000+00:00"
    again = publish_notice(database, officer(notice), DisplayRequest(ends=MORNING + timedelta(days=9)))
    assert again["until"] == "2026-11-25T23:00:00.000000+00:00", "the last day of its validity, at Laon"
    hands.now = datetime(2026, 11, 25, 23, tzinfo=UTC)
    with pytest.raises(Refusal) as refused:
        withdraw_notice(database, officer(notice))
    assert (code_of(refused), refused.value.details["state"]) == ("notice_state", "expired")
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(notice), DisplayRequest())
    assert code_of(refused) == "notice_over"
    edited = edit_notice(database, bureau(notice), AIMED)
    assert edited["state"] == "draft"


def test_dates_that_are_reversed_are_refused(database: Database):
    notice = approved(database)
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(notice), DisplayRequest(MORNING + timedelta(days=2), MORNING))
    assert code_of(refused) == "dates_reversed"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"targets": {"sites": ["paris"]}}, "targets.sites[0]"),
        ({"targets": {"halls": ["laon", "nowhere"]}}, "targets.halls[1]"),
        ({"targets": {"screens": ["laon-g1"]}}, "targets.screens[0]"),
        (
            {"titles": {"fr": "a", "de": "b", "it": "c"}, "bodies": {"fr": "a", "de": "b", "it": "c"}},
            "titles.de",
        ),
        ({"when": {"queue": "nowhere", "more_than": 3}}, "when.queue"),
    ],
)
def test_targets_that_do_not_exist_are_refused(database: Database, change: dict[str, Any], path: str):
    with pytest.raises(DocumentRefused) as refused:
        drafted(database, TEXT | change)
    assert path in [each.path for each in refused.value.problems]


def test_a_picture_that_no_library_holds_is_refused(database: Database):
    picture = {"kind": "image", "titles": {"fr": "Plan"}, "medium": "m1", "texts": {"fr": "Le plan"}}
    with pytest.raises(DocumentRefused) as refused:
        drafted(database, picture)
    assert [each.code for each in refused.value.problems] == ["unknown_medium"]


def test_a_refusal_has_a_reason_and_a_notice_exists(database: Database):
    notice = drafted(database)
    submit_notice(database, bureau(notice))
    for reason in ("", "   ", "x" * 401):
        with pytest.raises(Refusal) as refused:
            refuse_notice(database, officer(notice), reason)
        assert code_of(refused) == "no_reason"
    with pytest.raises(Refusal) as refused:
        submit_notice(database, bureau(notice | {"notice": "none"}))
    assert code_of(refused) == "unknown_notice"


@pytest.mark.both_databases
def test_one_of_two_simultaneous_edits_is_informed(database: Database):
    notice = drafted(database)
    together = Barrier(2)

    def edit(title: str) -> str:
        together.wait()
        try:
            return str(edit_notice(database, bureau(notice), TEXT | {"titles": {"fr": title}})["state"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(edit, ("Un", "Deux"))) == ["draft", "stale_notice"]


@pytest.mark.both_databases
def test_content_that_was_altered_is_found(database: Database, tmp_path: Path):
    drafted(database)
    anchors = Anchors(tmp_path)
    assert verify_journal(database, anchors, full=True).faults == []
    execute(database, "UPDATE notice_version SET content = :content", content="{}")
    [fault] = verify_journal(database, anchors, full=True).faults
    assert (fault.journal, fault.wrong) == ("installation", "document")
    execute(database, "DELETE FROM notice_version")


MENDED = TEXT | {"titles": {"fr": "Ouvert à midi et demi"}}


def titles(database: Database) -> list[str]:
    """What the screens of Laon say of midday."""
    programme = read_programme(database, "laon", "", lambda key, *_, **__: key)
    contents = [item["content"] for item in programme["items"]]
    said = {content["title"] for content in contents if "title" in content}
    return sorted(title for title in said if title in ("Ouvert à midi", "Ouvert à midi et demi"))


def corrected(database: Database, notice: NoticeAnswer, content: dict[str, Any] = MENDED) -> NoticeAnswer:
    """The correction of a notice, edited, submitted and approved."""
    draft = correct_notice(database, bureau(notice))
    assert (draft["state"], draft["version"]) == ("draft", 1)
    edited = edit_notice(database, bureau(draft), content)
    submit_notice(database, bureau(edited))
    return approve_notice(database, officer(edited))


def state(database: Database, notice: NoticeAnswer) -> str:
    return read_notice(database, OFFICER, DECIDES, notice["notice"])["state"]


def test_a_correction_is_decided_while_the_former_stays_and_takes_its_place_at_once(database: Database):
    former = published(database)
    correction = corrected(database, former)
    assert titles(database) == ["Ouvert à midi"], "until somebody publishes"
    before = one_row(database, "SELECT COUNT(*) AS n FROM installation_fact")["n"]
    publish_notice(database, officer(correction), DisplayRequest())
    assert titles(database) == ["Ouvert à midi et demi"]
    assert (state(database, former), state(database, correction)) == ("archived", "published")
    facts = all_rows(database, "SELECT kind, body, happened_at FROM installation_fact ORDER BY position")[
        before:
    ]
    assert [fact["kind"] for fact in facts] == ["NoticePublished", "NoticeReplaced"]
    assert correction["notice"] in facts[1]["body"]
    assert len({fact["happened_at"] for fact in facts}) == 1
    answer = read_notice(database, BUREAU, DRAFTS, correction["notice"])
    assert answer["corrects"] == {"notice": former["notice"], "title": "Ouvert à midi", "state": "archived"}
    assert read_notice(database, BUREAU, DRAFTS, former["notice"])["verbs"] == []


def test_one_correction_at_a_time_and_another_once_it_is_put_away(database: Database):
    former = published(database)
    first = correct_notice(database, bureau(former))
    answer = read_notice(database, BUREAU, DRAFTS, former["notice"])
    assert answer["correction"] is not None
    assert answer["correction"]["notice"] == first["notice"]
    with pytest.raises(Refusal) as refused:
        correct_notice(database, bureau(former))
    assert (code_of(refused), refused.value.details["correction"]) == ("correction_open", first["notice"])
    archive_notice(database, bureau(first))
    assert correct_notice(database, bureau(former))["notice"] != first["notice"]


def test_only_a_published_notice_is_corrected_with_the_permission_to_draft_there(database: Database):
    with pytest.raises(Refusal) as refused:
        correct_notice(database, bureau(drafted(database)))
    assert code_of(refused) == "notice_state"
    former = published(database)
    stranger = Reach(drafts=frozenset({"soissons"}), publishes=frozenset())
    with pytest.raises(Refusal) as refused:
        correct_notice(database, NoticeGesture(former["notice"], 1, OFFICER, stranger))
    assert code_of(refused) == "forbidden"


def test_a_publisher_of_one_site_changes_no_notice_of_another(database: Database):
    former = published(database)
    correction = corrected(database, former, MENDED | {"targets": {"sites": ["laon"]}})
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(correction, DECIDES_AT_LAON), DisplayRequest())
    assert code_of(refused) == "forbidden"
    assert state(database, former) == "published"


def test_it_begins_now_and_ends_when_the_former_would_have(database: Database, hands: Hands):
    end = MORNING + timedelta(days=2)
    correction = corrected(database, published(database, AIMED, ends=end))
    with pytest.raises(Refusal) as refused:
        publish_notice(database, officer(correction), DisplayRequest(MORNING + timedelta(hours=1)))
    assert code_of(refused) == "correction_starts_now"
    in_force = publish_notice(database, officer(correction), DisplayRequest())
    assert in_force["until"] == "2026-11-26T09:00:00.000000+00:00"
    again = publish_notice(database, officer(correction), DisplayRequest(ends=end + timedelta(days=1)))
    assert again["until"] == "2026-11-27T09:00:00.000000+00:00", "its dates are its own from then on"


@pytest.mark.parametrize("gone", ["withdrawn", "expired", "draft"])
def test_a_notice_taken_off_does_not_return_beside_its_correction(
    database: Database, hands: Hands, gone: str
):
    former = published(database, ends=MORNING + timedelta(hours=2))
    correction = corrected(database, former)
    if gone == "expired":
        hands.now += timedelta(hours=3)
    else:
        withdraw_notice(database, officer(former))
    if gone == "draft":
        edit_notice(database, bureau(former), TEXT)
    assert publish_notice(database, officer(correction), DisplayRequest())["until"] is (None), (
        "an end that is over is not taken on"
    )
    assert (state(database, former), titles(database)) == ("archived", ["Ouvert à midi et demi"])


def test_a_correction_is_corrected_in_its_turn(database: Database):
    first = published(database)
    second = publish_notice(database, officer(corrected(database, first)), DisplayRequest())
    third = publish_notice(database, officer(corrected(database, second, TEXT)), DisplayRequest())
    assert [state(database, each) for each in (first, second, third)] == ["archived", "archived", "published"]
    assert titles(database) == ["Ouvert à midi"]


@pytest.mark.both_databases
def test_one_of_two_simultaneous_corrections_leads_to_the_other(database: Database):
    former = published(database)
    together = Barrier(2)

    def correct(_: int) -> str:
        together.wait()
        try:
            return str(correct_notice(database, bureau(former))["state"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(correct, range(2))) == ["correction_open", "draft"]


def test_rows_of_corrections_come_back_from_the_journal(database: Database):
    former = published(database)
    publish_notice(database, officer(corrected(database, former)), DisplayRequest())
    execute(database, "UPDATE notice SET replaces = NULL, state = 'published'")
    assert len(rebuild_installation(database)) == 2
    assert titles(database) == ["Ouvert à midi et demi"]
