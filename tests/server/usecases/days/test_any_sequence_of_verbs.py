"""Any sequence of verbs keeps the invariants, and the rows are what the journal says."""

from collections.abc import Iterator
from contextlib import closing
from typing import cast

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from server.domain.facts import FactKind
from tests.harness.counts import IS_LARGE, count
from tests.server.usecases.days.day_of_alerts import BY_CALL, DayOfAlerts
from tests.server.usecases.days.watched_hall import HALL
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

LENGTH = 60
SEED = 3
"""Of days that meet every kind of fact; without it they would change with the text of this test."""
OF_PAGES_APART = (
    *("Notice", "Bulletin", "Medium", "Displays"),
    *("Account", "Invitation", "Identity", "Alarm", "Recipient", "Report", "Incident"),
)
OF_OFFICES = {
    *("DayAnnotated", "AnnotationWithdrawn", "FigureTyped", "TypedFigureWithdrawn"),
    *("TargetDecided", "TargetWithdrawn", "HallCreated", "HallRestored", "InstallationPublished"),
    *("PrintEnded", "TicketReprinted", "RollChanged", "PrinterSecretRenewed"),
    *(
        "PasswordSet",
        "RolesChanged",
        "SessionsEnded",
        "GuessingSlowed",
        "IndividualFiguresDecided",
        "RetentionDecided",
    ),
    *("DevicePaired", "DeviceRenewed", "DeviceRevoked", "DeviceReplaced", "DeviceCopied"),
    *("ApiKeyCreated", "ApiKeyRevoked"),
}
FACTS = {kind for kind in FactKind if not kind.startswith(OF_PAGES_APART)} - OF_OFFICES
"""What the verbs of a day make."""
MET = {
    "wrong_state",
    "not_started",
    "counter_taken",
    "no_counter_session",
    "place_busy",
    "remembered",
    "why.linked",
    "already_linked",
    "not_linked",
    "appointment_only",
    "unknown_reason",
    "call_is_arrival",
    "call_and_start_undone",
    "recall_is_arrival",
    "alert_in_force",
}
RARE_REFUSALS = {
    "elsewhere_undone",
    "too_late_to_undo",
    "visit_moved_on",
    "linked_to_others",
    "linked_elsewhere",
}
"""Met only in long campaigns; tests of their own ask for them (test_undo, test_link_visits)."""


@pytest.fixture
def no_constants_of_the_project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small counts draw no value from the text of imported modules.

    With them the days would be others after each commit, and beside other tests.
    """
    if not IS_LARGE:
        none = Constants()
        monkeypatch.setattr(providers, "_get_local_constants", lambda: none)
    providers.CONSTANTS_CACHE.cache.clear()
    yield
    providers.CONSTANTS_CACHE.cache.clear()


@pytest.mark.long
@pytest.mark.timeout(count(small=300, large=7200))
@pytest.mark.usefixtures("no_constants_of_the_project")
def test_any_sequence_of_verbs_keeps_the_invariants(database_url: str):
    hands, seen = Hands(), set[str]()
    database = database_with_hall(database_url, hands, HALL, by_call=BY_CALL)
    few = database_url.startswith("postgresql")  # a server of its own: each step costs ten times as much
    with closing(database):
        run_state_machine_as_test(
            cast(type[RuleBasedStateMachine], seed(SEED)(lambda: DayOfAlerts(database, hands, seen))),
            settings=settings(
                max_examples=count(small=4 if few else 50, large=500 if few else 10_000),
                stateful_step_count=LENGTH,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    if not few:
        assert {str(kind) for kind in FACTS} - seen == set()
        assert seen >= MET | (RARE_REFUSALS if count(small=0, large=1) else set())
