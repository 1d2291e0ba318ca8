"""The frame of every page of work: menu, alarms, help for this page, signed-in person."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, request

from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.web.rendering.menu import ALARMS, MenuGroup, WorkPage, help_at, page_at, pages_for
from server.web.rendering.viewer import FindHalls, Viewer, WorkContext
from server.web.rendering.voice_tabs import VoiceTab, tabs_for

type CountAlarms = Callable[[], Mapping[str, int]]
"""How many alarms are open in each hall (slug)."""
DEFAULT_TIME_ZONE = "Europe/Paris"
"""Pages of people without a hall."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The content of a page's head for the signed-in person.

    `key`: the page of the menu that is open, "" for none. `help`: where the help explains this page.
    """

    viewer: Viewer
    groups: Mapping[MenuGroup, list[WorkPage]]
    key: str
    help: str
    count_alarms: CountAlarms
    halls: FindHalls

    @property
    def has_alarms(self) -> bool:
        """Whether the person may read alarms."""
        return self.viewer.may(ALARMS.permission)

    @property
    def voice_tabs(self) -> list[VoiceTab]:
        """The tabs of « Voix des usagers » that the person may open."""
        return tabs_for(self.viewer)

    def address(self, page: WorkPage, hall: HallConfiguration | None = None) -> str:
        """Where a page of the menu is, about this hall where the person may open it there."""
        return page.address(self.viewer, hall)

    def alarms_address(self, hall: HallConfiguration | None = None) -> str:
        """Where the alarms of this hall are."""
        return self.address(ALARMS, hall)

    def alarms(self, hall: HallConfiguration | None = None) -> int:
        """How many alarms are open in this hall, else in all halls whose alarms the person may read."""
        try:
            counts = self.count_alarms()
            if not counts:
                return 0
            halls = (hall,) if hall is not None else self.halls(self.viewer)
        except Refusal:  # the database is away: the page says so
            return 0
        return sum(
            counts.get(each.hall, 0) for each in halls if self.viewer.may(ALARMS.permission, each.site.slug)
        )


def install_frame(app: Flask, work: WorkContext, *, count_alarms: CountAlarms) -> None:
    """Give every template `frame()`: the content of its head, None without a signed-in person."""

    def frame() -> Frame | None:
        person = work.viewer()
        if person is None:
            return None
        page, explained = page_at(request.path), help_at(request.path)
        address = "/aide" + ("?" + urlencode({"page": explained.path}) if explained else "")
        return Frame(person, pages_for(person), page.key if page else "", address, count_alarms, work.halls)

    def time_zone_of(hall: HallConfiguration | None) -> str:
        """The time zone whose hours a page shows: that of its hall, else of the person's first one."""
        site = getattr(hall, "site", None)
        person = work.viewer()
        if site is None and person is not None:
            with suppress(Refusal):  # the database is away: the page says so
                site = next((each.site for each in work.halls(person)), None)
        return DEFAULT_TIME_ZONE if site is None else str(site.time_zone)

    app.context_processor(lambda: {"frame": frame, "time_zone_of": time_zone_of})
