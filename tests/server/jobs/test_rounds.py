"""The rounds of a server: days end once, at their hour, with any number of servers; journals are anchored
daily.
"""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hardware.speech import AudioFiles
from server.domain.author import SYSTEM, Author
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.jobs import rounds as rounds_module
from server.jobs.rounds import Rounds
from server.store.journal.chain import Anchors
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import Commit
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import SessionRequest, open_counter, pause_counter
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import start
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import AGENT, COUNTER, HALL, call, first_fault, issue, opened_hall
from tests.server.usecases.quality.figures_history import HALLS, Hands

# Friday 20 November 2026; Laon closes at 16:00 local (15:00 UTC), the day two hours later
CLOSES_AT = datetime(2026, 11, 20, 17, tzinfo=UTC)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = opened_hall(database_url, hands)
    yield found
    found.close()


@pytest.fixture
def rounds(database: Database, tmp_path: Path) -> Rounds:
    return Rounds(database, Anchors(tmp_path / "anchors"))


def closing_of(database: Database) -> datetime:
    from server.domain.hours.calendars import day_closes_at

    return day_closes_at(database.configuration(HALL).calendar, CLOSES_AT.date())


def facts(database: Database, kind: str) -> list[Any]:
    return all_rows(database, "SELECT * FROM hall_fact WHERE kind = :kind ORDER BY position", kind=kind)


def legs(database: Database) -> list[Any]:
    return all_rows(database, "SELECT * FROM leg ORDER BY issued_at, id")


def test_the_day_ends_two_hours_after_the_last_closing_and_not_before(
    database: Database, rounds: Rounds, hands: Hands
):
    for _ in range(3):
        issue(database)
    start(database, Gesture(call(database)["leg"], AGENT))
    at = closing_of(database)
    hands.now = at - timedelta(seconds=1)
    rounds.make()
    assert {leg["state"] for leg in legs(database)} == {"in_service", "waiting"}
    hands.now = at + timedelta(seconds=5)
    rounds.make()
    assert {leg["end_reason"] for leg in legs(database)} == {"closed_at_day_end"}
    assert {from_micros(leg["ended_at"]) for leg in legs(database)} == {at}
    assert len(facts(database, "DayClosed")) == 1
    assert '"reason":"day_end"' in facts(database, "CounterClosed")[0]["body"]
    assert first_fault(database, rounds.anchors, full=True) is None
    assert rounds.failures == 0


def test_a_server_that_was_away_over_the_night_dates_the_end_to_the_day_that_ended(
    database: Database, rounds: Rounds, hands: Hands
):
    issue(database)
    at = closing_of(database)
    hands.now = at + timedelta(days=3, hours=2)
    rounds.make()
    assert from_micros(legs(database)[0]["ended_at"]) == at
    assert from_micros(one_row(database, "SELECT closed_at FROM duty")["closed_at"]) == at
    rounds.make()
    assert len(facts(database, "DayClosed")) == 1


def test_a_day_on_which_nothing_happened_leaves_no_fact(database: Database, rounds: Rounds, hands: Hands):
    hands.now = closing_of(database) + timedelta(hours=1)
    rounds.make()
    before = one_row(database, "SELECT journal_length FROM hall")["journal_length"]
    for _ in range(4):
        hands.now += timedelta(hours=20)
        rounds.make()
    assert one_row(database, "SELECT journal_length FROM hall")["journal_length"] == before


def test_a_counter_taken_after_the_day_end_is_kept(database: Database, rounds: Rounds, hands: Hands):
    hands.now = closing_of(database) + timedelta(minutes=10)
    rounds.make()
    open_counter(database, COUNTER, AGENT, SessionRequest())
    hands.now += timedelta(minutes=10)
    rounds.make()
    assert one_row(database, "SELECT count(*) AS n FROM counter_session WHERE closed_at IS NULL")["n"] == 1


def test_a_paused_counter_is_closed_too(database: Database, rounds: Rounds, hands: Hands):
    pause_counter(database, COUNTER, AGENT, "break")
    hands.now = closing_of(database) + timedelta(minutes=1)
    rounds.make()
    row = one_row(database, "SELECT closed_at, close_reason, paused_at FROM counter_session")
    assert (row["close_reason"], row["paused_at"]) == ("day_end", None)
    assert one_row(database, "SELECT count(*) AS n FROM counter_lease")["n"] == 0, "nobody holds it any more"


def test_the_demonstration_open_round_the_clock_ends_its_day_at_23_59(
    database: Database, rounds: Rounds, hands: Hands
):
    execute(database, "UPDATE installation SET is_demonstration = :yes", yes=True)
    publish_hall(database, SYSTEM, (HALLS / f"{HALL}.json").read_bytes())
    hands.now = datetime(2026, 11, 20, 22, 58, 30, tzinfo=UTC)  # 23:58:30 local
    issue(database)
    rounds.make()
    assert legs(database)[0]["state"] == "waiting"
    hands.now = datetime(2026, 11, 20, 22, 59, 10, tzinfo=UTC)
    rounds.make()
    assert legs(database)[0]["end_reason"] == "closed_at_day_end"
    hands.now += timedelta(seconds=20)
    issue(database)  # half a minute before midnight
    rounds.make()
    hands.now += timedelta(minutes=1)
    rounds.make()
    assert {leg["state"] for leg in legs(database)} == {"ended"}


def test_workers_that_make_the_round_at_once_close_a_day_once(
    database: Database, hands: Hands, tmp_path: Path
):
    for _ in range(20):
        issue(database)
    hands.now = closing_of(database) + timedelta(minutes=1)
    workers = [Database(database.url, hands.clock()) for _ in range(4)]
    all_rounds = [Rounds(worker, Anchors(tmp_path / "anchors")) for worker in workers]
    threads = [threading.Thread(target=each.make) for each in all_rounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.failures for each in all_rounds] == [0, 0, 0, 0]
    assert len(facts(database, "DayClosed")) == 1
    assert len(facts(database, "LegEnded")) == 20
    assert first_fault(database, Anchors(tmp_path / "anchors"), full=True) is None
    for worker in workers:
        worker.close()


def test_facts_of_a_closed_day_are_published(database: Database, rounds: Rounds, hands: Hands):
    commits: list[Commit] = []
    issue(database)
    database.subscribers.append(commits.append)
    hands.now = closing_of(database) + timedelta(minutes=1)
    rounds.make()
    assert {fact.kind for commit in commits for fact in commit.facts} == {
        "LegEnded",
        "CounterClosed",
        "DayClosed",
    }


def test_journals_are_anchored_once_a_day(database: Database, rounds: Rounds, hands: Hands):
    rounds.make()
    rounds.make()
    issue(database)
    hands.now += timedelta(days=1)
    rounds.make()
    found = rounds.anchors.read(HALL)
    assert [anchor.why for anchor in found] == ["daily", "daily"]
    assert found[0].position < found[1].position
    assert len(rounds.anchors.read("installation")) == 2
    assert first_fault(database, rounds.anchors) is None


def test_a_purge_is_made_once_an_hour(database: Database, rounds: Rounds, hands: Hands):
    rounds.make()
    hands.now += timedelta(minutes=59)
    rounds.make()
    execute(database, "UPDATE erasable SET erase_after = 0")
    execute(database, "INSERT INTO erasable (id, value, salt, erase_after) VALUES ('one', 'v', 's', 0)")
    rounds.make()
    assert erased(database) == 0
    hands.now += timedelta(minutes=2)
    rounds.make()
    assert erased(database) == 1


def test_a_voice_unused_for_a_week_is_purged(database: Database, hands: Hands, tmp_path: Path):
    voices = AudioFiles(tmp_path / "audio")
    (tmp_path / "audio").mkdir()
    heard, unheard = (tmp_path / "audio" / f"{n:032x}.wav" for n in range(2))
    for voice, days in ((heard, 6), (unheard, 8)):
        voice.write_bytes(b"RIFF")
        at = (hands.now - timedelta(days=days)).timestamp()
        os.utime(voice, (at, at))
    Rounds(database, Anchors(tmp_path / "anchors"), voices=voices).make()
    assert voices.path(heard.name) == heard
    assert voices.path(unheard.name) is None


def erased(database: Database) -> int:
    return int(one_row(database, "SELECT count(*) AS n FROM erasable WHERE value IS NULL")["n"])


def test_a_job_that_fails_does_not_stop_the_others(database: Database, hands: Hands, tmp_path: Path):
    (tmp_path / "anchors").write_bytes(b"a file where a folder should be")
    rounds = Rounds(database, Anchors(tmp_path / "anchors"))
    issue(database)
    hands.now = closing_of(database) + timedelta(minutes=1)
    rounds.make()
    assert rounds.failures == 2
    assert len(facts(database, "DayClosed")) == 1


@pytest.mark.parametrize(
    ("job", "table"), [("count_affluence", "affluence"), ("purge", "purge_run")], ids=["busy_hours", "purge"]
)
def test_busy_hours_and_a_purge_that_fail_are_tried_again_in_the_next_round(
    database: Database, rounds: Rounds, hands: Hands, monkeypatch: pytest.MonkeyPatch, job: str, table: str
):
    def fail(*_: object) -> None:
        raise OSError(job)

    with monkeypatch.context() as broken:
        broken.setattr(rounds_module, job, fail)
        rounds.make()
    assert rounds.failures == 1
    for _ in range(2):
        hands.now += timedelta(seconds=20)
        rounds.make()
    [row] = all_rows(database, f"SELECT * FROM {table}")
    done_at = from_micros(row["counted_at" if table == "affluence" else "done_at"])
    assert done_at == hands.now - timedelta(seconds=20), "once, in the round after the one that failed"
    assert rounds.failures == 1


def test_a_no_show_of_yesterday_does_not_come_back(database: Database, rounds: Rounds, hands: Hands):
    from server.usecases.visits.leg_verbs import no_show
    from server.usecases.visits.wait_again import reinstate

    issue(database)
    leg = call(database)["leg"]
    no_show(database, Gesture(leg, AGENT))
    hands.now = closing_of(database) + timedelta(days=3)
    rounds.make()
    with pytest.raises(Refusal, match="other_half_day"):
        reinstate(database, Gesture(leg, Author("agent")))
