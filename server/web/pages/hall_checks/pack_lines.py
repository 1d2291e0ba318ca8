"""The lines of `constats.csv` in an evidence pack: what checks of halls and visits found."""

from collections.abc import Callable, Iterable

from server.domain.hall_checks import CheckKind
from server.domain.quality.periods import Period
from server.store.transactions.database import Database
from server.usecases.hall_checks import read_checks

CHECK_COLUMNS = (
    *("hall", "kind", "done_on", "function", "criterion", "result", "remark", "action"),
    "photographs",
)


def check_lines(
    database: Database, halls: Iterable[str], period: Period, say: Callable[..., str]
) -> list[list[object]]:
    """The findings of halls (slugs) in a period, in words; `action`: whether one was made.

    `photographs`: the numbers of those of the check, which are not in the pack.
    """
    return [
        [
            *(hall, say(f"hall_checks.{kind}.title"), check.row.done_on, check.row.function),
            each.row.words or say(f"hall_checks.criterion.{each.row.criterion}"),
            *(say(f"hall_checks.result.{each.row.result}"), each.row.remark, each.action is not None),
            ", ".join(str(number) for number in check.photographs),
        ]
        for hall in halls
        for kind in CheckKind
        for check in read_checks(database, hall, kind)
        if period.starts_on <= check.row.done_on < period.ends_on
        for each in check.findings
    ]
