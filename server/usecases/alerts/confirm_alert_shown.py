"""Record that a screen shows an alert, once for each screen. Screens without this fact were not reached."""

from server.domain.alerts import alert_shown
from server.domain.author import Author
from server.ids import new_id
from server.store import alerts
from server.store.engine.rows import Rows
from server.store.transactions.database import Database


def show_alert(database: Database, hall: str, screen: str, alert: str, *, device: str) -> bool:
    """Records that a screen (its id in the hall's document) shows an alert of a hall (id).

    False when that was recorded before, or the alert is not one of this hall. `device`: the id of the
    screen's device, who is the author of the fact.
    """
    with database.read() as rows:
        if not _is_news(rows, hall, screen, alert):
            return False
    with database.transaction(hall, Author(device, device)) as transaction:
        if not _is_news(transaction, transaction.hall, screen, alert):
            return False
        transaction.record(alert_shown(new_id(), alert, screen=screen))
    return True


def _is_news(rows: Rows, hall: str, screen: str, alert: str) -> bool:
    is_of_hall = any(row.hall == hall for row in alerts.rows_of_alert(rows, alert))
    return is_of_hall and screen not in alerts.screens_showing(rows, alert, hall)
