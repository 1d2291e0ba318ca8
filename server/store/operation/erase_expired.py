"""Erase rows whose time is over, a few at a time so that no visitor waits for it.

The journals are not touched.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Table, bindparam, null, select, tuple_

from server.domain.complaints.entries import TEXTS_KEPT
from server.domain.hall_checks.checks import CHECKS_KEPT
from server.domain.people.pseudonyms import last_year_over
from server.store.devices.pairings import FORGOTTEN_AFTER_S
from server.store.engine.statements import Write
from server.store.tables.alarms import delivery
from server.store.tables.bulletins import bulletin
from server.store.tables.counters import message
from server.store.tables.devices import pairing
from server.store.tables.journals import erasable, idempotency
from server.store.tables.people import account_pseudonym, invitation, sign_in, sign_in_failure
from server.store.tables.printing import print_job
from server.store.tables.reports import report_letter
from server.store.tables.surveys import survey, survey_text, survey_ticket
from server.store.tables.visits import appointment_access, ticket_access
from server.store.tables.voice import committee_minutes, complaint, complaint_contact, finding, hall_check
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction

BATCH = 500
"""Rows per transaction."""
IDEMPOTENCY_KEPT_S = 24 * 3600
INVITATION_KEPT_S = 30 * 24 * 3600
"""How long an invitation is kept after its end: meanwhile, its link still says that it has ended."""
FAILURES_KEPT_S = 24 * 3600
DELIVERIES_KEPT_S = 30 * 86_400
REPORT_LETTERS_KEPT_S = 800 * 86_400
"""Two years and more: as long as a letter is kept, its report is not sent a second time."""
BULLETINS_KEPT_S = 60 * 86_400
PSEUDONYMS_KEPT = timedelta(days=365)
"""How long after its year a pseudonym still leads to its account."""
NEUTRAL_TICKET = '{"ahead": null, "kind": "ticket", "language": "fr"}'
"""What is left of a printed ticket's content."""

_NOW: BindParameter[datetime] = bindparam("now")
_BATCH: BindParameter[int] = bindparam("batch")


def _delete(table: Table, over_at: str) -> Write:
    """Deletes up to `batch` rows whose instant `over_at` has passed at `now`."""
    key = list(table.primary_key.columns)
    past = select(*key).where(table.c[over_at] <= _NOW).limit(_BATCH).correlate(None)
    return Write(table.delete().where(tuple_(*key).in_(past)))


_ERASABLES = Write(
    erasable.update()
    .where(
        erasable.c.id.in_(
            select(erasable.c.id)
            .where(erasable.c.value.is_not(None), erasable.c.erase_after <= _NOW)
            .limit(_BATCH)
            .correlate(None)
        )
    )
    .values(value=null(), salt=null())
)
_printed = print_job.alias("printed")
_TICKET_CONTENTS = Write(
    print_job.update()
    .where(
        print_job.c.id.in_(
            select(_printed.c.id)
            .join_from(
                ticket_access,
                _printed,
                (_printed.c.visit == ticket_access.c.visit) & (_printed.c.document != NEUTRAL_TICKET),
            )
            .where(ticket_access.c.expires_at <= _NOW)
            .limit(_BATCH)
        )
    )
    .values(document=NEUTRAL_TICKET)
)
_linked = account_pseudonym.alias("linked")
_PSEUDONYMS = Write(
    account_pseudonym.delete().where(
        account_pseudonym.c.pseudonym.in_(
            select(_linked.c.pseudonym).where(_linked.c.year <= bindparam("year")).limit(_BATCH)
        )
    )
)
"""The links of the years until `year`; the table is small and needs no index for it."""
_over = select(survey.c.id).where(survey.c.closes_at <= _NOW)
_used = survey_ticket.alias("used")
_SURVEY_TICKETS = Write(
    survey_ticket.delete().where(
        tuple_(survey_ticket.c.survey, survey_ticket.c.digest).in_(
            select(_used.c.survey, _used.c.digest)
            .where(_used.c.survey.in_(_over))
            .limit(_BATCH)
            .correlate(None)
        )
    )
)
_ended = survey.alias("ended")
_SURVEY_SECRETS = Write(
    survey.update()
    .where(
        survey.c.id.in_(
            select(_ended.c.id)
            .where(_ended.c.closes_at <= _NOW, _ended.c.state == "open")
            .limit(_BATCH)
            .correlate(None)
        )
    )
    .values(secret=null(), state="closed")
)
_COMPLAINT_TEXTS = Write(
    complaint.update()
    .where(
        complaint.c.id.in_(
            select(complaint.c.id)
            .where(complaint.c.text != "", complaint.c.received_at <= _NOW)
            .limit(_BATCH)
            .correlate(None)
        )
    )
    .values(text="", answer="", reason="", public_asked="", public_done="", released_at=null())
)
ERASE: Mapping[str, Write] = {
    "erasable": _ERASABLES,
    "print_job": _TICKET_CONTENTS,
    "ticket_access": _delete(ticket_access, "expires_at"),
    "appointment_access": _delete(appointment_access, "expires_at"),
    "idempotency": _delete(idempotency, "created_at"),
    "message": _delete(message, "erase_after"),
    "delivery": _delete(delivery, "created_at"),
    "report_letter": _delete(report_letter, "queued_at"),
    "bulletin": _delete(bulletin, "received_at"),
    "sign_in": _delete(sign_in, "expires_at"),
    "invitation": _delete(invitation, "expires_at"),
    "sign_in_failure": _delete(sign_in_failure, "failed_at"),
    "pairing": _delete(pairing, "expires_at"),
    "survey_ticket": _SURVEY_TICKETS,
    "survey": _SURVEY_SECRETS,
    "survey_text": _delete(survey_text, "erase_after"),
    "complaint_contact": _delete(complaint_contact, "erase_after"),
    "complaint": _COMPLAINT_TEXTS,
    "finding": _delete(finding, "added_at"),
    "hall_check": _delete(hall_check, "added_at"),
    "committee_minutes": _delete(committee_minutes, "erase_after"),
}
"""The writes by table, in this order: a printed content goes with its ticket's token.

Each finds its rows by an index.
"""
_KEPT_S = {
    "idempotency": IDEMPOTENCY_KEPT_S,
    "invitation": INVITATION_KEPT_S,
    "sign_in_failure": FAILURES_KEPT_S,
    "delivery": DELIVERIES_KEPT_S,
    "report_letter": REPORT_LETTERS_KEPT_S,
    "bulletin": BULLETINS_KEPT_S,
    "pairing": FORGOTTEN_AFTER_S,
    "complaint": TEXTS_KEPT.total_seconds(),
    "finding": CHECKS_KEPT.total_seconds(),
    "hall_check": CHECKS_KEPT.total_seconds(),
}


def erase_past(database: Database, now: datetime) -> dict[str, int]:
    """How many rows of each table were erased because their time was over at `now`."""
    counts = {}
    for table, erase in ERASE.items():
        limit = now - timedelta(seconds=_KEPT_S.get(table, 0))
        counts[table] = _in_batches(database, erase, now=limit)
    over = last_year_over(now, PSEUDONYMS_KEPT)
    counts["account_pseudonym"] = _in_batches(database, _PSEUDONYMS, year=over)
    if counts["account_pseudonym"]:
        database.pseudonyms.forget()
    return counts


def erase_now(transaction: HallTransaction, now: datetime) -> None:
    """Erases needs and languages of visitors within a hall's transaction, when their day closes."""
    transaction.run(_ERASABLES, now=now, batch=BATCH)
    transaction.memory.needs_erased()


def _in_batches(database: Database, erase: Write, **values: object) -> int:
    total = 0
    while True:
        with database.store.write() as rows:
            count = rows.execute(erase, **values, batch=BATCH)
        total += count
        if count < BATCH:
            return total
        time.sleep(0)  # under gevent: transactions that wait to write go first
