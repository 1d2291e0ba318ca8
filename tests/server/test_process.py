"""A process of the server: its connections, the separate processes it starts, the instants of its facts."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from server.apart import IsolatedWorker
from server.clock import Clock, FactTimes
from server.connections import CURRENT, Bounds, Connections, HttpDeadlines, TcpConnection, identify_caller
from tests.harness.sql import all_rows
from tests.harness.waiting import wait_until
from tests.server.store.journals import issue, opened_hall
from tests.server.usecases.quality.figures_history import Hands


class Hall:
    """Connections of a process, each of which says when it was closed."""

    def __init__(self, open_: ExitStack, most: int, *, network: int = 0, everybody: int = 0) -> None:
        self.connections = Connections(Bounds(most, network, everybody), HttpDeadlines())
        self._open, self.closed = open_, list[str]()

    def connect(self, name: str, address: str = "192.0.2.7", *, since_s: float | None = 0.0) -> TcpConnection:
        found = self._open.enter_context(self.connections.open(address, lambda: self.closed.append(name)))
        found.waiting_since_s = since_s
        return found


def test_over_the_limit_that_which_has_waited_longest_is_closed():
    with ExitStack() as open_:
        hall = Hall(open_, most=3)
        hall.connect("answered", since_s=None)
        hall.connect("later", since_s=2.0)
        hall.connect("first", since_s=1.0)
        hall.connect("elsewhere", "192.0.2.8")
        assert hall.closed == []
        hall.connect("newest", since_s=3.0)
        assert hall.closed == ["first"]
        hall.connect("again", since_s=4.0)
        assert hall.closed == ["first", "later"]


def test_an_identified_caller_is_never_counted():
    """A site or a Wi-Fi is one network: its kiosks, screens and consoles are as many as they are."""
    with ExitStack() as open_:
        hall = Hall(open_, most=2)
        for number in range(50):
            hall.connect(f"screen-{number}")
            identify_caller()
        hall.connect("one", since_s=1.0)
        hall.connect("two", since_s=2.0)
        assert hall.closed == []
        hall.connect("three", since_s=3.0)
        assert hall.closed == ["one"]
    assert CURRENT.get() is None


def test_only_open_connections_are_counted_those_of_an_ipv6_network_together():
    hall = Hall(ExitStack(), most=1)
    for _ in range(3):
        with hall.connections.open("2001:db8::1", lambda: hall.closed.append("ended")):
            pass
    with ExitStack() as open_:
        held = Hall(open_, most=1)
        held.connect("first", "2001:db8::1", since_s=1.0)
        held.connect("second", "2001:db8::2", since_s=2.0)
        assert (hall.closed, held.closed) == ([], ["first"])


def test_a_network_and_all_strangers_together_have_a_bound_too():
    with ExitStack() as open_:
        hall = Hall(open_, most=3, network=4)
        for number in range(5):
            hall.connect(f"192.0.2.{number}", f"192.0.2.{number}", since_s=number)
        assert hall.closed == ["192.0.2.0"]
        hall.connect("elsewhere", "192.0.3.1", since_s=9.0)
        assert hall.closed == ["192.0.2.0"]
        full = Hall(open_, most=3, everybody=4)
        for number, address in enumerate(["192.0.2.1"] * 3 + ["192.0.3.1", "192.0.4.1"]):
            full.connect(str(number), address, since_s=number)
        assert full.closed == ["0"], "the address with most of them loses one"


def forwarded(address: str) -> dict[str, str]:
    return {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": address}


def test_behind_a_proxy_a_connection_counts_for_the_forwarded_address_after_the_head():
    with ExitStack() as open_:
        hall = Hall(open_, most=2)
        hall.connections.is_behind_proxy = True
        opened = {name: hall.connect(name, "127.0.0.1", since_s=n) for n, name in enumerate("abcdefg")}
        assert hall.closed == [], "the proxy itself holds as many as it likes"
        for name in "abc":
            hall.connections.head_is_read(opened[name], forwarded("203.0.113.9, 192.0.2.7"))
        assert hall.closed == ["a"], "the last address is the proxy's word; those before are anybody's"
        for name in "de":
            hall.connections.head_is_read(opened[name], forwarded("203.0.113.9"))
        assert hall.closed == ["a"]


def test_a_proxys_connection_identified_by_one_caller_still_counts_for_the_next():
    with ExitStack() as open_:
        hall = Hall(open_, most=1)
        hall.connections.is_behind_proxy = True
        one, two = hall.connect("one", since_s=1.0), hall.connect("two", since_s=2.0)
        hall.connections.head_is_read(two, forwarded("192.0.2.7"))
        identify_caller()
        hall.connections.head_is_read(one, forwarded("192.0.2.7"))
        assert hall.closed == []
        hall.connections.head_is_read(two, forwarded("192.0.2.7"))
        assert hall.closed == ["one"]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_an_idle_process_ends_and_begins_again_when_needed():
    apart = IsolatedWorker(idle_s=0.2)
    first = apart.call(os.getpid)
    assert first != os.getpid()
    wait_until(lambda: not is_alive(first), "it ends")
    second = apart.call(os.getpid)
    assert second not in (first, os.getpid())
    apart.close()
    assert not is_alive(second)


def test_a_process_without_an_idle_limit_stays():
    apart = IsolatedWorker()
    assert apart.call(os.getpid) == apart.call(os.getpid)
    apart.close()


HEAVY = ("structlog", "pydantic", "sqlalchemy", "flask", "gevent")
LOADED = f"[each for each in {HEAVY} if each in __import__('sys').modules]"


def test_a_process_imports_only_what_its_work_needs():
    apart = IsolatedWorker()
    assert apart.call(eval, LOADED) == []
    apart.close()


def warn(event: str) -> None:
    structlog.get_logger("server.tests").warning(event, token="secret")


def test_work_that_logs_by_structlog_writes_masked_lines(capfd: pytest.CaptureFixture[str]):
    apart = IsolatedWorker()
    apart.call(warn, "warned")
    apart.close()
    [line] = capfd.readouterr().err.splitlines()
    assert line.endswith("level=warning event=warned token=***")


NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("behind_s", "is_suspect"),
    [(-5, False), (0, False), (0.5, False), (2, False), (2.5, True), (3_600, True)],
)
def test_an_instant_is_never_before_the_last_one(behind_s: float, is_suspect: bool):
    times = FactTimes(Clock(now=lambda: NINE - timedelta(seconds=behind_s)))
    instant, was_suspect = times.instant_for("hall", NINE)
    assert (instant, was_suspect) == (max(NINE, NINE - timedelta(seconds=behind_s)), is_suspect)


def test_a_visitor_who_arrives_while_the_clock_steps_back_waits_behind_earlier_ones(database_url: str):
    hands = Hands()
    database = opened_hall(database_url, hands)
    first = issue(database)
    hands.now -= timedelta(seconds=1)
    second = issue(database)
    assert (first["ahead"], second["ahead"]) == (0, 1)
    assert first["issued_at"] <= second["issued_at"]
    found = all_rows(database, "SELECT number FROM leg ORDER BY sort_key")
    assert [row["number"] for row in found] == [first["number"], second["number"]]
    database.close()
