"""Keep the action plan of a site: add an action, change it, read all of them."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.domain.actions.actions import ActionRequest, checked_action, due_day, is_late
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.actions.actions import ActionRow, actions_of, change_row, insert_action
from server.store.transactions.database import Database


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action of a site, and whether its date has passed while it is open."""

    row: ActionRow
    is_late: bool


def add_action(database: Database, site: str, typed: ActionRequest, *, form: str) -> str:
    """Adds an action to a site's plan; its id. The same form again adds nothing.

    Refusals: those of `checked_action`.
    """
    action = _row(form or new_id(), site, checked_action(typed), database.clock.now())
    with database.store.write() as rows:
        if all(each.id != action.id for each in actions_of(rows, site)):
            insert_action(rows, action)
    return action.id


def change_action(database: Database, site: str, action: str, typed: ActionRequest) -> None:
    """Changes an action (id) of a site. Refusals: those of `checked_action`, unknown_action."""
    changed = _row(action, site, checked_action(typed), database.clock.now())
    with database.store.write() as rows:
        if not change_row(rows, changed):
            raise Refusal("unknown_action")


def read_actions(database: Database, site: str, time_zone: str) -> list[PlannedAction]:
    """The plan of a site, in the order in which actions were added."""
    today = database.clock.now().astimezone(ZoneInfo(time_zone)).date()
    with database.read() as rows:
        found = actions_of(rows, site)
    return [PlannedAction(each, is_late(each.state, each.due_on, today)) for each in found]


def _row(action: str, site: str, typed: ActionRequest, now: datetime) -> ActionRow:
    due_on: date | None = due_day(typed.due_on) if typed.due_on else None
    return ActionRow(
        action, site, typed.remark, typed.origin, typed.solution, typed.owner, due_on, typed.state, now, now
    )
