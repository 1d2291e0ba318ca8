"""What is newly published is shown soon, however long the round is, and then takes its turn."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from server.store.transactions.database import Database
from server.usecases.notices.read_programme import read_programme
from server.usecases.notices.rounds import NEW_FOR
from tests.server.usecases.notices.notice_gestures import MORNING, TEXT, published
from tests.server.usecases.quality.figures_history import Hands, database_with_hall
from tests.signage.reference_schedule import Schedule, schedule_of, shown

WITHIN = timedelta(seconds=100)
LONG = TEXT | {"bodies": {"fr": "<p>" + "mot " * 60 + "</p>"}}


@pytest.fixture
def hands() -> Hands:
    return Hands(MORNING - timedelta(days=1))


@pytest.fixture
def database(sqlite_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(sqlite_url, hands, "laon")
    for _ in range(16):
        published(found, LONG)
    hands.now = MORNING
    yield found
    found.close()


def schedule(database: Database) -> Schedule:
    return schedule_of(read_programme(database, "laon", "", lambda key, *_, **__: key))


def notice_at(made: Schedule, at: datetime, behind: timedelta) -> str:
    """What a screen shows whose playlist is behind: calls had covered it for so long."""
    now = int(at.timestamp() * 1000)
    item = shown(made, at=now, turn=now - int(behind.total_seconds() * 1000), waiting={})
    return (item.item or "").partition(".")[0]


def first_shown(made: Schedule, notice: str, since: datetime, behind: timedelta) -> timedelta:
    steps = (timedelta(seconds=second) for second in range(1200))
    return next(step for step in steps if notice_at(made, since + step, behind) == notice)


@pytest.mark.parametrize("more", [{}, {"ms": 120_000}], ids=["as long as its words", "two minutes"])
def test_a_new_notice_is_shown_soon_wherever_a_screen_is_in_its_round(
    database: Database, more: dict[str, int]
):
    new = published(database, TEXT | more)["notice"]
    made = schedule(database)
    waits = [first_shown(made, new, MORNING, timedelta(seconds=behind)) for behind in range(0, 500, 13)]
    assert max(waits) <= WITHIN


def test_it_takes_its_turn_like_the_others_afterwards(database: Database):
    new = published(database, TEXT)["notice"]
    made = schedule(database)
    later = MORNING + NEW_FOR
    seconds = range(0, 3600, 2)
    notices = [notice_at(made, later + timedelta(seconds=each), timedelta()) for each in seconds]
    assert 0.01 < notices.count(new) / len(notices) < 0.08, "one of some twenty"


def test_a_notice_that_begins_later_is_new_when_it_begins(database: Database):
    starts = MORNING + timedelta(hours=5)
    new = published(database, TEXT, starts=starts)["notice"]
    made = schedule(database)
    before = {notice_at(made, MORNING + timedelta(seconds=each), timedelta()) for each in range(0, 900, 2)}
    assert new not in before
    assert first_shown(made, new, starts, timedelta(seconds=77)) <= WITHIN


def test_a_legal_notice_keeps_to_its_guaranteed_part(database: Database):
    legal = published(database, TEXT | {"category": "legal"})["notice"]
    items = read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]
    assert len([item for item in items if item["notice"] == legal]) == 2
    assert len({item["id"] for item in items}) == len(items)


def test_every_item_has_an_id_of_its_own(database: Database):
    published(database, TEXT)
    published(database, TEXT)
    items = read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]
    assert len({item["id"] for item in items}) == len(items)
