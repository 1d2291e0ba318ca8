"""Say whether an entry concerns a person of the reception, which fixes who may read it."""

from dataclasses import replace

from server.store.complaints import change_entry
from server.store.transactions.database import Database
from server.usecases.complaints.read_entries import RegisterReach, find_entry_to_change


def mark_about_agent(database: Database, reach: RegisterReach, entry: str, *, concerns_agent: bool) -> None:
    """Marks an entry, or takes the mark back, which only those who read marked entries can.

    Refusals: unknown_hall, unknown_complaint.
    """
    with database.store.write() as rows:
        row = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(row, concerns_agent=concerns_agent))
