"""Erase rows whose time is over, a few at a time so that no visitor waits for it.

What is kept how long says the schedule (`server.domain.retention`), with the days that the site chose.
What the purges of each day erased is counted; nothing personal is in it. The journals are not touched.
"""

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import BindParameter, ColumnElement, Select, Table, bindparam, func, null, or_, select, tuple_

from server.domain.author import last_year_over
from server.domain.retention import Chosen, limits_after_end
from server.store.engine.lookups import Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.engine.writes import Writes
from server.store.operation.backups import is_postgresql
from server.store.tables.alerts import bulletin, delivery, incident_note
from server.store.tables.counters import message
from server.store.tables.devices import pairing, print_job
from server.store.tables.journals import erasable, idempotency, purge_run, register_text, retention_choice
from server.store.tables.notices import notice_draft
from server.store.tables.people import account_pseudonym, invitation, sign_in, sign_in_failure
from server.store.tables.reports import report_letter
from server.store.tables.visits import appointment_access, reminder, ticket_access, visitor_away
from server.store.tables.voice import (
    committee_minutes,
    complaint,
    complaint_contact,
    complaint_photograph,
    finding,
    hall_check,
    proof_photograph,
    survey,
    survey_text,
    survey_ticket,
)
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


@dataclass(frozen=True, slots=True)
class PurgeRun:
    """The purges of a day (UTC): the instant of the last, rows erased and rows left over time, by table."""

    day: date
    done_at: datetime
    erased: Mapping[str, int]
    overdue: Mapping[str, int]


_RUNS = rows_of(PurgeRun, purge_run).order_by(purge_run.c.day.desc())
purge_runs = Several(PurgeRun, _RUNS.limit(bindparam("limit")))
"""At most `limit` days with purges, the newest first."""
_OF_DAY = Read(PurgeRun, _RUNS.where(purge_run.c.day == bindparam("day")).with_for_update())
_KEEP = Write.upsert(purge_run, ["day"], ["done_at", "erased", "overdue"])


def keep_purge_run(
    rows: WrittenRows, now: datetime, erased: Mapping[str, int], overdue: Mapping[str, int]
) -> None:
    """Adds what a purge erased to its day; `overdue`: what was left over time after it."""
    before = rows.one(_OF_DAY, day=now.date())
    counts = dict(before.erased) if before else {}
    for table, count in erased.items():
        if count:
            counts[table] = counts.get(table, 0) + count
    left = {table: count for table, count in overdue.items() if count}
    rows.execute(_KEEP, day=now.date(), done_at=now, erased=counts, overdue=left)


chosen_days = Pairs(tuple[str, int], select(retention_choice.c.name, retention_choice.c.days))
"""The days that the site chose, by the names of rows of the schedule."""
register_texts = Pairs(tuple[str, str], select(register_text.c.name, register_text.c.text))
"""What the site says of its processing, by the names of the gaps it fills."""
_KEEP_TEXT = Write.upsert(register_text, ["name"], ["text"])
_DELETE_TEXT = Write(register_text.delete().where(register_text.c.name == bindparam("of_name")))


def keep_register_text(transaction: Writes, name: str, text: str) -> None:
    """Keeps the words of a gap; none: it is a gap again."""
    if text:
        transaction.run(_KEEP_TEXT, name=name, text=text)
    else:
        transaction.run(_DELETE_TEXT, of_name=name)


BATCH = 500
"""Rows per transaction."""
NEUTRAL_TICKET = '{"ahead": null, "kind": "ticket", "language": "fr"}'
"""What is left of a printed ticket's content."""

_NOW: BindParameter[datetime] = bindparam("now")
_BATCH: BindParameter[int] = bindparam("batch")


@dataclass(frozen=True, slots=True)
class Erasing:
    """How rows of a table are erased, and how many there are to erase; both take the same values."""

    erase: Write
    count: Read[int]


def _counted(past: Select[*tuple[object, ...]]) -> Read[int]:
    return Read(int, select(func.count().label("past")).select_from(past.subquery()))


def _delete(table: Table, over_at: str) -> Erasing:
    """Deletes up to `batch` rows whose instant `over_at` has passed at `now`."""
    key = list(table.primary_key.columns)
    past = select(*key).where(table.c[over_at] <= _NOW)
    few = past.limit(_BATCH).correlate(None)
    return Erasing(Write(table.delete().where(tuple_(*key).in_(few))), _counted(past))


def _empty(table: Table, past: Select[*tuple[object, ...]], values: Mapping[str, object]) -> Erasing:
    """Gives up to `batch` rows that `past` finds by their ids these values."""
    few = past.limit(_BATCH).correlate(None)
    return Erasing(Write(table.update().where(table.c.id.in_(few)).values(**values)), _counted(past))


_IS_OVER: ColumnElement[bool] = erasable.c.value.is_not(None) & (erasable.c.erase_after <= _NOW)
_ERASABLES = _empty(erasable, select(erasable.c.id).where(_IS_OVER), {"value": null(), "salt": null()})
_INCIDENT_NOTES = _empty(
    incident_note,
    select(incident_note.c.id).where(incident_note.c.erase_after <= _NOW),
    {"written_by": null(), "complaint": null(), "erase_after": null()},
)
_printed = print_job.alias("printed")
_TICKET_CONTENTS = _empty(
    print_job,
    select(_printed.c.id)
    .join_from(
        ticket_access,
        _printed,
        (_printed.c.visit == ticket_access.c.visit) & (_printed.c.document != NEUTRAL_TICKET),
    )
    .where(ticket_access.c.expires_at <= _NOW),
    {"document": NEUTRAL_TICKET},
)
_linked = account_pseudonym.alias("linked")
_PAST_LINKS = select(_linked.c.pseudonym).where(_linked.c.year <= bindparam("year"))
PSEUDONYMS = Erasing(
    Write(
        account_pseudonym.delete().where(
            account_pseudonym.c.pseudonym.in_(_PAST_LINKS.limit(_BATCH).correlate(None))
        )
    ),
    _counted(_PAST_LINKS),
)
"""The links of the years until `year`; the table is small and needs no index for it."""
_over = select(survey.c.id).where(survey.c.closes_at <= _NOW)
_used = survey_ticket.alias("used")
_PAST_TICKETS = select(_used.c.survey, _used.c.digest).where(_used.c.survey.in_(_over))
_SURVEY_TICKETS = Erasing(
    Write(
        survey_ticket.delete().where(
            tuple_(survey_ticket.c.survey, survey_ticket.c.digest).in_(
                _PAST_TICKETS.limit(_BATCH).correlate(None)
            )
        )
    ),
    _counted(_PAST_TICKETS),
)
_ended = survey.alias("ended")
_SURVEY_SECRETS = _empty(
    survey,
    select(_ended.c.id).where(_ended.c.closes_at <= _NOW, _ended.c.state == "open"),
    {"secret": null(), "state": "closed"},
)
_TEXTS_OF_COMPLAINT = ("text", "answer", "reason", "public_asked", "public_done")
"""Some may be written after the others were erased: each is looked at."""
_received = complaint.alias("received")
_COMPLAINT_TEXTS = _empty(
    complaint,
    select(_received.c.id).where(
        or_(*(_received.c[text] != "" for text in _TEXTS_OF_COMPLAINT)), _received.c.received_at <= _NOW
    ),
    {**dict.fromkeys(_TEXTS_OF_COMPLAINT, ""), "released_at": null()},
)
ERASE: Mapping[str, Erasing] = {
    "erasable": _ERASABLES,
    "reminder": _delete(reminder, "erase_after"),
    "visitor_away": _delete(visitor_away, "erase_after"),
    "print_job": _TICKET_CONTENTS,
    "ticket_access": _delete(ticket_access, "expires_at"),
    "appointment_access": _delete(appointment_access, "expires_at"),
    "idempotency": _delete(idempotency, "created_at"),
    "incident_note": _INCIDENT_NOTES,
    "message": _delete(message, "erase_after"),
    "delivery": _delete(delivery, "created_at"),
    "report_letter": _delete(report_letter, "queued_at"),
    "bulletin": _delete(bulletin, "received_at"),
    "notice_draft": _delete(notice_draft, "changed_at"),
    "sign_in": _delete(sign_in, "expires_at"),
    "invitation": _delete(invitation, "expires_at"),
    "sign_in_failure": _delete(sign_in_failure, "failed_at"),
    "pairing": _delete(pairing, "expires_at"),
    "survey_ticket": _SURVEY_TICKETS,
    "survey": _SURVEY_SECRETS,
    "survey_text": _delete(survey_text, "erase_after"),
    "complaint_contact": _delete(complaint_contact, "erase_after"),
    "complaint": _COMPLAINT_TEXTS,
    "complaint_photograph": _delete(complaint_photograph, "erase_after"),
    "committee_minutes": _delete(committee_minutes, "erase_after"),
    "proof_photograph": _delete(proof_photograph, "erase_after"),
    "finding": _delete(finding, "added_at"),
    "hall_check": _delete(hall_check, "added_at"),
    "purge_run": _delete(purge_run, "done_at"),
    "account_pseudonym": PSEUDONYMS,
}
"""By table, in this order: a printed content goes with its ticket's token.

Each finds its rows by an index, but for a few small tables. Each table has a row in the schedule.
"""


def erase_past(database: Database, now: datetime) -> dict[str, int]:
    """How many rows of each table were erased because their time was over at `now`."""
    with database.read() as rows:
        chosen = chosen_days(rows)
    counts = {
        table: _in_batches(database, erasing.erase, limit_of(table, chosen, now))
        for table, erasing in ERASE.items()
    }
    if counts["account_pseudonym"]:
        database.pseudonyms.forget()
    return counts


def count_past(rows: Rows, now: datetime, chosen: Chosen) -> dict[str, int]:
    """How many rows of each table a purge would erase at `now`, with these days chosen."""
    return {
        table: rows.one(erasing.count, **limit_of(table, chosen, now)) or 0
        for table, erasing in ERASE.items()
    }


def limit_of(table: str, chosen: Chosen, now: datetime) -> dict[str, object]:
    """The values by which the statements of a table know what is over at `now`."""
    kept = limits_after_end(chosen)[table]
    if table == "account_pseudonym":
        return {"year": last_year_over(now, kept)}
    return {"now": now - kept}


def erase_now(transaction: HallTransaction, now: datetime) -> None:
    """Erases needs and languages of visitors within a hall's transaction, when their day closes."""
    transaction.run(_ERASABLES.erase, now=now, batch=BATCH)
    transaction.memory.needs_erased()


def _in_batches(database: Database, erase: Write, values: Mapping[str, object]) -> int:
    total = 0
    while True:
        with database.store.write() as rows:
            count = rows.execute(erase, **values, batch=BATCH)
        total += count
        if count < BATCH:
            return total
        time.sleep(0)  # under gevent: transactions that wait to write go first


PERSONAL = (*ERASE, "account", "identity")
"""The tables with personal values. Facts, visits and legs, which make a database large, have none."""


def rewrite_pages(url: str) -> bool:
    """Writes anew what held personal values in the database of an address; False while others use it.

    Others wait while it runs: on SQLite for the whole file, on PostgreSQL for one table at a time.
    """
    return _rewrite_tables(url) if is_postgresql(url) else _rewrite_file(url.removeprefix("sqlite:///"))


def _rewrite_file(file: str) -> bool:
    """Writes every page of the file anew and empties its log.

    `secure_delete` overwrites what is erased; a page that was split before may still hold a copy.
    """
    connection = sqlite3.connect(file, isolation_level=None, timeout=5.0)
    try:
        connection.execute("pragma secure_delete = on")
        connection.execute("vacuum")
        (is_busy, _, _) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return not is_busy


def _rewrite_tables(url: str) -> bool:
    """Writes the tables with personal values and their indexes to new files; a table in use stops it."""
    conninfo = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '2s'")
        try:
            for table in PERSONAL:
                connection.execute(SQL("VACUUM (FULL) {}").format(Identifier(table)))
        except psycopg.errors.LockNotAvailable:
            return False
    return True
