"""A screen says that it shows an alert: kept as a fact, once, so that who was not reached can be named."""

from server.domain.alerts.facts import alert_shown
from server.domain.author import Author
from server.ids import new_id
from server.store import alerts
from server.store.transactions.database import Database


def show_alert(database: Database, hall: str, screen: str, alert: str, *, device: str) -> bool:
    """Whether this is news: the screen (its id in the hall's document) shows an alert of the hall (id).

    `device` is the id of the screen's device, the fact's author.
    """
    with database.read() as rows:
        if not _is_news(rows, hall, screen, alert):
            return False
    with database.transaction(hall, Author(device, device)) as transaction:
        if not _is_news(transaction, transaction.hall, screen, alert):
            return False
        transaction.record(alert_shown(new_id(), alert, screen=screen))
    return True


def _is_news(rows: object, hall: str, screen: str, alert: str) -> bool:
    is_of_hall = any(row["hall"] == hall for row in alerts.of_alert(rows, alert))
    return is_of_hall and screen not in alerts.shown_on(rows, alert, hall)
