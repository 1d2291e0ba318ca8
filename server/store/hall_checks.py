"""Checks of halls and their findings, and the action plan of a site, as people keep them by hand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import bindparam

from server.domain.actions import OPEN
from server.store.engine.lookups import NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.tables.voice import action, finding, hall_check


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check of a hall (id), of one `CheckKind`."""

    id: str
    hall: str
    kind: str
    done_on: date
    function: str
    scenario: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a check found of one criterion; `place`: from 0, in the order of the form."""

    hall_check: str
    place: int
    criterion: str
    words: str
    result: str
    remark: str
    added_at: datetime


checks_of = Several.of(CheckRow, hall_check, "hall", "kind", order=(hall_check.c.done_on.desc(), "id"))
"""The checks of a hall (id) of one kind, the newest first."""
check_of = One.of(CheckRow, hall_check, "id")
"""The check of an id."""
locked_check_of = One.of(CheckRow, hall_check, "id", is_locked=True)
"""The check of an id, locked until the transaction ends."""
findings_of = Several(
    FindingRow,
    rows_of(FindingRow, finding)
    .join(hall_check, hall_check.c.id == finding.c.hall_check)
    .where(hall_check.c.hall == bindparam("hall"), hall_check.c.kind == bindparam("kind"))
    .order_by(finding.c.hall_check, finding.c.place),
    names=("hall", "kind"),
)
"""The findings of all checks of a hall (id) of one kind, by check."""
_INSERT = Write.new_row_once(hall_check, CheckRow)
_INSERT_FINDING = Write.new_row(finding, FindingRow)


def insert_check(rows: WrittenRows, new: CheckRow, findings: Iterable[FindingRow]) -> None:
    """Keeps a new check and its findings; one of this id stays as it is."""
    if rows.execute(_INSERT, **values_of(new)):
        for each in findings:
            rows.execute(_INSERT_FINDING, **values_of(each))


@dataclass(frozen=True, slots=True)
class ChangedAction:
    """What people say of an action. `owner`: an office or a role; `origin`: in words."""

    remark: str
    origin: str
    solution: str
    owner: str
    due_on: date | None
    state: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ActionRow(ChangedAction):
    """An action of a site (slug). `origin_kind`, `origin_id`: None for what was added by hand."""

    id: str
    site: str
    added_at: datetime
    origin_kind: str | None
    origin_id: str | None


@dataclass(frozen=True, slots=True)
class ActionOfOrigin:
    """The action (id) of an origin (id), and where it stands."""

    origin_id: str
    id: str
    state: str


_ROWS = rows_of(ActionRow, action)
actions_of = Several(
    ActionRow,
    _ROWS.where(action.c.site == bindparam("site")).order_by(action.c.added_at, action.c.id),
)
"""The actions of a site, in the order in which they were added."""
actions_due = Several(ActionRow, _ROWS.where(action.c.state.in_(OPEN), action.c.due_on <= bindparam("until")))
"""The open actions of every site whose date is at the latest this day."""
_OF_ORIGINS = Read.of(
    ActionOfOrigin,
    action,
    action.c.origin_kind == bindparam("kind"),
    action.c.origin_id.in_(bindparam("origins", expanding=True)),
)
insert_action = NewRow(action, ActionRow, once=True)
"""Keeps a new action; one of this id stays as it is."""
_CHANGE = Write(
    action.update().where(action.c.id == bindparam("of_id"), action.c.site == bindparam("of_site")),
    *(field.name for field in fields(ChangedAction)),
)


def actions_of_origins(rows: Rows, kind: str, origins: Collection[str]) -> dict[str, ActionOfOrigin]:
    """The actions of these origins of a kind, by the id of the origin."""
    return {each.origin_id: each for each in rows.all(_OF_ORIGINS, kind=kind, origins=list(origins))}


def change_row(rows: WrittenRows, site: str, action: str, changed: ChangedAction) -> bool:
    """Keeps the changed words of an action; False when its site has none of this id."""
    return bool(rows.execute(_CHANGE, of_id=action, of_site=site, **values_of(changed)))
