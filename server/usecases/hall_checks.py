"""Checks of a hall, and visits by a « usager d’un jour »: added, found, read, their findings planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.actions import ActionOrigin, ActionRequest, ActionState, OriginKind
from server.domain.hall_checks import FAULTY, CheckKind, CheckRequest, checked_check, day_of_check
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.store.actions import ActionOfOrigin, actions_of_origins
from server.store.engine.rows import Rows, WrittenRows
from server.store.hall_checks import (
    CheckRow,
    FindingRow,
    check_of,
    checks_of,
    findings_of,
    insert_check,
    locked_check_of,
)
from server.store.media.photographs import photographs_of_checks
from server.store.transactions.database import Database
from server.usecases.actions import add_action_for


def find_check(rows: Rows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind. Refusal: unknown_check."""
    return _of_hall(check_of(rows, check), hall_id, kind)


def find_check_to_change(rows: WrittenRows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind, which nobody else changes meanwhile. Refusal: unknown_check."""
    return _of_hall(locked_check_of(rows, check), hall_id, kind)


def _of_hall(row: CheckRow | None, hall_id: str, kind: CheckKind) -> CheckRow:
    if row is None or (row.hall, row.kind) != (hall_id, kind):
        raise Refusal("unknown_check")
    return row


@dataclass(frozen=True, slots=True)
class FindingPlace:
    """The hall (slug) of a finding, and the kind of its check."""

    hall: str
    kind: CheckKind


def place_of_finding(database: Database, finding: str) -> FindingPlace:
    """Where a finding (id) is read. Refusal: unknown_check."""
    with database.read() as rows:
        row = check_of(rows, finding.rpartition("-")[0])
    if row is None:
        raise Refusal("unknown_check")
    return FindingPlace(database.configuration(row.hall).hall, CheckKind(row.kind))


@dataclass(frozen=True, slots=True)
class ReadFinding:
    """A finding: its id, whether something is to be done, and the id of its action, None without one."""

    id: str
    row: FindingRow
    is_faulty: bool
    action: str | None


@dataclass(frozen=True, slots=True)
class ReadCheck:
    """A check with its findings, and the numbers of its photographs."""

    row: CheckRow
    findings: Sequence[ReadFinding]
    photographs: Sequence[int]


def read_checks(database: Database, hall: str, kind: CheckKind) -> list[ReadCheck]:
    """The checks of a hall (id or slug) of one kind, the newest first. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        checks, findings = checks_of(rows, hall_id, kind), findings_of(rows, hall_id, kind)
        photographs = photographs_of_checks(rows, hall_id)
        planned = actions_of_origins(rows, kind.value, [finding_id(each) for each in findings])
    return [
        ReadCheck(
            row,
            [_finding(each, planned) for each in findings if each.hall_check == row.id],
            [each.number for each in photographs if each.hall_check == row.id],
        )
        for row in checks
    ]


def finding_id(row: FindingRow) -> str:
    """The id of a finding."""
    return f"{row.hall_check}-{row.place}"


def origin_of(kind: CheckKind, finding: str) -> ActionOrigin:
    """A finding (id) as the origin of an action."""
    return ActionOrigin(OriginKind(kind.value), finding)


def _finding(row: FindingRow, planned: Mapping[str, ActionOfOrigin]) -> ReadFinding:
    action = planned.get(finding_id(row))
    return ReadFinding(
        finding_id(row), row, row.result in FAULTY, action=None if action is None else action.id
    )


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


def plan_finding(database: Database, hall: str, kind: CheckKind, finding: str, remark: str) -> str:
    """The id of the action of a finding (id) of a hall; it is made once.

    Refusals: unknown_hall, unknown_finding; those of `checked_action`.
    """
    found = {each.id for check in read_checks(database, hall, kind) for each in check.findings}
    if finding not in found:
        raise Refusal("unknown_finding")
    site = database.configuration(database.hall_id(hall)).site.slug
    action_request = ActionRequest(remark, "", "", "", "", ActionState.TO_DO)
    return add_action_for(database, site, origin_of(kind, finding), action_request)
