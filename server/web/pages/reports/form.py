"""The forms of reports: the periods that may be chosen, what was typed, and the field of a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from werkzeug.datastructures import MultiDict

from server.domain.author import Author
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.reports.reports import LONGEST_SENTENCE, SENTENCES
from server.store.engine.idempotency_keys import WriteKey

OFFERED: Mapping[PeriodKind, int] = {PeriodKind.QUARTER: 8, PeriodKind.MONTH: 13, PeriodKind.YEAR: 3}
"""How many periods of a kind are offered, the present one included."""
FIELDS = {
    "report_halls_missing": "halls",
    "forbidden": "halls",
    "unknown_hall": "halls",
    "bad_report_period": "periode",
    "report_period_to_come": "periode",
}
"""The field of a refusal; a refusal without one is shown above the form."""


@dataclass(frozen=True, slots=True)
class BeginFields:
    """What a new report is of. `form` is new with each form shown: of two presses alike one is made."""

    halls: tuple[str, ...]
    period: str
    form: str

    @classmethod
    def of(cls, fields: "MultiDict[str, str]") -> "BeginFields":
        """The sent fields; missing ones are empty."""
        return cls(
            tuple(fields.getlist("halls")), fields.get("periode", ""), fields.get("formulaire", "")[:64]
        )

    def write_key(self, author: Author) -> WriteKey:
        """The key of a press, equal for two equal presses."""
        content = repr(self).encode()
        return WriteKey.of_author(author, sha256(content).hexdigest(), content)


def offered_periods(on: date) -> dict[PeriodKind, list[Period]]:
    """The periods that may be chosen on a local date, the newest first."""
    found: dict[PeriodKind, list[Period]] = {}
    for kind, count in OFFERED.items():
        period, found[kind] = period_of(kind, on), []
        for _ in range(count):
            found[kind].append(period)
            period = period.previous()
    return found


def first_period(on: date) -> str:
    """The name of the quarter that ended last."""
    return period_of(PeriodKind.QUARTER, on).previous().name


def typed_sentences(fields: Mapping[str, str]) -> list[str]:
    """The three sentences as they were sent; a far too long one is cut."""
    return [fields.get(f"phrase{n}", "")[: 4 * LONGEST_SENTENCE] for n in range(1, SENTENCES + 1)]
