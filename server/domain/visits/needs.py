"""Needs: what helps a visitor now. No fact holds a need: it is a separate text that is erased at closing."""

from collections.abc import Collection
from enum import StrEnum


class Need(StrEnum):
    """The closed list of needs (glossary): what to do, never why."""

    STEP_FREE = "step_free"
    DEAF = "deaf"
    BLIND = "blind"
    SLOW = "slow"
    INTERPRETER = "interpreter"


def needs_text(needs: Collection[str]) -> str:
    """Needs as the stored text, each once, in a fixed order. Raises ValueError for an unknown one."""
    given = {Need(each) for each in needs}
    return ",".join(need for need in Need if need in given)


def needs_of(text: str | None) -> tuple[Need, ...]:
    """The needs of a stored text; none once it was erased."""
    return tuple(Need(each) for each in text.split(",")) if text else ()
