"""Decide for how many days something is kept; it applies to what exists, at the next purge."""

from dataclasses import dataclass

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.domain.retention import check_days, kept_for, retention_decided
from server.store.operation.erase_expired import count_past
from server.store.retention import chosen_days
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import Sites


@dataclass(frozen=True, slots=True)
class RetentionEffect:
    """What other days would do: `days` and those of `before`; `erased`: rows the next purge would erase."""

    name: str
    days: int
    before: int
    erased: int


def decide_retention(database: Database, author: Author, name: str, days: int, *, sites: Sites) -> None:
    """Keeps something for so many days from now on, as a fact; records nothing where nothing changes.

    `sites`: those that the author administers, None: every one. Refusals: retention_of_all_sites,
    unknown_retention, retention_out_of_bounds.
    """
    if sites is not None:
        raise Refusal("retention_of_all_sites")
    row = check_days(name, days)
    with database.installation_transaction(author) as transaction:
        kept = kept_for(row, chosen_days(transaction))
        before = 0 if kept is None else kept.days
        if before != days:
            transaction.record(retention_decided(name, days, before=before))


def read_effect(database: Database, name: str, days: int) -> RetentionEffect:
    """What it would erase at the next purge to keep something for so many days.

    Refusals: unknown_retention, retention_out_of_bounds.
    """
    row = check_days(name, days)
    assert row.table is not None  # only what a purge erases has days to choose
    now = database.clock.now()
    with database.read() as rows:
        chosen = chosen_days(rows)
        kept = kept_for(row, chosen)
        erased = count_past(rows, now, {**chosen, name: days})[row.table]
    return RetentionEffect(name, days, 0 if kept is None else kept.days, erased)
