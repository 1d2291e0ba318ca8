"""Which counters of a hall wrap up now, and until when. The rule in words: `docs/rules/forgotten.md`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from server.domain.counters.wrap_up import ServiceEnded, wrap_up_until
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.instants import from_micros, to_micros
from server.store.engine.rows import Row
from server.store.visits import legs


def wrapping_up(
    rows: Any, hall: str, configuration: HallConfiguration, sessions: Iterable[Row], now: datetime
) -> Mapping[str, datetime]:
    """Until when each open, unpaused counter wraps up after what it ended last; only those that do.

    What ended before its session was opened does not count. Whether somebody is there is not looked at.
    """
    wrap_up_s = {each.id: each.wrap_up_s for each in configuration.services.values() if each.wrap_up_s}
    if not wrap_up_s:
        return {}
    since = now - timedelta(seconds=max(wrap_up_s.values()))
    on = business_day(configuration.calendar, now).isoformat()
    ended = {row["counter"]: row for row in legs.services_ended(rows, hall, on, since=to_micros(since))}
    found = {}
    for session in sessions:
        last = ended.get(session["counter"])
        if last is None or session["paused_at"] is not None or last["ended_at"] < session["opened_at"]:
            continue
        until = wrap_up_until(ServiceEnded(last["service"], from_micros(last["ended_at"])), wrap_up_s, now)
        if until is not None:
            found[session["counter"]] = until
    return found
