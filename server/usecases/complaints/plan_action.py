"""Make an action of an entry of the register, in the plan of its site."""

from dataclasses import replace

from server.domain.actions.actions import ActionOrigin, ActionRequest, ActionState, OriginKind
from server.store.complaints import change_entry
from server.store.transactions.database import Database
from server.usecases.actions.add_action import add_action_for
from server.usecases.complaints.read_entries import RegisterReach, find_entry, find_entry_to_change


def plan_action(database: Database, reach: RegisterReach, entry: str, remark: str) -> str:
    """The id of the action of an entry; it is made once. `remark`: as the person who plans it writes it.

    Refusals: unknown_hall, unknown_complaint; those of `checked_action`.
    """
    site = database.configuration(database.hall_id(reach.hall)).site.slug
    with database.read() as rows:
        row = find_entry(rows, database, reach, entry)
    if row.action is not None:
        return row.action
    action_request = ActionRequest(remark, "", "", "", "", ActionState.TO_DO)
    action = add_action_for(database, site, ActionOrigin(OriginKind.COMPLAINT, row.id), action_request)
    with database.store.write() as rows:
        current = find_entry_to_change(rows, database, reach, entry)
        change_entry(rows, replace(current, action=action))
    return action
