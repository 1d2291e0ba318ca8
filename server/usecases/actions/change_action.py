"""Change an action of a plan."""

from server.domain.actions.actions import ActionRequest, checked_action, due_day
from server.domain.refusals import Refusal
from server.store.actions import ChangedAction, change_row
from server.store.transactions.database import Database


def change_action(database: Database, site: str, action: str, typed: ActionRequest) -> None:
    """Changes an action (id) of a site; its origin stays.

    Refusals: those of `checked_action`, unknown_action.
    """
    checked = checked_action(typed)
    changed = ChangedAction(
        remark=checked.remark,
        origin=checked.origin,
        solution=checked.solution,
        owner=checked.owner,
        due_on=due_day(checked.due_on) if checked.due_on else None,
        state=checked.state,
        changed_at=database.clock.now(),
    )
    with database.store.write() as rows:
        if not change_row(rows, site, action, changed):
            raise Refusal("unknown_action")
