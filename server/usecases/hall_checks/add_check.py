"""Keep a check of a hall, or a visit by a « usager d’un jour », with what it found."""

from server.domain.hall_checks.checks import CheckRequest, checked_check, day_of_check
from server.domain.hours.calendars import business_day
from server.store.hall_checks import CheckRow, FindingRow, insert_check
from server.store.transactions.database import Database


def add_check(database: Database, hall: str, typed: CheckRequest, *, form: str) -> str:
    """Adds a check of a hall (id or slug); its id, which is that of the form. The same form adds it once.

    Refusals: unknown_hall; those of `checked_check`.
    """
    hall_id, now = database.hall_id(hall), database.clock.now()
    check = checked_check(typed, business_day(database.configuration(hall_id).calendar, now))
    row = CheckRow(
        form, hall_id, check.kind, day_of_check(check.done_on), check.function, check.scenario, now
    )
    findings = (
        FindingRow(form, place, each.criterion, each.words, each.result, each.remark, now)
        for place, each in enumerate(check.findings)
    )
    with database.store.write() as rows:
        insert_check(rows, row, findings)
    return form
