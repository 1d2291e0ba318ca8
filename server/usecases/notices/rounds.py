"""The items of a programme in rounds: languages take turns, and a new notice comes soon."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypedDict

from annotated_types import Len

from hardware.json_types import Count, Milliseconds
from server.documents.hall import Category
from server.documents.notices import NoticeContent, NoticeKind
from server.domain.hours.windows import Window, within
from server.domain.instants import to_micros
from server.usecases.notices.contents import HallWords, contents_of, duration_ms, spoken_languages
from server.usecases.notices.slide_contents import Contents, NoticeOnScreen

LEGAL: Category = "legal"
NEW_FOR = timedelta(minutes=3)
"""How long a notice is new: it is shown between the others, for its own turn may be minutes away."""
NEW_EVERY_MS = 30_000
"""Milliseconds of other notices after which a new one is shown again."""

type WindowMs = Annotated[list[int], Len(2, 2)]
"""The start and the end of a window, in milliseconds since 1970."""
type ContentsById = Mapping[tuple[str, str], Contents]
"""The contents of slides, by slide (id) and language."""


class QueueCondition(TypedDict):
    """Shown while more than so many people wait in a queue."""

    queue: str
    more_than: Count


class ProgrammeItem(TypedDict):
    """One turn of a notice on a screen, in one language."""

    id: str
    notice: str
    kind: NoticeKind
    language: str
    category: Category
    is_legal: bool
    """It has its guaranteed part of the time."""
    ms: Milliseconds
    """How long it stays."""
    windows: list[WindowMs] | None
    """When it is shown; null: always."""
    when: QueueCondition | None
    content: NoticeOnScreen


@dataclass(frozen=True, slots=True)
class Slide:
    """A notice that a screen may show in some windows (None: always).

    `since`: when it was published; None for one that the product makes itself, and for a preview.
    """

    id: str
    version: int
    kind: NoticeKind
    notice: NoticeContent
    windows: list[Window] | None
    since: datetime | None = None

    @property
    def is_legal(self) -> bool:
        """Whether it is a legal notice: these have a guaranteed share of the time."""
        return self.notice.category == LEGAL or self.kind == "priority_card"


def items_of(slides: Sequence[Slide], words: HallWords) -> list[ProgrammeItem]:
    """The items of all rounds: each slide in French and in one other language, another in each round."""
    shown_slides = [slide for slide in slides if slide.windows is None or slide.windows]
    spoken = {slide.id: spoken_languages(slide.kind, list(slide.notice.titles)) for slide in shown_slides}
    rounds = max((len(languages) - 1 for languages in spoken.values()), default=0)
    by_id = {
        (slide.id, language): contents_of(slide.kind, slide.notice, language, words)
        for slide in shown_slides
        for language in spoken[slide.id]
    }
    items = [
        item
        for turn in range(max(rounds, 1))
        for slide in shown_slides
        for item in _turn_of(slide, spoken[slide.id], turn, by_id)
    ]
    fresh = [new for slide in shown_slides if (new := _while_new(slide)) is not None]
    return list(_with_new(items, fresh, spoken, by_id, first_turn=max(rounds, 1))) if fresh else items


def _while_new(slide: Slide) -> Slide | None:
    """The slide in the minutes after its publication; None if it is not new, always shown, or legal."""
    if slide.since is None or slide.is_legal or slide.windows is None:
        return None
    windows = within(slide.windows, (slide.since, slide.since + NEW_FOR))
    return Slide(slide.id, slide.version, slide.kind, slide.notice, windows) if windows else None


def _with_new(
    items: Sequence[ProgrammeItem],
    fresh: Sequence[Slide],
    spoken: Mapping[str, Sequence[str]],
    contents: ContentsById,
    *,
    first_turn: int,
) -> Iterator[ProgrammeItem]:
    """The items with new notices between them, each time in a turn of its own: items then have other ids."""
    turn, since_ms = first_turn, NEW_EVERY_MS
    for item in items:
        if since_ms >= NEW_EVERY_MS:
            for slide in fresh:
                yield from _turn_of(slide, spoken[slide.id], turn, contents)
            turn, since_ms = turn + 1, 0
        yield item
        since_ms += 0 if item["is_legal"] else item["ms"]


def _turn_of(
    slide: Slide, spoken: Sequence[str], turn: int, contents: ContentsById
) -> Iterator[ProgrammeItem]:
    others = spoken[1:]
    for language in [*spoken[:1], *([others[turn % len(others)]] if others else [])]:
        yield from _items(slide, language, turn, contents[slide.id, language])


def _items(slide: Slide, language: str, turn: int, contents: Contents) -> Iterator[ProgrammeItem]:
    notice = slide.notice
    when = notice.when
    for page, content in enumerate(contents):
        yield {
            "id": f"{slide.id}.{slide.version}.{language}.{page}.{turn}",
            "notice": slide.id,
            "kind": slide.kind,
            "language": language,
            "category": notice.category,
            "is_legal": slide.is_legal,
            "ms": notice.ms or duration_ms(content),
            "windows": None if slide.windows is None else in_ms(slide.windows),
            "when": None if when is None else {"queue": when.queue, "more_than": when.more_than},
            "content": content,
        }


def turn_ms_of(slides: Sequence[Slide], words: HallWords) -> dict[str, int]:
    """How long one turn of each slide takes in all its languages of that turn, in milliseconds, by its id.

    A slide that has no content for now is left out.
    """
    found: dict[str, int] = {}
    for slide in slides:
        spoken = spoken_languages(slide.kind, list(slide.notice.titles))[:2]
        by_id = {(slide.id, each): contents_of(slide.kind, slide.notice, each, words) for each in spoken}
        turn = [item["ms"] for item in _turn_of(slide, spoken, 0, by_id)]
        if turn:
            found[slide.id] = sum(turn)
    return found


def in_ms(windows: Sequence[Window]) -> list[WindowMs]:
    """Windows as a programme has them: pairs of milliseconds since 1970."""
    return [[to_ms(starts), to_ms(ends)] for starts, ends in windows]


def to_ms(instant: datetime) -> int:
    """An instant in milliseconds since 1970, as browsers count."""
    return to_micros(instant) // 1000
