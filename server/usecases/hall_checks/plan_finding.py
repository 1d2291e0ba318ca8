"""Make an action of what a check found, in the plan of its site."""

from server.domain.actions.actions import ActionRequest, ActionState
from server.domain.hall_checks.checks import CheckKind
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.actions.add_action import add_action_for
from server.usecases.hall_checks.read_checks import origin_of, read_checks


def plan_finding(database: Database, hall: str, kind: CheckKind, finding: str, remark: str) -> str:
    """The id of the action of a finding (id) of a hall; it is made once.

    Refusals: unknown_hall, unknown_finding; those of `checked_action`.
    """
    found = {each.id for check in read_checks(database, hall, kind) for each in check.findings}
    if finding not in found:
        raise Refusal("unknown_finding")
    site = database.configuration(database.hall_id(hall)).site.slug
    action_request = ActionRequest(remark, "", "", "", "", ActionState.TO_DO)
    return add_action_for(database, site, origin_of(kind, finding), action_request)
