"""Facts of counter sessions: an agent takes a counter under some terms, pauses, is present, leaves it."""

from dataclasses import dataclass
from typing import Any

from server.domain.facts import Fact, FactKind


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
