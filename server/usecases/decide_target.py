"""Decide a target: from a date on, a share of a service's waits is to last at most so long."""

from dataclasses import dataclass
from datetime import date

from server.domain.hall_facts import target_decided
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.database import Database
from server.store.installation import Author
from server.store.write_keys import WriteKey
from server.usecases.answers import Answer


@dataclass(frozen=True, slots=True)
class WantedTarget:
    """At least `share_percent` of the waits of a service within `wait_s`; dates are local."""

    service: str
    wait_s: int
    share_percent: int
    applies_from_on: date
    decided_on: date
    decided_by: str


def decide_target(
    database: Database, hall: str, author: Author, wanted: WantedTarget, *, write_key: WriteKey | None = None
) -> Answer:
    """The target decided. It stands until a later one applies; earlier ones stay as they were.

    Refusals: unknown_service; bad_target when the wait is not positive, the share not within 1–100 or nobody
    is named who decided.
    """
    is_right = wanted.wait_s > 0 and 1 <= wanted.share_percent <= 100 and wanted.decided_by.strip()
    if not is_right:
        raise Refusal("bad_target", wait_s=wanted.wait_s, share_percent=wanted.share_percent)
    with database.transaction(hall, author, write_key) as transaction:
        if transaction.is_replayed:
            return dict(transaction.replayed_answer)
        service = transaction.configuration.services.get(wanted.service)
        if service is None or service.is_retired:
            raise Refusal("unknown_service", service=wanted.service)
        target = new_id()
        dates = (wanted.applies_from_on, wanted.decided_on)
        fact = target_decided(
            target,
            wanted.service,
            wait_s=wanted.wait_s,
            share_percent=wanted.share_percent,
            dates=dates,
            decided_by=wanted.decided_by,
        )
        transaction.record(fact)
        return transaction.answer({"target": target, "service": wanted.service})
