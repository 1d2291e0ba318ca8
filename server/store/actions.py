"""The action plan of a site: its rows, as people keep them by hand."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import bindparam

from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.voice import action


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of a site (slug). `owner`: an office or a role; `state`: one of `ActionState`.

    `origin`: in words; `origin_kind`, `origin_id`: what led to it; None for what was added by hand.
    """

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
    origin_kind: str | None
    origin_id: str | None


@dataclass(frozen=True, slots=True)
class ChangedAction:
    """What people change of an action."""

    remark: str
    origin: str
    solution: str
    owner: str
    due_on: date | None
    state: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ActionOfOrigin:
    """The action (id) of an origin (id), and where it stands."""

    origin_id: str
    id: str
    state: str


_ROWS = rows_of(ActionRow, action)
_OF_SITE = Read(
    ActionRow,
    _ROWS.where(action.c.site == bindparam("site")).order_by(action.c.added_at, action.c.id),
)
_OF_ORIGINS = Read(
    ActionOfOrigin,
    rows_of(ActionOfOrigin, action).where(
        action.c.origin_kind == bindparam("kind"),
        action.c.origin_id.in_(bindparam("origins", expanding=True)),
    ),
)
_INSERT = Write.new_row_once(action, ActionRow)
_CHANGE = Write(
    action.update().where(action.c.id == bindparam("of_id"), action.c.site == bindparam("of_site")),
    *(field.name for field in fields(ChangedAction)),
)


def actions_of(rows: Rows, site: str) -> list[ActionRow]:
    """The actions of a site, in the order in which they were added."""
    return rows.all(_OF_SITE, site=site)


def actions_of_origins(rows: Rows, kind: str, origins: Collection[str]) -> dict[str, ActionOfOrigin]:
    """The actions of these origins of a kind, by the id of the origin."""
    return {each.origin_id: each for each in rows.all(_OF_ORIGINS, kind=kind, origins=list(origins))}


def insert_action(rows: WrittenRows, new: ActionRow) -> None:
    """Keeps a new action; one of this id stays as it is."""
    rows.execute(_INSERT, **values_of(new))


def change_row(rows: WrittenRows, site: str, action: str, changed: ChangedAction) -> bool:
    """Keeps the changed words of an action; False when its site has none of this id."""
    return bool(rows.execute(_CHANGE, of_id=action, of_site=site, **values_of(changed)))
