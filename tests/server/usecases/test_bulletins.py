"""Bulletins are proposed, accepted once, updated, cancelled and bounded, on both databases."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

import pytest

from server.apart import CallApart
from server.domain.author import SYSTEM, Author
from server.domain.bulletins.messages import BulletinBroken, parsed_xml, read_cap
from server.domain.bulletins.proposals import read_vigilance
from server.domain.refusals import Refusal
from server.store import bulletins as store
from server.store.bulletins import BulletinRow
from server.store.notices.media_details import feed_row
from server.store.transactions.database import Database
from server.usecases.alarms.watch_alarms import KnownSightings, watch_alarms
from server.usecases.alerts.read_alerts import read_alert
from server.usecases.bulletins import received_bulletins as receiving
from server.usecases.bulletins.bulletins import (
    BulletinSources,
    accept_alert,
    accept_notice,
    count_waiting,
    dismiss_bulletin,
    halls_of_site,
    take_bulletin,
)
from server.usecases.bulletins.read_source import ATOM, read_entries
from server.usecases.bulletins.received_bulletins import VigilanceWatch, receive_bulletin
from server.usecases.configuration.publication import publish_installation
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.read_programme import VIGILANCE_URL, read_programme
from signage.feeds import FeedLimits
from tests.harness.sql import all_rows
from tests.server.domain.written_bulletins import FLOODS, NOW, STORMS, answer, cap_xml, info_xml, named
from tests.server.usecases.quality.figures_history import HALLS, Hands, database_with_hall

ENTRY = (
    "<entry><id>urn:{0}</id><updated>2026-11-24T09:00:00Z</updated>"
    '<link type="application/cap+xml" href="{1}/{0}"/></entry>'
)


class _Bulletins(BaseHTTPRequestHandler):
    """`/feed` names three documents, one of which is no bulletin; `/none` is not there."""

    def do_GET(self) -> None:
        name = self.path.strip("/")
        host = f"http://{self.headers['Host']}"
        documents = {
            "feed": (
                '<feed xmlns="http://www.w3.org/2005/Atom">'
                + "".join(ENTRY.format(each, host) for each in ("a", "b", "broken"))
                + "</feed>"
            ).encode(),
            "a": cap_xml("a", infos=info_xml(severity="Minor")),
            "b": cap_xml("b", infos=info_xml(language="nl")),
            "broken": b"<html/>",
        }
        body = documents.get(name, b"")
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server names it
        """Says nothing."""


@pytest.fixture
def bulletin_server() -> Iterator[str]:
    """The address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bulletins) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


OFFICER, OTHER = Author("officer"), Author("other")
EVERYWHERE, DRAFTS = Reach(None, None), Reach(frozenset({"laon"}), frozenset())
CALM = info_xml(severity="Moderate")


@pytest.fixture
def hands() -> Hands:
    return Hands(NOW)


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands)
    decide(found)
    yield found
    found.close()


def decide(database: Database, **more: Any) -> None:
    """Publishes what Laon has decided about bulletins."""
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    (laon,) = [site for site in content["sites"] if site["slug"] == "laon"]
    laon["bulletins"] = {"codes": [{"scheme": "INSEE", "code": "02408"}], "position": "49.564, 3.62", **more}
    publish_installation(database, SYSTEM, json.dumps(content))


def received(database: Database, document: bytes) -> BulletinRow:
    return receive_bulletin(database, "laon", read_cap(document)).row


def now_of(database: Database, row: BulletinRow) -> BulletinRow:
    with database.read() as rows:
        found = store.bulletin_row(rows, row.id)
    assert found is not None
    return found


def states_of_notices(database: Database) -> list[str]:
    return sorted(row["state"] for row in all_rows(database, "SELECT state FROM notice"))


def refusal(work: Any, *values: Any) -> str:
    with pytest.raises(Refusal) as refused:
        work(*values)
    return refused.value.code


def test_a_notice_is_published_by_whoever_may_and_only_once_until_the_bulletin_expires(database: Database):
    row = received(database, cap_xml(infos=CALM))
    assert (row.state, row.kind, count_waiting(database, "laon")) == ("proposed", "notice", 1)
    assert not receive_bulletin(database, "laon", read_cap(cap_xml(infos=CALM))).is_new
    notice = accept_notice(database, OFFICER, row.id, EVERYWHERE)
    (shown,) = all_rows(database, "SELECT id, state, shown_until FROM notice")
    assert (shown["id"], shown["state"]) == (notice, "published")
    assert now_of(database, row).outcome == notice
    assert refusal(accept_notice, database, OTHER, row.id, EVERYWHERE) == "bulletin_decided"
    assert count_waiting(database, "laon") == 0
    drafted = received(database, cap_xml("gaz-2", infos=CALM))
    accept_notice(database, OFFICER, drafted.id, DRAFTS)
    assert states_of_notices(database) == ["published", "submitted"]
    received(database, cap_xml("gaz-3", message_type="Cancel", references=named("gaz-2"), infos=""))
    assert states_of_notices(database) == ["published", "refused"], "nobody publishes it by mistake"


def test_an_update_takes_the_place_of_what_is_shown_and_a_cancel_ends_it(database: Database):
    first = received(database, cap_xml(infos=CALM))
    accept_notice(database, OFFICER, first.id, EVERYWHERE)
    update = cap_xml("gaz-2", message_type="Update", references=named("gaz-1"), infos=CALM)
    second = received(database, update)
    assert second.replaces == first.id
    accept_notice(database, OFFICER, second.id, EVERYWHERE)
    assert states_of_notices(database) == ["published", "withdrawn"]
    foreign = named("gaz-2", sender="essai@example.org")
    stranger = cap_xml("x", sender="autre@example.org", message_type="Cancel", references=foreign, infos="")
    assert received(database, stranger).refusal == "bulletin_cancels_unknown"
    cancel = cap_xml("gaz-3", message_type="Cancel", references=named("gaz-2"), infos="")
    assert received(database, cancel).state == "cancelled"
    assert states_of_notices(database) == ["withdrawn", "withdrawn"]
    facts = all_rows(database, "SELECT kind FROM installation_fact ORDER BY position")
    assert [fact["kind"] for fact in facts if fact["kind"].startswith("Bulletin")] == [
        *("BulletinProposed", "BulletinAccepted") * 2,
        "BulletinCancelled",
    ]


def test_an_update_of_one_never_seen_is_new_and_what_it_names_comes_too_late(database: Database):
    update = cap_xml("gaz-2", message_type="Update", references=named("gaz-1"), infos=CALM)
    assert received(database, update).state == "proposed"
    assert received(database, cap_xml(infos=CALM)).refusal == "bulletin_superseded"


def test_an_update_that_no_longer_concerns_the_site_closes_the_proposal(database: Database):
    first = received(database, cap_xml())
    elsewhere = info_xml(area="<areaDesc>Marne</areaDesc>")
    update = cap_xml("gaz-2", message_type="Update", references=named("gaz-1"), infos=elsewhere)
    found = received(database, update)
    assert (found.refusal, found.details["places"]) == ("bulletin_elsewhere", "Marne")
    assert now_of(database, first).state == "cancelled"
    drill = cap_xml("gaz-3", status="Exercise", message_type="Cancel", references=named("gaz-1"))
    assert received(database, drill).refusal == "bulletin_not_actual"


@pytest.mark.both_databases
def test_an_alert_is_raised_once_and_its_update_replaces_it(database: Database):
    halls = halls_of_site(database, "laon")
    row = received(database, cap_xml())
    assert refusal(accept_notice, database, OFFICER, row.id, EVERYWHERE) == "bulletin_other_kind"
    alert = accept_alert(database, OFFICER, row.id, halls)
    (in_hall,) = read_alert(database, alert)["halls"]
    assert in_hall["is_in_force"]
    assert refusal(accept_alert, database, OTHER, row.id, halls) == "bulletin_decided"
    graver = info_xml(headline="Fuite de gaz : évitez la gare")
    update = cap_xml("gaz-2", message_type="Update", references=named("gaz-1"), infos=graver)
    later = accept_alert(database, OTHER, received(database, update).id, halls)
    alerts = all_rows(database, "SELECT alert, end_reason FROM alert")
    assert {row["alert"]: row["end_reason"] for row in alerts} == {alert: "replaced", later: None}


def test_an_alert_that_was_cut_off_is_not_raised_twice(database: Database, hands: Hands, monkeypatch: Any):
    row, halls = received(database, cap_xml()), halls_of_site(database, "laon")

    def dies(*_: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("server.usecases.bulletins.bulletins._keep_accepted", dies)
        with pytest.raises(ConnectionError):
            accept_alert(database, OFFICER, row.id, halls)
    assert refusal(accept_alert, database, OTHER, row.id, halls) == "bulletin_decided"
    hands.now += timedelta(minutes=2)
    accept_alert(database, OTHER, row.id, halls)
    assert len(all_rows(database, "SELECT id FROM alert")) == 1


def test_a_bulletin_that_has_expired_or_was_dismissed_is_not_shown(database: Database, hands: Hands):
    first, second = received(database, cap_xml(infos=CALM)), received(database, cap_xml("b", infos=CALM))
    assert refusal(dismiss_bulletin, database, OFFICER, first.id, "  ") == "no_reason"
    dismiss_bulletin(database, OFFICER, first.id, "Déjà   affiché")
    assert now_of(database, first).reason == "Déjà affiché"
    assert refusal(accept_notice, database, OFFICER, first.id, EVERYWHERE) == "bulletin_decided"
    hands.now += timedelta(hours=8)
    assert refusal(accept_notice, database, OFFICER, second.id, EVERYWHERE) == "bulletin_expired"
    assert count_waiting(database, "laon") == 0


def test_a_flood_is_bounded(database: Database, monkeypatch: Any):
    monkeypatch.setattr(receiving, "MOST_OPEN", 2)
    monkeypatch.setattr(receiving, "MOST_REFUSED", 3)
    rows = [received(database, cap_xml(f"flut-{count}", infos=CALM)) for count in range(8)]
    assert [row.refusal for row in rows] == [None] * 2 + ["too_many_bulletins"] * 6
    assert len(all_rows(database, "SELECT id FROM bulletin")) == 2 + 3


def test_a_bulletin_that_waits_is_an_alarm_until_somebody_decides(database: Database, hands: Hands):
    row = received(database, cap_xml(infos=CALM))

    def alarms() -> list[Any]:
        watch_alarms(database, database.hall_id("laon"), KnownSightings({}), lambda key, *_, **__: key)
        found = all_rows(database, "SELECT cleared_at FROM alarm WHERE kind = 'bulletin_waiting'")
        return [each["cleared_at"] is None for each in found]

    assert alarms() == [True]
    dismiss_bulletin(database, OFFICER, row.id, "Doublon")
    assert alarms() == [True], "a moment later it is cleared"
    hands.now += timedelta(seconds=6)
    assert alarms() == [False]


def test_only_kinds_that_the_site_names_are_shown_without_a_person(database: Database):
    decide(database, automatic=["notice"])
    assert take_bulletin(database, "laon", read_cap(cap_xml(infos=CALM)))
    assert take_bulletin(database, "laon", read_cap(cap_xml("gaz-2")))
    assert take_bulletin(database, "laon", read_cap(cap_xml("gaz-3", status="Test", infos=CALM)))
    assert states_of_notices(database) == ["published"]
    assert all_rows(database, "SELECT id FROM alert") == []


def test_an_entry_may_not_lead_into_the_private_network(bulletin_server: str):
    feed = parsed_xml(f'<feed xmlns="{ATOM}">{ENTRY.format("a", bulletin_server)}</feed>'.encode())
    reading = read_entries(feed, FeedLimits(), frozenset(), time.monotonic() + 5)
    assert (reading.bulletins, reading.failure) == ((), "feed_private")


def test_a_source_is_read_by_one_worker_and_its_failure_is_kept(
    database: Database, hands: Hands, bulletin_server: str
):
    decide(database, sources=[{"url": f"{bulletin_server}/feed"}, {"url": f"{bulletin_server}/none"}])
    limits = FeedLimits(may_be_private=True, within_s=5)
    workers = [BulletinSources(database, lambda work, *values: work(*values), limits) for _ in "ab"]
    assert [worker.read_due() for worker in workers] == [2, 0]
    read = all_rows(database, "SELECT url, failure FROM bulletin_source")
    assert {row["url"].rpartition("/")[2]: row["failure"] for row in read} == {
        "feed": "bulletin_broken",
        "none": "feed_unreachable",
    }
    hands.now += timedelta(minutes=3)
    assert workers[1].read_due() == 0, "its entries were read before"
    decide(database)
    workers[0].read_due()
    assert all_rows(database, "SELECT id FROM bulletin_source") == []


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


def take_vigilance(database: Database, **bulletins: str) -> None:
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["bulletins"] = bulletins
    publish_installation(database, SYSTEM, json.dumps(content))


@pytest.fixture
def weather(database_url: str) -> Iterator[Weather]:
    hands = Hands(NOW)
    database = database_with_hall(database_url, hands)
    take_vigilance(database, department="02")
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
    take_vigilance(weather.database, department="51")
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
    take_vigilance(weather.database)
    assert not weather.later()
    assert weather.keys == []
    assert "a-key" not in repr(weather.watch)
