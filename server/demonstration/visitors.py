"""The visitors of one hall: they press, check in, come along with others, lose patience.

This module knows neither the database nor the network: `Acts` does the acts, `Timeline` says when.
"""

import random
from abc import abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from server.demonstration.acts import Acts, ExpectedVisitor, Press, TakenTicket
from server.demonstration.bookings import Booked
from server.demonstration.habits import HallHabits, habits, pick
from server.demonstration.posts import CounterPost
from server.demonstration.timeline import Timeline
from server.domain.refusals import Refusal

PRIORITY_SHARE = 0.06
EXCEPTIONAL_SHARE = 0.45
"""The share of visitors without the needed appointment who have an exceptional reason."""
TELLS_SHARE = 0.55
"""The share of impatient visitors who give up on their phone; the others are absent when called."""
LINKED_SHARE = 0.02
"""The share of visitors who come with another person or a second file: the two visits are linked."""
NEED_SHARE = 0.04
PATIENCE_S = 70 * 60.0


@dataclass
class Visitor:
    """A person with a ticket. `is_waiting`: not called yet, as far as the person knows."""

    ticket: TakenTicket
    service: str
    is_waiting: bool = True
    is_gone: bool = False


@dataclass
class HallVisitors:
    """The visitors of one hall.

    `planned`: the services served this half-day; visitors press no other. `refused` is called with every
    refusal of an act; where it is None, a refusal ends the play.
    """

    own: HallHabits
    acts: Acts
    time: Timeline
    chance: random.Random
    refused: Callable[[Refusal], None] | None = field(default=None, kw_only=True)
    visitors: dict[str, Visitor] = field(default_factory=dict, kw_only=True)
    planned: frozenset[str] | None = field(default=None, kw_only=True)

    @abstractmethod
    def wake(self, service: str) -> None:
        """An idle agent who serves this looks up."""

    @abstractmethod
    def _look_again(self, post: CounterPost) -> None:
        """Another person acted at this counter."""

    def arrive(self, service: str | None = None, reason: str | None = None) -> None:
        """A visitor presses. A ticket that is not issued is counted.

        `reason`: the exceptional one of a visitor without the needed appointment.
        """
        chosen = service or self._pick_service()
        press = Press(
            service=chosen,
            language=pick(self.chance, habits().languages),
            is_priority=self.chance.random() < PRIORITY_SHARE,
            at_reception=self.chance.random() < 0.1,
            needs=self._needs(),
            exceptional_reason=reason,
        )
        patience_s = PATIENCE_S * self.chance.weibullvariate(1.0, 1.6)
        try:
            ticket = self.acts.issue(press)
        except Refusal as no:
            if reason is None:
                self._look_elsewhere(chosen, no.code)
            return
        self._waits(ticket, patience_s)
        if self.chance.random() < LINKED_SHARE:
            self._may_fail(None, lambda: self._companion(ticket, press, patience_s))
        self.wake(ticket.service)

    def _look_elsewhere(self, service: str, code: str) -> None:
        """A visitor who got no ticket gives an exceptional reason, goes to the reception, or leaves."""
        reasons = self.own.exceptional.get(service)
        if code == "appointment_only" and reasons and self.chance.random() < EXCEPTIONAL_SHARE:
            reason = pick(self.chance, reasons)
            self.time.after(15, lambda: self.arrive(service, reason))
            return
        asks_reception = code in ("closed", "appointment_only") and service != self.own.sent_on_from
        if asks_reception and self.chance.random() < 0.6:
            self.time.after(20, lambda: self.arrive(self.own.sent_on_from))

    def _needs(self) -> tuple[str, ...]:
        if self.chance.random() >= NEED_SHARE:
            return ()
        return (pick(self.chance, habits().needs),)

    def _waits(self, ticket: TakenTicket, patience_s: float) -> None:
        visitor = self.visitors[ticket.visit] = Visitor(ticket, ticket.service)
        self.time.after(patience_s, lambda: self._lose_patience(visitor))

    def _companion(self, ticket: TakenTicket, press: Press, patience_s: float) -> None:
        """The companion takes a ticket too, and the reception links the two visits."""
        other = self.acts.issue(press)
        self._waits(other, patience_s)
        self.acts.link(ticket.visit, other.number)

    def come_expected(self, booked: Booked) -> None:
        """A visitor with an appointment checks in, and waits as others do."""
        language = pick(self.chance, habits().languages)
        expected = ExpectedVisitor(booked.service, booked.booked_at, booked.code, language)
        try:
            ticket = self.acts.check_in(expected)
        except Refusal as no:
            if self.refused is not None:
                self.refused(no)
            return
        self._waits(ticket, PATIENCE_S * 1.5)
        self.wake(ticket.service)

    def expect(self, services: Collection[str]) -> None:
        """Makes visitors press only services that an open counter serves."""
        self.planned = frozenset(services)

    def _pick_service(self) -> str:
        weights = self.own.services
        if self.planned is not None:
            weights = {service: weights[service] for service in weights if service in self.planned}
        return pick(self.chance, weights)

    def _lose_patience(self, visitor: Visitor) -> None:
        if not visitor.is_waiting or visitor.is_gone:
            return
        visitor.is_gone = True
        if self.chance.random() < TELLS_SHARE:
            self._may_fail(None, lambda: self.acts.give_up(visitor.ticket.token))

    def may_fail(self, act: Callable[[], None]) -> None:
        """Performs an act that no counter performs, and reports a refusal."""
        self._may_fail(None, act)

    def _may_fail(self, post: CounterPost | None, act: Callable[[], None]) -> None:
        try:
            act()
        except Refusal as refusal:
            if self.refused is None:
                raise
            self.refused(refusal)
            if post is not None:
                self._look_again(post)
