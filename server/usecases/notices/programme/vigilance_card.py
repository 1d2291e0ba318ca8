"""The card of the vigilance on screens: one for each level, orange or red, with its phenomena and source."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.documents.notices import TextNotice
from server.domain.bulletins.proposals import ORANGE, RED, Danger, dangers_of
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.windows import Window, within
from server.domain.instants import from_text
from server.language import LANGUAGES
from server.store.engine.rows import Rows
from server.store.media.feeds import feed_row

VIGILANCE_URL = "https://public-api.meteofrance.fr/public/DPVigilance/v1/cartevigilance/encours"
"""Where the vigilance is read, and the name under which its last answer is kept."""


@dataclass(frozen=True, slots=True)
class VigilanceCard:
    """What screens show of a level, orange or red, and when."""

    level: int
    notice: TextNotice
    windows: list[Window]


def vigilance_cards(
    rows: Rows, hall: HallConfiguration, translate: Callable[..., str], covered: Window
) -> list[VigilanceCard]:
    """The cards of the department of a hall’s site, red before orange; none where it names no department."""
    department = hall.site.department
    found = feed_row(rows, VIGILANCE_URL) if department else None
    if found is None or found.content is None:
        return []
    updated_at = from_text(found.content["updated_at"])
    dangers = dangers_of(found.content, department)
    cards = []
    for level in (RED, ORANGE):
        own = [danger for danger in dangers if danger.level == level]
        windows = [each for danger in own for each in within([danger.window], covered)]
        if windows:
            notice = _card(own, level, updated_at, hall, translate)
            cards.append(VigilanceCard(level, notice, _joined(windows)))
    return cards


def _card(
    dangers: list[Danger],
    level: int,
    updated_at: datetime,
    hall: HallConfiguration,
    translate: Callable[..., str],
) -> TextNotice:
    zone = ZoneInfo(hall.site.time_zone)
    spoken = [language for language in hall.languages if language in LANGUAGES]
    titles, bodies = {}, {}
    for language in spoken[:1] if len(spoken) == 2 else spoken:
        names = {
            danger.phenomenon: translate(f"vigilance.{danger.phenomenon}", language) for danger in dangers
        }
        titles[language] = translate(f"vigilance.title.{level}", language, what=", ".join(names.values()))
        lines = [
            translate(
                "vigilance.line",
                language,
                what=names[danger.phenomenon].capitalize(),
                when=_span(danger.window, zone),
            )
            for danger in sorted(dangers, key=lambda danger: danger.window)
        ]
        lines.append(translate("vigilance.source", language, at=_written(updated_at, zone)))
        bodies[language] = f"<p>{'<br>'.join(lines)}</p>"
    return TextNotice.model_construct(kind="text", titles=titles, bodies=bodies, category="practical")


def _span(window: Window, zone: ZoneInfo) -> str:
    """From when to when; the day once where it is the same."""
    begins, ends = (each.astimezone(zone) for each in window)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else _written(ends, zone)
    return f"{_written(begins, zone)} – {last}"


def _written(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%d/%m %H:%M")


def _joined(windows: list[Window]) -> list[Window]:
    """The same times, joined where windows overlap or touch, in order of time."""
    joined: list[Window] = []
    for starts, ends in sorted(windows):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((starts, ends))
    return joined
