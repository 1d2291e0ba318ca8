"""The language a visitor chose at the kiosk: a personal value, erased when the day closes."""

from server.store.transactions.database import Database

_LANGUAGE = "SELECT e.value FROM visit v JOIN erasable e ON e.id = v.language WHERE v.id = :visit"


def visitor_language(database: Database, visit: str) -> str | None:
    """The code of the language of a visit's ticket; None when it is erased or the visit unknown."""
    with database.read() as rows:
        row = rows.one(_LANGUAGE, visit=visit)
    return None if row is None else row["value"]
