"""The alert that an exit kiosk shows, whether its survey still runs or not."""

from typing import TypedDict

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Channel
from server.store.surveys import address_of_code
from server.store.transactions.database import Database
from server.usecases.alerts.alert_answers import AlertPart
from server.usecases.alerts.read_alerts import alert_part
from server.usecases.hall_view import hall_state
from signage.board_messages import Position


class _Languages(TypedDict):
    """The languages of the hall."""

    languages: list[str]


class ExitAlert(Position, AlertPart, _Languages):
    """The alert of the hall of an exit kiosk, with the hall's position."""


def read_exit_alert(database: Database, code: str) -> ExitAlert:
    """The alert of the hall where an address is that of an exit kiosk. Refusal: unknown_survey."""
    with database.read() as rows:
        address = address_of_code(rows, code.lower())
        if address is None or address.hall is None or address.channel != Channel.KIOSK:
            raise Refusal("unknown_survey")
        state = hall_state(database, rows, address.hall)
        at = state.position.as_of
        alert = alert_part(rows, address.hall, state.configuration, at, has_every_language=True)
    return {**state.position_message, **alert, "languages": list(state.configuration.languages)}
