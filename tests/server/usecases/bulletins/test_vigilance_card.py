"""The vigilance is read with a key and shown as a card; old or in another form it is hidden and reported."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest

from server.apart import CallApart
from server.domain.author import SYSTEM
from server.domain.bulletins.messages import BulletinBroken
from server.domain.bulletins.proposals import read_vigilance
from server.store.media.feeds import feed_row
from server.store.transactions.database import Database
from server.usecases.alarms.watch_alarms import KnownSightings, watch_alarms
from server.usecases.bulletins.received_bulletins import VigilanceWatch
from server.usecases.configuration.publication import publish_installation
from server.usecases.notices.read_programme import VIGILANCE_URL, read_programme
from signage.feeds import FeedLimits
from tests.harness.sql import all_rows
from tests.server.domain.bulletins.weather_vigilance import FLOODS, STORMS, answer
from tests.server.domain.bulletins.written_bulletins import NOW
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall


class Weather:
    """A Laon that names its department, and a vigilance that answers as told."""

    def __init__(self, database: Database, hands: Hands) -> None:
        self.database, self.hands = database, hands
        self.answer: Any = answer(STORMS, FLOODS)
        self.keys: list[str] = []
        self.watch = self.watch_with("a-key")

    def _apart(self, work: Any, url: str, key: str, limits: FeedLimits) -> Any:
        assert limits.redirects == 0
        self.keys.append(key)
        if isinstance(self.answer, Exception):
            raise self.answer
        return read_vigilance(self.answer)

    def watch_with(self, key: str) -> VigilanceWatch:
        return VigilanceWatch(self.database, cast(CallApart, self._apart), key)

    def later(self, **times: float) -> bool:
        self.hands.now += timedelta(**times)
        return self.watch.read_due()

    def cards(self) -> list[tuple[str, Any]]:
        items = read_programme(self.database, "laon", "", say)["items"]
        return [(item["notice"], item) for item in items if item["notice"].startswith("vigilance")]

    def alarms(self) -> int:
        watch_alarms(self.database, self.database.hall_id("laon"), KnownSightings({}), say)
        sql = "SELECT id FROM alarm WHERE kind = 'vigilance_old' AND cleared_at IS NULL"
        return len(all_rows(self.database, sql))


def say(key: str, language: str = "fr", /, **values: object) -> str:
    return " ".join([key, *map(str, values.values())])


def decide(database: Database, **bulletins: str) -> None:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["bulletins"] = bulletins
    publish_installation(database, SYSTEM, json.dumps(content))


@pytest.fixture
def weather(database_url: str) -> Iterator[Weather]:
    hands = Hands(NOW)
    database = database_with_hall(database_url, hands)
    decide(database, department="02")
    yield Weather(database, hands)
    database.close()


def test_a_card_for_each_level_says_what_until_when_and_who_says_so(weather: Weather):
    assert weather.cards() == []
    assert weather.later()
    assert not weather.later(minutes=5), "it was read just now"
    (red, first), *_ = cards = weather.cards()
    assert (red, first["content"]["title"]) == ("vigilance-4", "vigilance.title.4 vigilance.floods")
    (orange,) = {name for name, _ in cards} - {"vigilance-4"}
    (storms, *_) = [item for name, item in cards if name == orange and item["language"] == "fr"]
    assert "24/11 15:00 – 21:00" in storms["content"]["html"]
    assert "vigilance.source 24/11 07:00" in storms["content"]["html"]
    ((starts, ends),) = storms["windows"]
    assert (ends - starts) == 6 * 3_600_000
    decide(weather.database, department="51")
    assert weather.cards() == []


def test_an_answer_in_another_form_keeps_the_last_one_until_it_is_old_and_raises_an_alarm(weather: Weather):
    assert weather.later()
    weather.answer = BulletinBroken("vigilance_unknown")
    assert not weather.later(minutes=11)
    with weather.database.read() as rows:
        kept = feed_row(rows, VIGILANCE_URL)
    assert kept is not None
    assert kept.failure == "vigilance_unknown"
    assert weather.cards()
    assert weather.alarms() == 0
    weather.later(hours=24)
    assert weather.cards() == []
    assert weather.alarms() == 0
    weather.later(minutes=31)
    assert weather.alarms() == 1


def test_nothing_is_read_without_a_key_or_a_department(weather: Weather):
    assert not weather.watch_with("").read_due()
    decide(weather.database)
    assert not weather.later()
    assert weather.keys == []
    assert "a-key" not in repr(weather.watch)
