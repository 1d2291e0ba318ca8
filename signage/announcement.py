"""The announcement of a call: what is written, what is spoken, and the queue that keeps voices apart.

Sentences come translated as templates with `{number}` and `{place}`; this module only fills and spaces them.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

OLDEST_SOUND = timedelta(seconds=20)
"""A call announced longer ago is read on the board, not spoken: its visitor may be at the counter."""

PAUSE = "\n"
"""Between the phrases of a spoken sentence: `hardware.speech` renders it as a silence."""

REPETITIONS = 2


def written_text(number: str, place: str, *, template: str) -> str:
    """Return a call's sentence as it is shown and read by screen readers: « Numéro A 0 4 2, guichet 3 »."""
    return template.format(number=" ".join(number), place=place)


def spoken_sentence(number: str, place: str, *, template: str) -> str:
    """Return a call's sentence as it is spoken: « Numéro A, 0, 4, 2 », a pause, « guichet 3 ».

    Letter and digits are said one by one, so that A042 is not heard as « A zéro quarante-deux ». The
    template holds the pause between number and place as a line break.
    """
    return template.format(number=", ".join(number), place=place)


def spoken_sentences(number: str, place: str, *, templates: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return, per language in the order given, the sentences to speak in turn: the same one twice."""
    return {
        language: (spoken_sentence(number, place, template=template),) * REPETITIONS
        for language, template in templates.items()
    }


def recall_parts(rank: int, *, template: str) -> list[tuple[str, bool]]:
    """Return the pieces of a recall's mark, each with whether it is raised: « 2 », « e » raised, «  appel ».

    In the template what stands between square brackets is raised (`{rank}[e] appel`): a page makes it
    `<sup>`, because Unicode's superscript letters are missing from many fonts and misread by screen readers.
    Rank 1 has no mark.
    """
    if rank < 2:
        return []
    pieces: list[tuple[str, bool]] = []
    rest = template.format(rank=rank)
    while rest:
        plain, opened, rest = rest.partition("[")
        raised, _, rest = rest.partition("]") if opened else ("", "", "")
        pieces += [(text, is_raised) for text, is_raised in ((plain, False), (raised, True)) if text]
    return pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One announcement to speak: its call and rank, when it was made (aware), its audio files."""

    call: str
    rank: int
    at: datetime
    audio: tuple[str, ...]


class AnnouncementQueue:
    """Announcements in the order they were made, one voice at a time.

    Each (call, rank) is spoken once. What has waited longer than `OLDEST_SOUND` is dropped, silently: it is
    written on the board. Time is passed in (aware instants).
    """

    def __init__(self) -> None:
        self._waiting: deque[Announcement] = deque()
        self._seen: deque[tuple[str, int]] = deque(maxlen=512)
        self._spoken: Announcement | None = None

    @property
    def is_speaking(self) -> bool:
        """Whether an announcement is being spoken now."""
        return self._spoken is not None

    def add(self, announcement: Announcement, *, now: datetime) -> bool:
        """Queue an announcement; return False if it was queued before, is too old, or has no audio yet."""
        key = (announcement.call, announcement.rank)
        if not announcement.audio or key in self._seen or now - announcement.at > OLDEST_SOUND:
            return False
        self._seen.append(key)
        self._waiting.append(announcement)
        return True

    def next(self, *, now: datetime) -> Announcement | None:
        """Return the announcement to start speaking now; None while one is spoken or none is left."""
        if self._spoken is not None:
            return None
        while self._waiting:
            announcement = self._waiting.popleft()
            if now - announcement.at <= OLDEST_SOUND:
                self._spoken = announcement
                return announcement
        return None

    def ended(self) -> None:
        """Note that the announcement being spoken has ended, or failed."""
        self._spoken = None
