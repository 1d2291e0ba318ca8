"""The author of a fact."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a fact: an opaque id, and the device that was used, if any."""

    id: str
    device: str | None = None


SYSTEM = Author("system")
