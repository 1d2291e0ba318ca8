"""A service that another hall of the installation gives, as a kiosk says it: where, when, how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.menu import MenuOpening, MenuService, MenuWords, Translate, hour_text, service_message
from kiosk.menu_messages import ElsewhereOfMenu

_A_DAY = timedelta(days=1)
"""A hall that is open as long has no hours to tell."""


@dataclass(frozen=True, slots=True)
class OtherHall:
    """Another hall: its name, the address of its site, its time zone."""

    name: str
    address: str
    time_zone: ZoneInfo


def elsewhere_message(
    hall: OtherHall, service: MenuService, *, language: str, translate: Translate, now: datetime
) -> ElsewhereOfMenu:
    """A service of another hall: its hours that are left today, its next opening, its wait now."""
    words = MenuWords(language, translate, hall.time_zone, now)
    said = service_message(service, words)
    return {
        "service": said["name"],
        "hall": hall.name,
        "address": hall.address,
        "state": said["state"],
        "today": _hours_today(words, service.openings),
        "next_opening": said["next_opening"],
        "wait": said["wait"],
        "why_no_wait": said["why_no_wait"],
    }


def _hours_today(words: MenuWords, openings: Sequence[MenuOpening]) -> str | None:
    """« Aujourd’hui de 9 h à 12 h, de 13 h 30 à 16 h »: the spans of today that are not over."""

    def local(at: datetime) -> datetime:
        return at.astimezone(words.time_zone)

    def hour(at: datetime) -> str:
        return hour_text(words.translate, words.language, local(at))

    spans = [
        words.translate(
            "kiosk.elsewhere.span", words.language, opens=hour(each.opens_at), closes=hour(each.closes_at)
        )
        for each in openings
        if local(each.opens_at).date() == local(words.now).date() and each.closes_at > words.now
        if each.closes_at - each.opens_at < _A_DAY
    ]
    return words.translate("kiosk.elsewhere.today", words.language, spans=", ".join(spans)) if spans else None
