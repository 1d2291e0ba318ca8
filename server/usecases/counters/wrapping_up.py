"""Which counters of a hall wrap up now, and until when. The rule in words: `docs/rules/forgotten.md`."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from server.domain.counters import ServiceEnded, wrap_up_until
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.store.counters import SessionPlace
from server.store.engine.rows import Rows
from server.store.visits import legs


def wrapping_up(
    rows: Rows, hall: str, configuration: HallConfiguration, places: Iterable[SessionPlace], now: datetime
) -> Mapping[str, datetime]:
    """Until when each open, unpaused counter wraps up after what it ended last; only those that do.

    What ended before its session was opened does not count. Whether somebody is there is not looked at.
    """
    wrap_up_s = {each.id: each.wrap_up_s for each in configuration.services.values() if each.wrap_up_s}
    if not wrap_up_s:
        return {}
    since = now - timedelta(seconds=max(wrap_up_s.values()))
    on = business_day(configuration.calendar, now)
    ended = {each.counter: each for each in legs.services_ended(rows, hall, on, since=since)}
    found = {}
    for place in places:
        last = ended.get(place.counter)
        if last is None or place.is_paused or last.ended_at < place.opened_at:
            continue
        until = wrap_up_until(ServiceEnded(last.service, last.ended_at), wrap_up_s, now)
        if until is not None:
            found[place.counter] = until
    return found
