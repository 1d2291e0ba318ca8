"""Add a decision of a meeting, and the action that follows from it."""

from server.domain.actions.actions import ActionOrigin, ActionRequest, ActionState, OriginKind, checked_action
from server.domain.committee.committee import DecisionRequest, checked_decision
from server.domain.hall.configuration import Site
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.committee import DecisionRow, insert_decision
from server.store.transactions.database import Database
from server.usecases.actions.add_action import add_action_for
from server.usecases.committee.change_members import local_day
from server.usecases.committee.find_meeting import find_meeting_to_change
from server.usecases.committee.read_site_targets import read_site_targets


def add_decision(database: Database, site: Site, meeting: str, typed: DecisionRequest, *, form: str) -> str:
    """Adds a decision; its id. With an owner or a date it leads to an action. The same form adds nothing.

    Refusals: unknown_meeting, unknown_target, those of `checked_decision` and of `checked_action`.
    """
    follows = bool(typed.owner.strip() or typed.due_on)
    targets = {each.id for each in read_site_targets(database, site.slug)} if typed.target else frozenset()
    with database.store.write() as rows:
        row = find_meeting_to_change(rows, site.slug, meeting)
        text = checked_decision(typed.text, row.met_on, local_day(database, site))
        if typed.target and typed.target not in targets:
            raise Refusal("unknown_target")
        action = ActionRequest(text, "", "", typed.owner, typed.due_on, ActionState.TO_DO)
        if follows:
            checked_action(action)
        decision = DecisionRow(form or new_id(), meeting, text, typed.target or None, database.clock.now())
        insert_decision(rows, decision)
    if follows:
        add_action_for(database, site.slug, ActionOrigin(OriginKind.DECISION, decision.id), action)
    return decision.id
