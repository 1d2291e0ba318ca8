"""What a test needs to run, read from its fixtures and its parameters."""

import pytest

NEEDS = {
    "browser": {"browser"},
    "postgresql": {"postgresql", "redis_server"},
    "served": {"serve", "serve_at", "standing"},
}
"""By the name of a marker the fixtures that give it to a test."""


def needs_of(item: pytest.Item) -> set[str]:
    """The markers of `NEEDS` that a test gets from its fixtures and its parameters."""
    fixtures = set(getattr(item, "fixturenames", ()))
    found = {marker for marker, names in NEEDS.items() if fixtures & names}
    values = getattr(item, "callspec", None)
    if values is not None and {"postgresql", "workers"} & {
        each for each in values.params.values() if isinstance(each, str)
    }:
        found.add("postgresql")
    return found
