"""The plan of actions of a site: added by hand or from another subject, changed, read, late or due soon."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta

from server.domain.actions import (
    OPEN,
    REMINDED_BEFORE,
    ActionOrigin,
    ActionRequest,
    ActionState,
    OriginKind,
    awaits_review,
    checked_action,
    day_if_any,
    is_due_soon,
    is_late,
)
from server.domain.attention import AttentionKind, AttentionReach, AttentionRow, Urgency
from server.domain.hall.configuration import Site
from server.domain.hall_checks import CHECKS_KEPT
from server.domain.people.roles import Permission
from server.domain.photographs import OF_ACTION
from server.domain.refusals import existing
from server.ids import new_id
from server.store.engine.statements import Rows
from server.store.hall_checks import (
    ActionChange,
    ActionRow,
    ChangedAction,
    actions_due,
    actions_of,
    change_row,
    changes_of,
    insert_action,
    insert_change,
    locked_action,
)
from server.store.photographs import PROOFS, delete_photograph, proofs_of, proofs_of_actions
from server.store.transactions.database import Database
from server.usecases.photographs import keep_proofs


def add_action(database: Database, site: Site, typed: ActionRequest, *, form: str) -> str:
    """Adds an action to a site's plan by hand; its id. The same form again adds nothing.

    Refusals: those of `checked_action`.
    """
    return _add(database, form or new_id(), site, typed, None)


def add_action_for(database: Database, site: Site, origin: ActionOrigin, typed: ActionRequest) -> str:
    """Adds the action of an origin (complaint, decision, finding) to its site's plan; its id.

    An origin has one action: once more, the action stays as it is. Refusals: those of `checked_action`.
    """
    return _add(database, f"{origin.kind}-{origin.id}", site, typed, origin)


def _add(
    database: Database, action: str, site: Site, typed: ActionRequest, origin: ActionOrigin | None
) -> str:
    new = ActionRow(
        **asdict(_changed(checked_action(typed), site, None, now := database.clock.now())),
        id=action,
        site=site.slug,
        added_at=now,
        origin_kind=None if origin is None else origin.kind,
        origin_id=None if origin is None else origin.id,
    )
    with database.store.write() as rows:
        insert_action(rows, new)
        insert_change(rows, _change(new, action))
    return action


def _changed(checked: ActionRequest, site: Site, before: ActionRow | None, now: datetime) -> ChangedAction:
    """What is kept of what was typed: an action that stays done keeps the day on which it became so."""
    done_on = None
    if checked.state == ActionState.DONE:
        done_on = (before and before.done_on) or site.local_day(now)
    days = {field: day_if_any(getattr(checked, field), field) for field in ("due_on", "review_on")}
    return ChangedAction(**asdict(checked) | days, done_on=done_on, changed_at=now)


def _change(row: ActionRow, change: str) -> ActionChange:
    return ActionChange(change, row.id, row.changed_at, row.state, row.owner, row.due_on, row.effect)


@dataclass(frozen=True, slots=True)
class ChangedProof:
    """Photographs of an action that are added, as WebP, and the numbers of those that are removed."""

    added: Sequence[bytes] = ()
    removed: Collection[int] = ()


def change_action(
    database: Database, site: Site, action: str, typed: ActionRequest, proof: ChangedProof | None = None
) -> None:
    """Changes an action (id) of a site; its origin stays, and its history says what it was.

    Refusals: those of `checked_action`, unknown_action, form_photographs_too_many.
    """
    now, proof = database.clock.now(), proof or ChangedProof()
    with database.store.write() as rows:
        before = existing(locked_action(rows, site.slug, action), "unknown_action")
        for number in proof.removed:
            delete_photograph(rows, PROOFS, action, number)
        keep_proofs(rows, OF_ACTION, action, proof.added, erase_after=now + CHECKS_KEPT)
        checked = checked_action(typed, has_photographs=bool(proofs_of(rows, action)))
        changed = _changed(checked, site, before, now)
        after = _change(replace(before, **asdict(changed)), new_id())
        change_row(rows, site.slug, action, changed)
        if after.is_news_after(_change(before, "")):
            insert_change(rows, after)


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action, its site, whether it is late, its history, the oldest change first, and the numbers of its
    photographs.
    """

    row: ActionRow
    site: Site
    is_late: bool
    changes: Sequence[ActionChange]
    photographs: Sequence[int]

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor given up."""
        return self.row.state in OPEN

    @property
    def origin(self) -> ActionOrigin | None:
        """What led to it; None: it was added by hand."""
        kind, of = self.row.origin_kind, self.row.origin_id
        return None if kind is None or of is None else ActionOrigin(OriginKind(kind), of)


def action_of(rows: Rows, sites: Collection[Site], action: str) -> ActionRow:
    """The action (id) of one of these sites. Refusal: unknown_action."""
    found = (each for each in actions_of(rows, *(site.slug for site in sites)) if each.id == action)
    return existing(next(found, None), "unknown_action")


def read_actions(database: Database, sites: Collection[Site]) -> list[PlannedAction]:
    """The actions of these sites: open ones by date, those without one after them, then the others."""
    now, by_slug = database.clock.now(), {site.slug: site for site in sites}
    with database.read() as rows:
        listed, changes = actions_of(rows, *by_slug), changes_of(rows, *by_slug)
        photographs = proofs_of_actions(rows, by_slug)
    found = []
    for row in listed:
        site = by_slug[row.site]
        late = is_late(row.state, row.due_on, site.local_day(now))
        numbers = [each.number for each in photographs if each.subject == row.id]
        found.append(PlannedAction(row, site, late, changes.get(row.id, []), numbers))
    found.sort(key=lambda each: (not each.is_open, each.row.due_on or date.max, each.row.added_at))
    return found


def owners_of(database: Database, site: Site) -> list[str]:
    """The offices and roles that own an action of a site, to choose from."""
    with database.read() as rows:
        return sorted({each.owner for each in actions_of(rows, site.slug) if each.owner})


WORDS = 80
"""Characters of a remark that a row shows."""


def actions_to_attend(database: Database, reach: AttentionReach) -> Iterator[AttentionRow]:
    """The actions of the sites whose plans the reader keeps that are late, due within seven days, or done
    and to be looked at again.
    """
    sites = {site.slug: site for site in reach.sites_where(Permission.WRITE_REPORTS)}
    if not sites:
        return
    with database.read() as rows:
        found = actions_due(rows, (reach.now + REMINDED_BEFORE + timedelta(days=1)).date())
    for row in found:
        site = sites.get(row.site)
        if site is None:
            continue
        today = site.local_day(reach.now)
        if awaits_review(row.state, row.effect, row.review_on, today) and row.review_on:
            yield _row(row, site, AttentionKind.ACTION_DUE, Urgency.TODAY, row.review_on, "review", {})
        elif row.due_on and is_late(row.state, row.due_on, today):
            since = row.due_on + timedelta(days=1)
            count = {"count": (today - row.due_on).days}
            yield _row(row, site, AttentionKind.ACTION_LATE, Urgency.TODAY, since, "late", count)
        elif row.due_on and is_due_soon(row.state, row.due_on, today):
            since, left = row.due_on - REMINDED_BEFORE, (row.due_on - today).days
            urgency, word = (Urgency.SOON, "due") if left else (Urgency.TODAY, "today")
            count = {"count": left} if left else {}
            yield _row(row, site, AttentionKind.ACTION_DUE, urgency, since, word, count)


def _row(
    row: ActionRow,
    site: Site,
    kind: AttentionKind,
    urgency: Urgency,
    since: date,
    word: str,
    values: dict[str, int],
) -> AttentionRow:
    return AttentionRow(
        kind=kind,
        urgency=urgency,
        since=datetime.combine(since, time(), site.zone),
        site=site.slug,
        sentence=f"actions.to_attend.{word}",
        values={**values, "remark": _shortened(row.remark)},
        path=f"/voix/actions?etat=all#action-{row.id}",
    )


def _shortened(text: str) -> str:
    return text if len(text) <= WORDS else text[: WORDS - 1].rstrip() + "…"
