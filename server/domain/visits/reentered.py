"""Calls made from paper while the server was away, entered afterwards with their true times. Pure.

Rule: `docs/rules/transitions.md`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from server.domain.facts import CallReason, Fact, Json
from server.domain.refusals import Refusal

type PaperEnd = Literal["served", "no_show", "left"]
"""How a call from paper ended: received, did not come, or left after the call."""
REENTERED = CallReason("reentered", "why.reentered")
"""Why a leg was called: somebody read its number on paper."""
SLACK = timedelta(minutes=1)
"""Hours on paper are whole minutes: one that is out of order by less is moved to the nearest right one."""


@dataclass(frozen=True, slots=True)
class PaperTimes:
    """When somebody was called from paper, was at the counter and was finished.

    `end` None: the visitor is still called, or at the counter; otherwise `ended_at` is given.
    """

    called_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end: PaperEnd | None = None

    def checked(self, *, issued_at: datetime, since: datetime, now: datetime) -> "PaperTimes":
        """The same times in order, none before the leg waited (`since`) and none after `now`.

        Refusals: call_in_future, call_before_issue, call_overlaps before `since`, call_times where they are
        not in order.
        """
        given = [each for each in (self.called_at, self.started_at, self.ended_at) if each is not None]
        if max(given) > now + SLACK:
            raise Refusal("call_in_future")
        if self.called_at < issued_at - SLACK:
            raise Refusal("call_before_issue")
        if self.called_at < since - SLACK:
            raise Refusal("call_overlaps")
        if any(later < earlier - SLACK for earlier, later in pairwise(given)):
            raise Refusal("call_times")
        called_at = min(max(self.called_at, since), now)
        started_at = None if self.started_at is None else min(max(self.started_at, called_at), now)
        ended_at = None if self.ended_at is None else min(max(self.ended_at, started_at or called_at), now)
        return replace(self, called_at=called_at, started_at=started_at, ended_at=ended_at)


def reentered(fact: Fact) -> Fact:
    """The same fact, marked as entered afterwards."""
    body: dict[str, Any] = {**fact.body, "reentered": True}
    return replace(fact, body=body)


def is_reentered(body: Json) -> bool:
    """Whether a fact (its body) was entered afterwards."""
    return bool(body.get("reentered"))
