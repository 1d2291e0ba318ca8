"""Checks of halls and their findings, and the action plan of a site, as people keep them by hand."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_

from server.domain.actions import OPEN, ActionState
from server.store.engine.lookups import NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.tables.voice import action, action_change, finding, hall_check


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
    """What people say of an action. `owner`, `verified_by`: an office or a role; `origin`: in words.

    `done_on`: since which local day it is done; None: it is not.
    """

    remark: str
    origin: str
    solution: str
    owner: str
    due_on: date | None
    state: str
    proof: str
    verified_by: str
    review_on: date | None
    effect: str
    done_on: date | None
    changed_at: datetime


_IN_HISTORY = ("state", "owner", "due_on", "effect")


@dataclass(frozen=True, slots=True)
class ActionChange:
    """What an action (id) was after a change."""

    id: str
    action: str
    changed_at: datetime
    state: str
    owner: str
    due_on: date | None
    effect: str

    def is_news_after(self, before: "ActionChange") -> bool:
        """Whether state, owner, date or effect differ; the history keeps no other change."""
        return any(getattr(self, name) != getattr(before, name) for name in _IN_HISTORY)


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
    """The action (id) of an origin (id), and where it stands; `done_on`: since when it is done."""

    origin_id: str
    id: str
    state: str
    done_on: date | None


_ROWS = rows_of(ActionRow, action)
_OF_SITES = Read(
    ActionRow,
    _ROWS.where(action.c.site.in_(bindparam("sites", expanding=True))).order_by(
        action.c.added_at, action.c.id
    ),
)
locked_action = One(
    ActionRow,
    _ROWS.where(action.c.site == bindparam("site"), action.c.id == bindparam("action")).with_for_update(),
    names=("site", "action"),
)
"""The action (id) of a site, locked until the transaction ends."""
actions_due = Several(
    ActionRow,
    _ROWS.where(
        or_(
            and_(action.c.state.in_(OPEN), action.c.due_on <= bindparam("until")),
            and_(
                action.c.state == ActionState.DONE,
                action.c.effect == "",
                action.c.review_on <= bindparam("until"),
            ),
        )
    ),
)
"""Of every site: the open actions whose date, and the done ones whose review, is at the latest this day."""
_CHANGES_OF_SITES = Read(
    ActionChange,
    rows_of(ActionChange, action_change)
    .join(action, action.c.id == action_change.c.action)
    .where(action.c.site.in_(bindparam("sites", expanding=True)))
    .order_by(action_change.c.changed_at),
)
insert_change = NewRow(action_change, ActionChange, once=True)
"""Keeps a change of an action; one of this id stays as it is."""
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


def actions_of(rows: Rows, *sites: str) -> list[ActionRow]:
    """The actions of sites (slugs), in the order in which they were added."""
    return rows.all(_OF_SITES, sites=list(sites))


def changes_of(rows: Rows, *sites: str) -> dict[str, list[ActionChange]]:
    """The changes of the actions of sites (slugs), by the id of the action, the oldest first."""
    found: defaultdict[str, list[ActionChange]] = defaultdict(list)
    for each in rows.all(_CHANGES_OF_SITES, sites=list(sites)):
        found[each.action].append(each)
    return found


def actions_of_origins(rows: Rows, kind: str, origins: Collection[str]) -> dict[str, ActionOfOrigin]:
    """The actions of these origins of a kind, by the id of the origin."""
    return {each.origin_id: each for each in rows.all(_OF_ORIGINS, kind=kind, origins=list(origins))}


def change_row(rows: WrittenRows, site: str, action: str, changed: ChangedAction) -> bool:
    """Keeps the changed words of an action; False when its site has none of this id."""
    return bool(rows.execute(_CHANGE, of_id=action, of_site=site, **values_of(changed)))
