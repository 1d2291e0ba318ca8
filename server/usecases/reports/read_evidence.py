"""Read what a pack holds besides measured figures.

What screens showed, presence of devices, heads of journals, and figures that people typed.
"""

from dataclasses import dataclass
from datetime import datetime

from server.domain.quality.periods import Period
from server.domain.quality.typed_figures import TypedFigure
from server.store.journal.heads import head_of
from server.store.notices.displays import shown_in_hall
from server.store.notices.notices import titles_of
from server.store.transactions.database import Database
from server.usecases.devices.presence import PresentDevice, read_presence
from server.usecases.typed_figures.read_typed_figures import read_typed_figures


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """How long a screen really showed a notice in a period, in milliseconds, and on how many days."""

    title: str
    screen: str
    shown_ms: int
    days: int


@dataclass(frozen=True, slots=True)
class HallEvidence:
    """The evidence of a hall (slug): its journal’s facts and head now, displays and devices of the period.

    `typed`: the typed figures of the period, of the one before, and of the months and quarters inside them,
    as they stood when the report was frozen; `typed_later`: those of a frozen report that were typed since,
    and `withdrawn_later`: those that were withdrawn or replaced since.
    """

    hall: str
    facts: int
    head: str
    shown: list[ShownNotice]
    devices: list[PresentDevice]
    typed: list[TypedFigure]
    typed_later: list[TypedFigure]
    withdrawn_later: list[TypedFigure]


def read_evidence(
    database: Database, hall: str, period: Period, *, frozen_at: datetime | None = None
) -> HallEvidence:
    """The evidence of a hall (id or slug) in a period. Presence is kept for three months, displays for ever.

    `frozen_at`: when the report was frozen, None for a draft. Refusal: unknown_hall.
    """
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    labels = {each.id: each.label for each in configuration.screens.values()}
    with database.read() as rows:
        head = head_of(rows, hall_id)
        shown = shown_in_hall(rows, hall_id, first=period.starts_on, last=period.last_on)
        titles = titles_of(rows, {each.notice for each in shown})
    now = _inside(read_typed_figures(database, hall), period)
    kept = now if frozen_at is None else _inside(read_typed_figures(database, hall, at=frozen_at), period)
    return HallEvidence(
        configuration.hall,
        head.journal_length,
        head.head_hash,
        [
            ShownNotice(
                titles.get(each.notice, each.notice),
                labels.get(each.screen, each.screen),
                each.shown_ms,
                each.days,
            )
            for each in shown
        ],
        read_presence(database, hall, period.starts_on, period.ends_on),
        kept,
        [each for each in now if each not in kept],
        [each for each in kept if each not in now],
    )


def _inside(figures: list[TypedFigure], period: Period) -> list[TypedFigure]:
    """Those whose period lies in this one or in the one before."""
    first = period.previous().starts_on
    return [
        each for each in figures if each.period.starts_on >= first and each.period.ends_on <= period.ends_on
    ]
