"""Requests of strangers: nobody signed in, no paired device, no key. They wait in turn, and are counted.

A stranger's request begins when the requests of everybody else have been looked at, so that the hall never
waits for more than one of them. It takes from the allowance of its route, which is counted by address and by
the network around it. The rule in words: `docs/rules/access.md`.
"""

import threading
from collections.abc import Callable
from weakref import WeakValueDictionary

from flask import Flask, g, request
from flask_limiter import Limiter
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from server.domain.refusals import Refusal
from server.domain.texts import network_of, wider_network_of
from server.web.access.callers import VOID, identify
from server.web.access.requirements import Allowance, required_of
from server.web.access.shared_counts import SharedCounts

TIMES = {Allowance.PAGES: 1, Allowance.TICKETS: 3, Allowance.FILES: 10}
"""How many requests of a kind one address may make for one of a page; kinds that are not here: any number."""
ADDRESSES_AROUND = 4
"""How many addresses' worth of requests the network around an address may make."""
MINUTE_S = 60
UNDER_WAY = 6
"""Strangers' requests that a process works on at once: PostgreSQL has sixteen connections that read."""


class StrangersQuota:
    """The requests of strangers in the last minute. `pages_a_minute`: of one address; 0: none is counted."""

    def __init__(self, limiter: Limiter, pages_a_minute: int) -> None:
        self._counts = SharedCounts(limiter)
        self._most = {
            kind: (
                RateLimitItemPerMinute(times * pages_a_minute),
                RateLimitItemPerMinute(ADDRESSES_AROUND * times * pages_a_minute),
            )
            for kind, times in TIMES.items()
            if pages_a_minute
        }

    def take(self, kind: Allowance, address: str) -> bool:
        """Counts one request of an address; whether it and the network around it have not had too many."""
        if kind not in self._most:
            return True
        of_address, around = self._most[kind]
        return self._counts.by(
            lambda by: (
                by.hit(of_address, "strangers", kind, network_of(address))
                and by.hit(around, "strangers_around", kind, wider_network_of(address))
            )
        )


class _Place:
    """The place of one network in the line: one request of it stands there at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


class StrangersLine:
    """Lets strangers' requests begin one after the other, each network in its turn, and a few be under way.

    `breathe` lets the event loop look at every connection once.
    """

    def __init__(self, breathe: Callable[[], None]) -> None:
        self._breathe, self._head = breathe, threading.Lock()
        self._under_way = threading.BoundedSemaphore(UNDER_WAY)
        self._places: WeakValueDictionary[str, _Place] = WeakValueDictionary()

    def wait(self, address: str) -> None:
        """Returns when it is the turn of a request from this address; `leave` ends it."""
        network = network_of(address)
        place = self._places.get(network)
        if place is None:
            place = self._places[network] = _Place()
        with place.lock, self._head:
            self._under_way.acquire()
            self._breathe()

    def leave(self) -> None:
        """A request that had its turn is answered."""
        self._under_way.release()


def install_strangers(app: Flask, line: StrangersLine, quota: StrangersQuota) -> None:
    """Has strangers wait and be counted before anything else is done for them; too many are answered 429."""

    @app.before_request
    def admit_stranger() -> None:
        requirement = required_of(app, request.endpoint or "")
        kind = Allowance.PAGES if requirement is None else requirement.allowance
        address = request.remote_addr or ""

        def wait() -> None:
            if kind is not Allowance.OWN and requirement is not None and requirement.access is not None:
                request.get_data()  # whoever sends it slowly keeps nobody else waiting
            line.wait(address)
            g.is_stranger_under_way = True

        # the fifty files of a page need no caller: one is looked for when there are too many
        if kind in (Allowance.PAGES, Allowance.TICKETS):
            try:
                if _is_known():
                    return
            except TooManyRequests:  # too many wrong tokens: refused in turn, like any other stranger
                wait()
                raise
        wait()
        if not quota.take(kind, address) and not (kind is Allowance.FILES and _is_known()):
            raise TooManyRequests(retry_after=MINUTE_S)

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if g.pop("is_stranger_under_way", False):
            line.leave()


def _is_known() -> bool:
    """Whether somebody is identified, or nobody can be while the database is away."""
    try:
        return identify().kind != "nobody"
    except Refusal as refusal:
        return refusal.code not in VOID
