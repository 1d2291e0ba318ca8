"""Alerts of one hall as tests raise, end and read them."""

from typing import Any

import pytest

from server.domain.alerts import AlertKind
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.transactions.database import Database
from server.usecases.alerts.course import AlertRequest, RaisedAlert, ask_end, end_alert, raise_alert
from server.usecases.hall.read_board import read_board
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import HALL

GUARD, SECOND_GUARD = Author("guard"), Author("second-guard")
EVACUATE, MEDICAL, CUSTOM = AlertKind.EVACUATE, AlertKind.MEDICAL, AlertKind.CUSTOM


def raised(database: Database, kind: AlertKind = EVACUATE, by: Author = GUARD, **more: Any) -> RaisedAlert:
    request = AlertRequest(kind, more.pop("press", None) or new_id(), **more)
    return raise_alert(database, [database.hall_id(HALL)], by, request)


def ended(database: Database, alert: str, by: Author = GUARD) -> None:
    hall = [database.hall_id(HALL)]
    ask_end(database, alert, hall, by)
    end_alert(database, alert, hall, by)


def alert_on_board(database: Database) -> Any:
    return read_board(database, HALL)["alert"]


def refusal(verb: Any, *values: Any, **named: Any) -> str:
    with pytest.raises(Refusal) as refused:
        verb(*values, **named)
    return refused.value.code


def facts(database: Database, *kinds: str) -> list[Any]:
    found = all_rows(database, "SELECT * FROM hall_fact ORDER BY position")
    return [row for row in found if row["kind"] in kinds]
