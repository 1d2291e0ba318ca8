"""The plan of actions of a site: added by hand or from another subject, changed, read, late or due soon."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from server.domain.actions import (
    OPEN,
    REMINDED_BEFORE,
    ActionOrigin,
    ActionRequest,
    OriginKind,
    checked_action,
    due_day,
    is_due_soon,
    is_late,
)
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.hall_checks import (
    ActionRow,
    ChangedAction,
    actions_due,
    actions_of,
    change_row,
    insert_action,
)
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
    return _add(database, f"{origin.kind}-{origin.id}", site, typed, origin)


def _add(
    database: Database, action: str, site: str, typed: ActionRequest, origin: ActionOrigin | None
) -> str:
    now = database.clock.now()
    new = ActionRow(
        **asdict(_changed(typed, now)),
        id=action,
        site=site,
        added_at=now,
        origin_kind=None if origin is None else origin.kind,
        origin_id=None if origin is None else origin.id,
    )
    with database.store.write() as rows:
        insert_action(rows, new)
    return action


def _changed(typed: ActionRequest, now: datetime) -> ChangedAction:
    checked = checked_action(typed)
    due_on = due_day(checked.due_on) if checked.due_on else None
    return ChangedAction(**asdict(checked) | {"due_on": due_on, "changed_at": now})


def change_action(database: Database, site: str, action: str, typed: ActionRequest) -> None:
    """Changes an action (id) of a site; its origin stays.

    Refusals: those of `checked_action`, unknown_action.
    """
    changed = _changed(typed, database.clock.now())
    with database.store.write() as rows:
        if not change_row(rows, site, action, changed):
            raise Refusal("unknown_action")


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action, its site, and whether its date has passed while it is open."""

    row: ActionRow
    site: Site
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor given up."""
        return self.row.state in OPEN

    @property
    def origin(self) -> ActionOrigin | None:
        """What led to it; None: it was added by hand."""
        kind, of = self.row.origin_kind, self.row.origin_id
        return None if kind is None or of is None else ActionOrigin(OriginKind(kind), of)


def read_actions(database: Database, sites: Collection[Site]) -> list[PlannedAction]:
    """The actions of these sites: open ones by date, those without one after them, then the others."""
    now = database.clock.now()
    found = []
    with database.read() as rows:
        for site in sites:
            today = site.local_day(now)
            for row in actions_of(rows, site.slug):
                found.append(PlannedAction(row, site, is_late(row.state, row.due_on, today)))
    found.sort(key=lambda each: (not each.is_open, each.row.due_on or date.max, each.row.added_at))
    return found


WORDS = 80
"""Characters of a remark that a row shows."""


def actions_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The actions of the sites whose plans the reader keeps that are late or due within seven days."""
    sites = {site.slug: site for site in reach.sites_where(Permission.WRITE_REPORTS)}
    if not sites:
        return
    with database.read() as rows:
        found = actions_due(rows, (reach.now + REMINDED_BEFORE + timedelta(days=1)).date())
    for row in found:
        site = sites.get(row.site)
        if site is None or row.due_on is None:
            continue
        today = site.local_day(reach.now)
        late = is_late(row.state, row.due_on, today)
        if late or is_due_soon(row.state, row.due_on, today):
            day = row.due_on + timedelta(days=1) if late else row.due_on - REMINDED_BEFORE
            yield AttentionRow(
                kind=AttentionKind.ACTION_LATE if late else AttentionKind.ACTION_DUE,
                urgency=Urgency.TODAY if row.due_on <= today else Urgency.SOON,
                since=datetime.combine(day, time(), site.zone),
                site=site.slug,
                sentence=f"actions.to_attend.{_word(row.due_on, today)}",
                values=_count(row.due_on, today) | {"remark": _shortened(row.remark)},
                path=f"/voix/actions#action-{row.id}",
            )


def _count(due_on: date, today: date) -> dict[str, str | int]:
    return {} if due_on == today else {"count": abs((due_on - today).days)}


def _word(due_on: date, today: date) -> str:
    return "late" if due_on < today else "today" if due_on == today else "due"


def _shortened(text: str) -> str:
    return text if len(text) <= WORDS else text[: WORDS - 1].rstrip() + "…"
