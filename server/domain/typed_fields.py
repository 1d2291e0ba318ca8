"""Read the longest length of a text from the type of its field. Pure.

A dataclass declares a text of a form as `Annotated[str, MaxLen(200)]`. From it follow how much of a form is
read, what the form’s page allows, and what is refused.
"""

from typing import get_type_hints

from annotated_types import MaxLen


def longest_of(typed: type[object]) -> dict[str, int]:
    """How many characters each text of a dataclass may have, by field."""
    return {
        name: bound.max_length
        for name, hint in get_type_hints(typed, include_extras=True).items()
        for bound in getattr(hint, "__metadata__", ())
        if isinstance(bound, MaxLen)
    }
