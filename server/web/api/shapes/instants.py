"""Instants that a request may name: near enough that every reckoning with them is possible."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

from server.documents.notice_fields import FIRST_YEAR, LAST_YEAR


def _near(instant: datetime) -> datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"from {FIRST_YEAR} to {LAST_YEAR}")
    return instant


type Instant = Annotated[AwareDatetime, AfterValidator(_near)]
"""With its offset, in a year from 2020 to 2100."""
