"""Counters: the facts of their sessions, the wrap-up after a service, and a counter that was forgotten.

Pure. At a forgotten counter a visitor was called and no gesture followed: `docs/rules/forgotten.md`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.facts import Fact, FactKind
from server.domain.visits.verb_facts import Limits


@dataclass(frozen=True, slots=True)
class DutyTerms:
    """Under which terms a counter is on duty: its services, profile and calling rule."""

    services: tuple[str, ...]
    rule: str
    profile: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The terms as JSON values for a fact."""
        return {"services": list(self.services), "rule": self.rule, "profile": self.profile}


def counter_opened(
    session: str, counter: str, *, duty: str, terms: DutyTerms, joined_to: str | None = None
) -> Fact:
    """An agent has taken a counter; `joined_to`: the session that holds it as a further place."""
    body = {"session": session, "counter": counter, "duty": duty, "joined_to": joined_to} | terms.as_body()
    return Fact(FactKind.COUNTER_OPENED, body, counter=counter)


def counter_paused(session: str, counter: str, *, duty: str, reason: str) -> Fact:
    """A counter pauses; its duty interval ends."""
    return Fact(
        FactKind.COUNTER_PAUSED,
        {"session": session, "counter": counter, "duty": duty, "reason": reason},
        counter=counter,
    )


def counter_resumed(session: str, counter: str, *, duty: str, terms: DutyTerms) -> Fact:
    """A counter is back from its pause; a new duty interval begins."""
    body = {"session": session, "counter": counter, "duty": duty} | terms.as_body()
    return Fact(FactKind.COUNTER_RESUMED, body, counter=counter)


def counter_closed(session: str, counter: str, *, duty: str | None, reason: str) -> Fact:
    """A counter session has ended: closed, taken_over, expired or day_end."""
    return Fact(
        FactKind.COUNTER_CLOSED,
        {"session": session, "counter": counter, "duty": duty, "reason": reason},
        counter=counter,
    )


def profile_changed(
    session: str, counter: str, *, duties: tuple[str | None, str | None], terms: DutyTerms
) -> Fact:
    """A counter session continues under other terms. `duties`: the interval that ends, and the next one."""
    body = {
        "session": session,
        "counter": counter,
        "ended_duty": duties[0],
        "duty": duties[1],
    } | terms.as_body()
    return Fact(FactKind.PROFILE_CHANGED, body, counter=counter)


def presence_confirmed(session: str, counter: str) -> Fact:
    """The agent of a session confirmed being present."""
    return Fact(FactKind.PRESENCE_CONFIRMED, {"session": session, "counter": counter}, counter=counter)


@dataclass(frozen=True, slots=True)
class ServiceEnded:
    """The last service that ended at a counter."""

    service: str
    ended_at: datetime


def wrap_up_until(ended: ServiceEnded | None, wrap_up_s: Mapping[str, int], now: datetime) -> datetime | None:
    """Until when a counter without a visitor wraps up; None when it does not, or has finished.

    `wrap_up_s`: seconds by service; a service that is not in it has none.

    """
    if ended is None:
        return None
    until = ended.ended_at + timedelta(seconds=wrap_up_s.get(ended.service, 0))
    return until if until > now else None


FORGOTTEN = "forgotten"
"""The reason of a pause that the hall makes by itself; no agent may choose it."""


@dataclass(frozen=True, slots=True)
class PresenceTimes:
    """When the console of a session asks whether its agent is there, and until when an answer counts."""

    asks_at: datetime
    gives_back_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether the time to answer is over: the called visitor then goes back to the queue."""
        return self.gives_back_at <= now


def presence_times(signs: Iterable[datetime], limits: Limits) -> PresenceTimes:
    """When to ask a session that has called a visitor; `signs`: the last gesture at each of its places.

    The call itself is such a sign, so there is at least one. Whether its console is still open does not
    matter: a computer that is off cannot ask, and answers no sooner.

    """
    asks_at = max(signs) + timedelta(seconds=limits.forgotten_after_s)
    return PresenceTimes(asks_at, asks_at + timedelta(seconds=limits.forgotten_answer_s))
