"""Answers that are kept as long as what they are made of stays the same.

What they are made of is read each time, still packed, and compared as a digest: nobody has to tell this
process of a change, and what another process or a hand changed shows at once.
"""

import gc
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock

from server.store.quality.targets import targets_on
from server.store.transactions.database import Database
from server.usecases.quality.counts import count_days, counted_hall
from server.usecases.quality.indicators import Days, withheld_figures
from server.usecases.typed_figures import read_annotations

KEPT = 16
"""Answers kept, the oldest go first: of a year of five halls, half a megabyte each."""


class KeptAnswers[Question, Answer]:
    """The last answers, each with the digest of what it was made of."""

    def __init__(self) -> None:
        self._kept: deque[tuple[str, Question, Answer]] = deque(maxlen=KEPT)
        self._lock = Lock()

    def answer(self, question: Question, digest: Callable[[], str], make: Callable[[], Answer]) -> Answer:
        """The answer to a question: the kept one where `digest` gives what it gave then, else that of `make`.

        It is kept only where nothing changed while it was made.
        """
        made_of = digest()
        with self._lock:
            kept = list(self._kept)
        for was_made_of, asked, answer in kept:
            if was_made_of == made_of and asked == question:
                return answer
        with without_collection():
            answer = make()
        if digest() == made_of:
            with self._lock:
                self._kept.append((made_of, question, answer))
        return answer


@contextmanager
def without_collection() -> Iterator[None]:
    """Lets nobody look for cycles: among the millions of counts of a long period that takes half the time."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def digest_of_figures(database: Database, halls: Iterable[str], spans: Sequence[Days]) -> str:
    """A digest of all that the figures of these halls (slugs) in some spans of days are made of.

    A test compares the statements with those of `explore_figures`. Refusal: unknown_hall.
    """
    digest = hashlib.blake2b(digest_size=32)
    for name in halls:
        hall = counted_hall(database, name)
        for span in spans:
            for day, counts in count_days(database, hall, *span).items():
                digest.update(f"{day} {counts.visits_during_alert} ".encode())
                for part in counts.packed():
                    digest.update(len(part).to_bytes(8))
                    digest.update(part)
            with database.read() as rows:
                targets = targets_on(rows, hall.id, span.ends_on - timedelta(days=1))
            withheld = sorted(withheld_figures(database, hall.id, *span))
            annotations = read_annotations(database, name, *span)
            known = database.configuration(name)
            year = (known.calendar, known.site.school_holidays)  # pair days with those of a year before
            made_of = (hall.id, span, sorted(targets.items()), withheld, annotations, year)
            digest.update(repr(made_of).encode())
    return digest.hexdigest()
