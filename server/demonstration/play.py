"""The play of one hall: visitors come, wait, leave or are served; agents call, serve, pause and close.

Nobody here knows the database or the network: what is done goes through `Acts`, when is told by `Timeline`.
Given the same chance the same things are done at the same instants.
"""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import partial

from server.demonstration.acts import Acts, CalledLeg, Expected, Press, Ticket
from server.demonstration.bookings import Booked
from server.demonstration.habits import HallHabits, duration_s, habits, picked
from server.demonstration.timeline import Timeline
from server.domain.refusals import Refusal

PRIORITY_SHARE = 0.06
NO_SHOW_SHARE = 0.025
COMES_BACK_SHARE = 0.4
LEFT_AFTER_CALL_SHARE = 0.006
SLOW_SHARE = 0.08
TELLS_SHARE = 0.55
"""Of the visitors who lose patience, those who give up on their phone; the others are gone when called."""
USUAL_RECALLS = 3
"""After so many recalls in vain an agent gives up."""
PATIENCE_S = 70 * 60.0
START_PRESSED_SHARE = 0.83
PAUSE_SHARE = 0.012
"""After how many of the visits an agent pauses."""
LOOKS_UP_S = 130.0
"""Mean time until an agent with nobody at the counter has put the file down and calls."""
FILES_S = 100.0
"""Mean time for the file of a visit once the visitor has left, before the next call."""
LOOKS_AGAIN_S = 180.0


@dataclass
class Visitor:
    """A person with a ticket. `is_waiting`: not called yet, as far as the person knows."""

    ticket: Ticket
    service: str
    is_waiting: bool = True
    is_gone: bool = False


@dataclass
class Post:
    """A counter and its agent. `state`: closed, idle, coming (about to press next), busy or paused."""

    counter: str
    services: tuple[str, ...] = ()
    session: str | None = None
    state: str = "closed"
    leg: CalledLeg | None = None
    is_leaving: bool = False
    serves_all: bool = False
    turn: int = 0


@dataclass
class HallPlay:
    """One hall's visitors and agents. `means_s`: the mean service time of each service.

    `planned` are the services somebody serves this half-day: visitors press no other. `refused` is told of
    every refusal of an act; when it is None a refusal ends the play.
    """

    own: HallHabits
    acts: Acts
    time: Timeline
    chance: random.Random
    means_s: dict[str, int]
    refused: Callable[[Refusal], None] | None = None
    posts: dict[str, Post] = field(default_factory=dict)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    planned: frozenset[str] | None = None

    # --- visitors ---------------------------------------------------------------------------------

    def arrive(self, service: str | None = None) -> None:
        """A visitor presses; what is not issued is counted by whoever issues."""
        wanted = service or self._wanted()
        press = Press(
            service=wanted,
            language=picked(self.chance, habits().languages),
            is_priority=self.chance.random() < PRIORITY_SHARE,
            at_reception=self.chance.random() < 0.1,
        )
        patience_s = PATIENCE_S * self.chance.weibullvariate(1.0, 1.6)
        try:
            ticket = self.acts.issue(press)
        except Refusal as no:
            asks_reception = no.code in ("closed", "appointment_only") and wanted != self.own.sent_on_from
            if asks_reception and self.chance.random() < 0.6:
                self.time.after(20, lambda: self.arrive(self.own.sent_on_from))
            return
        visitor = self.visitors[ticket.visit] = Visitor(ticket, wanted)
        self.time.after(patience_s, lambda: self._lose_patience(visitor))
        self.wake(wanted)

    def come_expected(self, booked: Booked) -> None:
        """Who has an appointment checks in, and waits as anyone does."""
        language = picked(self.chance, habits().languages)
        expected = Expected(booked.service, booked.booked_at, booked.code, language)
        try:
            ticket = self.acts.check_in(expected)
        except Refusal as no:
            if self.refused is not None:
                self.refused(no)
            return
        visitor = self.visitors[ticket.visit] = Visitor(ticket, booked.service)
        self.time.after(PATIENCE_S * 1.5, lambda: self._lose_patience(visitor))
        self.wake(booked.service)

    def expect(self, services: Collection[str]) -> None:
        """From now on visitors press only what somebody serves."""
        self.planned = frozenset(services)

    def _wanted(self) -> str:
        weights = self.own.services
        if self.planned is not None:
            weights = {service: weights[service] for service in weights if service in self.planned}
        return picked(self.chance, weights)

    def _lose_patience(self, visitor: Visitor) -> None:
        if not visitor.is_waiting or visitor.is_gone:
            return
        visitor.is_gone = True
        if self.chance.random() < TELLS_SHARE:
            self._may_fail(None, lambda: self.acts.give_up(visitor.ticket.token))

    def greet(self) -> None:
        """Someone is helped at an open counter without a ticket."""
        open_posts = [post for post in self.posts.values() if post.session is not None]
        if open_posts:
            post = self.chance.choice(open_posts)
            self._may_fail(None, lambda: self.acts.greet(post.services[0], post.counter))

    # --- agents -----------------------------------------------------------------------------------

    def open(self, counter: str) -> None:
        """An agent takes a counter and calls."""
        post = self.posts.setdefault(counter, Post(counter))
        post.is_leaving = False
        if post.session is not None:
            return

        def take() -> None:
            post.session, post.services = self.acts.open(counter)
            self._coming(post, self.chance.uniform(5, 40))

        self._may_fail(post, take)

    def leave(self, counter: str, *, serves_all: bool) -> None:
        """The agent wants to leave: after the visit that runs, or once nobody waits for the counter."""
        post = self.posts.get(counter)
        if post is None or post.session is None:
            return
        post.is_leaving, post.serves_all = True, serves_all
        if post.state in ("idle", "paused"):
            self._may_fail(post, lambda: self._close(post))

    def wake(self, service: str) -> None:
        """An idle agent who serves this looks up: the one with the fewest services."""
        idle = [post for post in self.posts.values() if post.state == "idle" and service in post.services]
        if idle:
            self._coming(
                min(idle, key=lambda post: len(post.services)),
                duration_s(self.chance, LOOKS_UP_S, spread=0.7),
            )

    def close_all(self) -> None:
        """Every agent leaves now; who was called and has not come is not waited for."""
        for post in self.posts.values():
            if post.session is not None:
                self._may_fail(post, lambda post=post: self._close_now(post))  # type: ignore[misc]

    def serves(self, service: str) -> bool:
        """Whether an agent who stays serves this now."""
        return any(
            post.session is not None and not post.is_leaving and service in post.services
            for post in self.posts.values()
        )

    def _coming(self, post: Post, delay_s: float) -> None:
        post.state = "coming"
        self._later(post, delay_s, self._press_next)

    def _later(self, post: Post, delay_s: float, act: Callable[[Post], None]) -> None:
        post.turn += 1
        turn = post.turn

        def due() -> None:
            if post.turn == turn and post.session is not None:
                self._may_fail(post, lambda: act(post))

        self.time.after(delay_s, due)

    def _press_next(self, post: Post, end: str | None = None) -> None:
        assert post.session is not None
        current = post.leg.leg if post.leg else None
        called = self.acts.next(post.counter, post.session, current=current, end=end)
        post.leg = called
        if called is None:
            post.state = "idle"
            if post.is_leaving:
                self._close(post)
            return
        post.state = "busy"
        self._called(post, called)

    def _called(self, post: Post, called: CalledLeg) -> None:
        visitor = self.visitors.get(called.visit)
        is_gone = visitor is not None and visitor.is_gone
        if visitor is not None:
            visitor.is_waiting = False
        if is_gone or self.chance.random() < NO_SHOW_SHARE:
            self._later(post, self.chance.uniform(50, 75), self._recall_in_vain)
        elif visitor is not None and self.chance.random() < LEFT_AFTER_CALL_SHARE:
            self._later(post, 30, lambda post: self._left_after_call(post, visitor))
        elif self.chance.random() < SLOW_SHARE:
            self._later(post, self.chance.uniform(55, 80), self._recall_slow)
        else:
            self._later(post, duration_s(self.chance, 28, spread=0.4), self._start)

    def _recall_slow(self, post: Post) -> None:
        self._verb(post, "recall")
        self._later(post, duration_s(self.chance, 30, spread=0.4), self._start)

    def _recall_in_vain(self, post: Post, before: int = 0) -> None:
        self._verb(post, "recall")
        goes_on = self.chance.random() < 0.35 and before + 1 < USUAL_RECALLS
        again = partial(self._recall_in_vain, before=before + 1) if goes_on else self._no_show
        self._later(post, self.chance.uniform(45, 75), again)

    def _no_show(self, post: Post) -> None:
        assert post.leg is not None
        missed = post.leg
        visitor = self.visitors.get(missed.visit)
        if self.chance.random() < 0.5 and not post.is_leaving:
            self._press_next(post, "no_show")
        else:
            self._verb(post, "no-show")
            post.leg = None
            self._free(post, self.chance.uniform(5, 20))
        if visitor is None or (not visitor.is_gone and self.chance.random() < COMES_BACK_SHARE):
            delay_s = self.chance.uniform(3 * 60, 15 * 60)
            self.time.after(delay_s, lambda: self._come_back(missed))

    def _come_back(self, missed: CalledLeg) -> None:
        if self.serves(missed.service):
            verb = lambda: self.acts.verb("reinstate", None, leg=missed.leg, counter=None)  # noqa: E731
            self._may_fail(None, verb)
            self.wake(missed.service)

    def _left_after_call(self, post: Post, visitor: Visitor) -> None:
        self.acts.give_up(visitor.ticket.token)
        post.leg = None
        self._free(post, self.chance.uniform(20, 60))

    def _start(self, post: Post) -> None:
        assert post.leg is not None
        if self.chance.random() < START_PRESSED_SHARE:
            self._verb(post, "start")
        mean_s = self.means_s.get(post.leg.service, 600)
        self._later(post, duration_s(self.chance, mean_s), self._served)

    def _served(self, post: Post) -> None:
        assert post.leg is not None
        assert post.session is not None
        to = self._sent_on(post.leg.service)
        if to is not None:
            self.acts.transfer(post.counter, post.session, leg=post.leg.leg, service=to)
            visitor = self.visitors.get(post.leg.visit)
            if visitor is not None:
                visitor.is_waiting, visitor.service = True, to
            post.leg = None
            self.wake(to)
            self._free(post, duration_s(self.chance, FILES_S / 2))
        elif self.chance.random() < PAUSE_SHARE and not post.is_leaving:
            self._finish(post)
            self._pause(post)
        elif self.chance.random() < 0.45 or (post.is_leaving and not post.serves_all):
            self._finish(post)
            self._free(post, duration_s(self.chance, FILES_S))
        else:
            self._later(
                post, duration_s(self.chance, FILES_S / 2), lambda post: self._press_next(post, "served")
            )

    def _sent_on(self, service: str) -> str | None:
        if service != self.own.sent_on_from:
            return None
        drawn = self.chance.random() * 100
        for to, percent in self.own.sent_on.items():
            if drawn < percent:
                return to if self.serves(to) else None
            drawn -= percent
        return None

    def _free(self, post: Post, delay_s: float) -> None:
        if post.is_leaving and not post.serves_all:
            self._close(post)
        else:
            self._coming(post, delay_s)

    def _pause(self, post: Post) -> None:
        assert post.session is not None
        self.acts.pause(post.counter, post.session, self.chance.choice(habits().pause_reasons))
        post.state = "paused"
        self._later(post, self.chance.uniform(4 * 60, 12 * 60), self._resume)

    def _resume(self, post: Post) -> None:
        assert post.session is not None
        self.acts.pause(post.counter, post.session, None)
        self._free(post, 5)

    def _finish(self, post: Post) -> None:
        self._verb(post, "finish")
        post.leg = None

    def _verb(self, post: Post, verb: str) -> None:
        assert post.leg is not None
        self.acts.verb(verb, post.session, leg=post.leg.leg, counter=post.counter)

    def _close(self, post: Post) -> None:
        assert post.session is not None
        self.acts.close(post.counter, post.session)
        self._closed(post)

    def _close_now(self, post: Post) -> None:
        assert post.session is not None
        held = self.acts.look(post.counter)
        if held.session == post.session:
            if held.leg is not None and not held.leg.is_started:
                post.leg = held.leg
                self._verb(post, "no-show")
            self.acts.close(post.counter, post.session)
        self._closed(post)

    def _closed(self, post: Post) -> None:
        post.state, post.session, post.leg, post.is_leaving = "closed", None, None, False
        post.turn += 1

    # --- what others do meanwhile -----------------------------------------------------------------

    def _may_fail(self, post: Post | None, act: Callable[[], None]) -> None:
        try:
            act()
        except Refusal as refusal:
            if self.refused is None:
                raise
            self.refused(refusal)
            if post is not None:
                self._look_again(post)

    def _look_again(self, post: Post) -> None:
        """Someone else acted at this counter: takes what is there, or leaves it to whoever holds it."""
        held = self.acts.look(post.counter)
        if post.session is None or held.session != post.session:
            self._closed(post)
            self.time.after(LOOKS_AGAIN_S, lambda: self.open(post.counter))
            return
        post.leg = held.leg
        if held.leg is None:
            self._coming(post, 10)
        else:
            post.state = "busy"
            self._later(post, 10, self._served if held.leg.is_started else self._start)
