"""Checks of who decided a target or its withdrawal, and on which day."""

from datetime import date

from server.domain.quality.targets import LONGEST_NAME
from server.domain.refusals import Refusal


def check_decider(decided_by: str) -> None:
    """Refusals: target_decider_missing, target_decider_too_long."""
    decider = decided_by.strip()
    if not decider:
        raise Refusal("target_decider_missing")
    if len(decider) > LONGEST_NAME:
        raise Refusal("target_decider_too_long", longest=LONGEST_NAME)


def check_decision_day(decided_on: date, today: date) -> None:
    """Refusal: bad_decision_day for one still to come."""
    if decided_on > today:
        raise Refusal("bad_decision_day", latest=today.isoformat())
