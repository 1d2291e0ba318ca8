"""Roles that let somebody call in a part of a hall. The rule in words: `docs/rules/access.md`."""

from collections.abc import Iterable

from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import ROLES, WHOLE_HALL, CallingReach, Permission

REACHING = frozenset({Permission.CALL, Permission.READ_QUEUE})
"""The permissions that a role may give for a part of a hall."""
AT_SELF_SERVICE = frozenset({"digital_helper"})
"""Roles that call at self-service places, unless their grant names counters or services."""
MAY_BE_LIMITED = frozenset(
    role
    for role, permissions in ROLES.items()
    if Permission.CALL in permissions and Permission.SUPERVISE not in permissions
)


def reach_of_role(role: str, limited_to: Iterable[str], configuration: HallConfiguration) -> CallingReach:
    """The reach of one role in a hall. `limited_to`: the counters and services (ids) that its grant names.

    Named counters alone: with all their services. Named services alone: at each counter that serves them.
    Both: these services at these counters. What another hall has counts there only.
    """
    named = frozenset(limited_to)
    if not named and role not in AT_SELF_SERVICE:
        return WHOLE_HALL
    counters = named & configuration.counters.keys()
    services = named & configuration.services.keys()
    if not named:
        counters = frozenset(each.id for each in configuration.counters.values() if each.is_self_service)
    if not counters and not services:
        return CallingReach({})
    found = {
        each.id: frozenset(each.services) & services if services else frozenset(each.services)
        for each in configuration.counters.values()
        if each.id in counters or not counters
    }
    return CallingReach({counter: served for counter, served in found.items() if served})
