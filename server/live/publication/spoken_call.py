"""The spoken words of a call, which its message does not contain."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpokenCall:
    """The counter's label in each language the call is said in, in order: French, then at most one other.

    `hall_name` is said first where another hall is within earshot; `has_loop`: the induction loop hears it
    too, without a chime.
    """

    places: Mapping[str, str]
    hall_name: str | None = None
    has_loop: bool = False
