"""A press repeated: the same ticket again, as it was issued."""

import json

from server.domain.instants import from_micros, micros_to_text
from server.domain.refusals import Refusal
from server.store.tickets.ticket_tokens import is_press_known
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer, quoted_answer
from server.usecases.appointments.check_in import arrival_answer
from server.usecases.tickets.ticket_token import token_again

_SELECT_PRESS = (
    "SELECT a.visit, a.hall, a.short_code, a.press_by, v.number, v.issued_at, l.service,"
    " l.quoted_low_s, l.quoted_median_s, l.quoted_high_s, l.booked_at, l.arrived_at,"
    " j.id AS job, j.state AS job_state, j.verdict AS job_verdict, f.body"
    " FROM ticket_access a JOIN visit v ON v.id = a.visit JOIN leg l ON l.visit = v.id AND l.position = 1"
    " LEFT JOIN print_job j ON j.visit = v.id AND j.copy = 1"
    " LEFT JOIN hall_fact f ON f.visit = v.id AND f.kind = 'TicketIssued' WHERE a.press = :press"
)


def is_pressed(database: Database, press: str) -> bool:
    """Whether a press has its ticket already."""
    with database.read() as rows:
        return is_press_known(rows, press)


def pressed_before(database: Database, transaction: HallTransaction, press: str) -> Answer:
    """The ticket of a press that was made already. Refusal: press_elsewhere, from another device."""
    row = transaction.one(_SELECT_PRESS, press=press)
    assert row is not None
    presser = transaction.author.device or transaction.author.id
    if row["press_by"] != presser or row["hall"] != transaction.hall:
        raise Refusal("press_elsewhere", press_id=press)
    ahead = json.loads(row["body"])["ahead"] if row["body"] else None
    booked_at = None if row["booked_at"] is None else from_micros(row["booked_at"])
    arrived_at = from_micros(row["arrived_at"])
    arrival = arrival_answer(transaction.configuration, row["service"], booked_at, arrived_at)
    service = transaction.configuration.services.get(row["service"])
    return {
        "visit": row["visit"],
        "number": row["number"],
        "service": row["service"],
        "service_names": {} if service is None else dict(service.names),
        "issued_at": micros_to_text(row["issued_at"]),
        "ahead": ahead,
        **quoted_answer(row["quoted_low_s"], row["quoted_median_s"], row["quoted_high_s"]),
        "token": token_again(database, transaction, row["visit"]),
        "short_code": row["short_code"],
        "print": None
        if row["job"] is None
        else {"job": row["job"], "state": row["job_state"], "verdict": row["job_verdict"]},
        "is_new": False,
    } | ({} if arrival is None else {"appointment": arrival})
