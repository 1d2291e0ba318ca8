"""How many connections one network may hold that nobody has identified, and which one is closed."""

from contextlib import ExitStack

import pytest

from server.connections import (
    CURRENT,
    Bounds,
    Connections,
    HttpDeadlines,
    TcpConnection,
    identify_caller,
)
from server.domain.budgets import Budget
from server.domain.texts import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_a_caller_is_counted_by_address_and_in_ipv6_by_its_64(address: str, network: str):
    assert network_of(address) == network


def test_a_budget_starts_again_after_its_period():
    budget = Budget(most=2, period_s=10.0)
    assert [budget.take(at_s) for at_s in (100.0, 101.0, 109.9, 110.0, 111.0, 112.0)] == [
        True,
        True,
        False,
        True,
        True,
        False,
    ]


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
