"""The action plan of a site: its rows, as people keep them by hand."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.voice import action


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of a site (slug). `owner`: an office or a role; `state`: one of `ActionState`."""

    id: str
    site: str
    remark: str
    origin: str
    solution: str
    owner: str
    due_on: date | None
    state: str
    added_at: datetime
    changed_at: datetime


_OF_SITE = Read(
    ActionRow,
    rows_of(ActionRow, action)
    .where(action.c.site == bindparam("site"))
    .order_by(action.c.added_at, action.c.id),
)
_INSERT = Write.new_row(action, ActionRow)
_CHANGE = Write(
    action.update().where(action.c.id == bindparam("of_id"), action.c.site == bindparam("of_site")),
    *("remark", "origin", "solution", "owner", "due_on", "state", "changed_at"),
)


def actions_of(rows: Rows, site: str) -> list[ActionRow]:
    """The actions of a site, in the order in which they were added."""
    return rows.all(_OF_SITE, site=site)


def insert_action(rows: WrittenRows, new: ActionRow) -> None:
    """Keeps a new action."""
    rows.execute(_INSERT, **values_of(new))


def change_row(rows: WrittenRows, changed: ActionRow) -> bool:
    """Keeps the changed words of an action; False when its site has none of this id."""
    return bool(
        rows.execute(
            _CHANGE,
            of_id=changed.id,
            of_site=changed.site,
            remark=changed.remark,
            origin=changed.origin,
            solution=changed.solution,
            owner=changed.owner,
            due_on=changed.due_on,
            state=changed.state,
            changed_at=changed.changed_at,
        )
    )
