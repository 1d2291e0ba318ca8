"""The forms of a target: typed texts, first values, and the field that a refusal is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from server.domain.author import Author
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.targets import (
    FARTHEST,
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    TargetRequest,
    TargetSpan,
    WithdrawalReason,
    WithdrawalRequest,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.usecases.quality.targets import ServiceTargets

FIELDS = {
    "unknown_service": "demarche",
    "bad_target_wait": "minutes",
    "bad_target_share": "part",
    "bad_target_start": "debut",
    "bad_withdrawal_day": "debut",
    "withdrawal_reason_missing": "motif",
    "bad_decision_day": "decide_le",
    "target_decider_missing": "par",
    "target_decider_too_long": "par",
}
"""The field of a refusal; a refusal without one is shown above the form."""
FIRST_SHARE_PERCENT = 80
"""What the form proposes where nothing was decided before."""


@dataclass(frozen=True, slots=True)
class TargetFields:
    """The fields as texts. `form` is new with each form shown: of two presses alike one target is made."""

    service: str
    minutes: str
    share: str
    starts_on: str
    decided_on: str
    decided_by: str
    form: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "TargetFields":
        """The sent fields; missing ones are empty."""
        names = ("demarche", "minutes", "part", "debut", "decide_le", "par", "formulaire")
        return cls(*(_line(fields.get(name, "")) for name in names))

    def as_request(self) -> TargetRequest:
        """The target; what cannot be read is out of bounds, and refused as such."""
        return TargetRequest(
            self.service,
            wait_s=60 * _whole(self.minutes),
            share_percent=_whole(self.share),
            applies_from_on=_day(self.starts_on, date.min),
            decided_on=_day(self.decided_on, date.max),
            decided_by=self.decided_by,
        )


@dataclass(frozen=True, slots=True)
class TypedWithdrawal:
    """The fields of a withdrawal as texts, of the target `target` (id)."""

    service: str
    target: str
    from_on: str
    reason: str
    decided_on: str
    decided_by: str
    form: str

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "TypedWithdrawal":
        """The values sent; a missing one is empty."""
        names = ("demarche", "objectif", "debut", "motif", "decide_le", "par", "formulaire")
        return cls(*(_line(fields.get(name, "")) for name in names))

    @classmethod
    def first(cls, span: TargetSpan, on: date) -> "TypedWithdrawal":
        """The first values of the form: the first possible day, the office that decided the target, no
        reason.
        """
        days, target = span.days_to_withdraw(on), span.target
        from_on = "" if days is None else days[0].isoformat()
        return cls(target.service, target.id, from_on, "", on.isoformat(), target.decided_by, new_id())

    def as_request(self) -> WithdrawalRequest:
        """The withdrawal; a day that cannot be read is out of bounds. Refusal: withdrawal_reason_missing."""
        if self.reason not in set(WithdrawalReason):
            raise Refusal("withdrawal_reason_missing")
        return WithdrawalRequest(
            self.target,
            from_on=_day(self.from_on, date.min),
            reason=WithdrawalReason(self.reason),
            decided_on=_day(self.decided_on, date.max),
            decided_by=self.decided_by,
        )


def write_key(author: Author, typed: TargetFields | TypedWithdrawal) -> WriteKey:
    """The key of a press, equal for two equal presses: the author, the form, and its typed values."""
    content = repr(typed).encode()
    return WriteKey.of_author(author, sha256(content).hexdigest(), content)


def first_typed(services: Sequence[ServiceTargets], chosen: ServiceTargets | None, on: date) -> TargetFields:
    """The first values of the form: the service's newest target, from next month, and the last decider."""
    newest = None if chosen is None else [chosen.now, *chosen.to_come][-1]
    wait_s = 0 if chosen is None else chosen.service.target_s
    share_percent = FIRST_SHARE_PERCENT
    if newest is not None:
        wait_s, share_percent = newest.target.wait_s, newest.target.share_percent
    decided = [span.target for each in services for span in each.spans]
    last = max(decided, key=lambda each: (each.recorded_at, each.id), default=None)
    return TargetFields(
        service="" if chosen is None else chosen.service.id,
        minutes=str(wait_s // 60),
        share=str(share_percent),
        starts_on=period_of(PeriodKind.MONTH, on).ends_on.isoformat(),
        decided_on=on.isoformat(),
        decided_by="" if last is None else last.decided_by,
        form=new_id(),
    )


def bounds(on: date) -> dict[str, Any]:
    """What each field may hold, as of a local date."""
    return {
        "minutes": (SHORTEST_WAIT_S // 60, LONGEST_WAIT_S // 60),
        "share": (LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT),
        "starts_on": (on.isoformat(), (on + FARTHEST).isoformat()),
        "decided_on": on.isoformat(),
        "decided_by": LONGEST_NAME,
    }


def _line(text: str) -> str:
    """On one line; a far too long text is cut."""
    return " ".join(text[:200].split())


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _day(text: str, unread: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return unread
