"""Actions on both databases: one for an origin, kept as people changed it, listed by date over all sites."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.domain.actions import ActionOrigin, ActionRequest, OriginKind
from server.domain.refusals import Refusal
from server.store.hall_checks import actions_of_origins
from server.store.transactions.database import Database
from server.usecases.actions import PlannedAction, add_action, add_action_for, change_action, read_actions
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = database_with_hall(database_url, Hands(datetime(2026, 11, 24, 9, tzinfo=UTC)), "laon", "vervins")
    yield found
    found.close()


def typed(remark: str, due_on: str = "", state: str = "to_do") -> ActionRequest:
    return ActionRequest(remark, "", "", "Accueil", due_on, state)


def read(database: Database, *halls: str) -> list[PlannedAction]:
    return read_actions(database, [database.configuration(hall).site for hall in halls])


@pytest.mark.both_databases
def test_an_origin_has_one_action_which_stays_as_people_changed_it(database: Database):
    origin = ActionOrigin(OriginKind.COMPLAINT, "c1")
    action = add_action_for(database, "laon", origin, typed("Sièges"))
    change_action(database, "laon", action, typed("Quatre sièges", state="doing"))
    assert add_action_for(database, "laon", origin, typed("Sièges")) == action
    [found] = read(database, "laon")
    assert (found.row.remark, found.origin) == ("Quatre sièges", origin)
    other = add_action_for(database, "laon", ActionOrigin(OriginKind.HALL_CHECK, "c1"), typed("Panneau"))
    assert other != action
    with database.read() as rows:
        of_complaints = actions_of_origins(rows, OriginKind.COMPLAINT, ["c1", "c2"])
    assert {each: of.state for each, of in of_complaints.items()} == {"c1": "doing"}
    with pytest.raises(Refusal, match="unknown_action"):
        change_action(database, "vervins", action, typed("Sièges"))


def test_the_list_of_several_sites_is_by_date_and_ends_with_what_is_closed(database: Database):
    for site, remark, due_on, state in (
        ("laon", "closed", "2026-01-01", "dropped"),
        ("laon", "undated", "", "to_do"),
        ("vervins", "late", "2026-11-23", "doing"),
        ("laon", "today", "2026-11-24", "to_do"),
    ):
        add_action(database, site, typed(remark, due_on, state), form=remark)
    found = read(database, "laon", "vervins")
    assert [(each.row.remark, each.site.slug) for each in found] == [
        ("late", "vervins"),
        ("today", "laon"),
        ("undated", "laon"),
        ("closed", "laon"),
    ]
    assert [each.row.remark for each in found if each.is_late] == ["late"]
    assert [each.row.remark for each in read(database, "vervins")] == ["late"]
