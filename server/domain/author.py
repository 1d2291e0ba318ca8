"""Who writes a fact."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: an opaque id, and the device it was done on, if any."""

    id: str
    device: str | None = None


SYSTEM = Author("system")
