"""Add an action to the plan of a site: by hand, or from what another subject found."""

from datetime import datetime

from server.domain.actions.actions import ActionOrigin, ActionRequest, checked_action, due_day
from server.ids import new_id
from server.store.actions import ActionRow, insert_action
from server.store.transactions.database import Database


def add_action(database: Database, site: str, typed: ActionRequest, *, form: str) -> str:
    """Adds an action to a site's plan by hand; its id. The same form again adds nothing.

    Refusals: those of `checked_action`.
    """
    return _add(database, form or new_id(), site, typed, None)


def add_action_for(database: Database, site: str, origin: ActionOrigin, typed: ActionRequest) -> str:
    """Adds the action of an origin (complaint, decision, finding) to its site's plan; its id.

    An origin has one action: once more, the action stays as it is. Refusals: those of `checked_action`.
    """
    return _add(database, _action_of(origin), site, typed, origin)


def _action_of(origin: ActionOrigin) -> str:
    """The id of the action that an origin has or would have."""
    return f"{origin.kind}-{origin.id}"


def _add(
    database: Database, action: str, site: str, typed: ActionRequest, origin: ActionOrigin | None
) -> str:
    checked, now = checked_action(typed), database.clock.now()
    with database.store.write() as rows:
        insert_action(rows, _row(action, site, checked, origin, now))
    return action


def _row(
    action: str, site: str, typed: ActionRequest, origin: ActionOrigin | None, now: datetime
) -> ActionRow:
    return ActionRow(
        id=action,
        site=site,
        remark=typed.remark,
        origin=typed.origin,
        solution=typed.solution,
        owner=typed.owner,
        due_on=due_day(typed.due_on) if typed.due_on else None,
        state=typed.state,
        added_at=now,
        changed_at=now,
        origin_kind=None if origin is None else origin.kind,
        origin_id=None if origin is None else origin.id,
    )
