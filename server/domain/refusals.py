"""Refusals: the typed answer of a rule that says no.

Nothing is lost when one is raised: the transaction rolls back.
"""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """A rule says no. `code` is stable (CONTRACT), `details` are JSON values shown beside the sentence."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Any] = details


def existing[Found](found: Found | None, code: str, **details: Any) -> Found:
    """What was found. Where nothing was, the refusal with this code."""
    if found is None:
        raise Refusal(code, **details)
    return found
