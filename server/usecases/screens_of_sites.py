"""The screens of all halls that somebody may look at, as cards: what needs somebody comes first.

Rule: docs/rules/screen-days.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.domain.devices.device_state import (
    PlayerReport,
    PlayerSound,
    PlayerState,
    PlayerView,
    Sighting,
    is_present,
    player_report,
)
from server.domain.hall.configuration import HallConfiguration
from server.domain.texts import fold_text
from server.store.notices.notices import titles_of
from server.store.transactions.database import Database

type Trouble = Literal["never", "away", "refused", "not_updated", "sound"]

type ReportsOf = Callable[[Sequence[str]], Mapping[str, Mapping[str, Sighting]]]
"""The last sightings of the devices of halls (ids), by hall."""

ON_A_PAGE = 24
"""Cards of a page: what one may ask pictures of."""


@dataclass(frozen=True, slots=True)
class ScreenCard:
    """A screen of a hall now. `trouble`: what needs somebody; None: nothing. `report`: the last one."""

    hall: HallConfiguration
    id: str
    label: str
    sighting: Sighting | None
    report: PlayerReport | None
    trouble: Trouble | None

    @property
    def key(self) -> str:
        """Names it among all halls: `laon/laon-ecran-1`."""
        return f"{self.hall.hall}/{self.id}"

    def is_found(self, typed: str) -> bool:
        """Whether its name, its hall's and its site's have every word typed; accents do not matter."""
        names = fold_text(f"{self.label} {self.hall.name} {self.hall.site.name}")
        return all(word in names for word in fold_text(typed).split())


def read_cards(
    database: Database,
    halls: Sequence[HallConfiguration],
    sightings_of: ReportsOf,
) -> list[ScreenCard]:
    """The screens of halls, those in trouble first."""
    now = database.clock.now()
    ids = {hall.hall: database.hall_id(hall.hall) for hall in halls}
    every, found = sightings_of(list(ids.values())), []
    for hall in halls:
        sightings = every[ids[hall.hall]]
        for screen in hall.screens.values():
            if not screen.is_retired:
                sighting = sightings.get(screen.id)
                report = player_report(sighting)
                trouble = _trouble(sighting, report, now)
                found.append(ScreenCard(hall, screen.id, screen.label, sighting, report, trouble))
        database.breathe()
    return sorted(found, key=lambda card: card.trouble is None)


def titles_shown(database: Database, cards: Sequence[ScreenCard]) -> dict[str, str]:
    """The French titles of the notices on cards, by their ids."""
    notices = {card.report["notice"] for card in cards if card.report}
    with database.read() as rows:
        return titles_of(rows, sorted(each for each in notices if each))


def _trouble(sighting: Sighting | None, report: PlayerReport | None, now: datetime) -> Trouble | None:
    if sighting is None:
        return "never"
    if not is_present(sighting, now):
        return "away"
    if report is None or report["view"] == PlayerView.REFUSED:
        return "refused"
    if report["media"] == PlayerState.NOT_UPDATED:
        return "not_updated"
    return "sound" if report["sound"] == PlayerSound.BLOCKED else None
