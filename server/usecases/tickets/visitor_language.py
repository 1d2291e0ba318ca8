"""The language a visitor chose at the kiosk: a personal value, erased when the day closes."""

from server.store.transactions.database import Database
from server.store.visits.visits import language_of_visit


def visitor_language(database: Database, visit: str) -> str | None:
    """The code of the language of a visit's ticket; None when it is erased or the visit unknown."""
    with database.read() as rows:
        return language_of_visit(rows, visit)
