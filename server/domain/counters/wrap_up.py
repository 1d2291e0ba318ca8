"""Wrap-up: the time an agent has for work after a service, before the next call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ServiceEnded:
    """The last service that ended at a counter."""

    service: str
    ended_at: datetime


def wrap_up_until(ended: ServiceEnded | None, wrap_up_s: Mapping[str, int], now: datetime) -> datetime | None:
    """Until when a counter without a visitor wraps up; None when it does not, or has finished.

    `wrap_up_s`: seconds by service; a service that is not in it has none.

    """
    if ended is None:
        return None
    until = ended.ended_at + timedelta(seconds=wrap_up_s.get(ended.service, 0))
    return until if until > now else None
