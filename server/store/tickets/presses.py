"""Presses: a visitor’s press for a ticket, which gives one ticket however often it is sent."""

from sqlalchemy import bindparam, select

from server.store.engine.rows import Query, Rows
from server.store.engine.statements import Read
from server.store.tables.visits import ticket_access

_PRESSED = Read(str, select(ticket_access.c.visit).where(ticket_access.c.press == bindparam("press")))


def of_press(press: str) -> Query:
    """The read of `has_ticket`."""
    return Query(_PRESSED, {"press": press})


def has_ticket(rows: Rows, press: str) -> bool:
    """Whether a press has a ticket."""
    return rows.one(_PRESSED, press=press) is not None
