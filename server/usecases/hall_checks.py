"""Checks of a hall, and visits by a « usager d’un jour »: added, found, read, their findings planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.apart import CallApart
from server.domain.actions import ActionOrigin, ActionRequest, ActionState, OriginKind
from server.domain.hall_checks import (
    CHECKS_KEPT,
    FAULTY,
    CheckKind,
    CheckRequest,
    checked_check,
    day_of_check,
)
from server.domain.hours.calendars import business_day
from server.domain.photographs import OF_CHECK, SentPhotograph, check_proofs
from server.domain.refusals import Refusal, existing
from server.store import hall_checks
from server.store.engine.statements import Rows
from server.store.hall_checks import ActionOfOrigin, CheckRow, FindingRow
from server.store.photographs import proofs_of, proofs_of_checks
from server.store.transactions.database import Database
from server.usecases.actions import add_action_for
from server.usecases.photographs import keep_proofs, prepare_photograph


def find_check(rows: Rows, hall_id: str, kind: CheckKind, check: str) -> CheckRow:
    """The check (id) of a hall (id) and kind. Refusal: unknown_check."""
    return _of_hall(hall_checks.check_of(rows, check), hall_id, kind)


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
        row = existing(hall_checks.check_of(rows, finding.rpartition("-")[0]), "unknown_check")
    return FindingPlace(database.configuration(row.hall).hall, CheckKind(row.kind))


@dataclass(frozen=True, slots=True)
class ReadFinding:
    """A finding: its id, whether something is to be done, and its action.

    `action`: its id, None without one; `corrected_on`: since when it is done, None: it is not.
    """

    id: str
    row: FindingRow
    is_faulty: bool
    action: str | None
    corrected_on: date | None


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
        checks, findings = (
            hall_checks.checks_of(rows, hall_id, kind),
            hall_checks.findings_of(rows, hall_id, kind),
        )
        photographs = proofs_of_checks(rows, hall_id)
        planned = hall_checks.actions_of_origins(rows, kind.value, [finding_id(each) for each in findings])
    return [
        ReadCheck(
            row,
            [_finding(each, planned) for each in findings if each.hall_check == row.id],
            [each.number for each in photographs if each.subject == row.id],
        )
        for row in checks
    ]


def finding_id(row: FindingRow) -> str:
    """The id of a finding."""
    return f"{row.hall_check}-{row.place}"


def _finding(row: FindingRow, planned: Mapping[str, ActionOfOrigin]) -> ReadFinding:
    action = planned.get(finding_id(row))
    return ReadFinding(
        finding_id(row),
        row,
        row.result in FAULTY,
        action=None if action is None else action.id,
        corrected_on=None if action is None else action.done_on,
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
        hall_checks.insert_check(rows, row, findings)
    return form


@dataclass(frozen=True, slots=True)
class FindingPlan:
    """What is typed to plan the action of a finding (id): a remark, an office or a role, a day (ISO)."""

    finding: str
    remark: str
    owner: str
    due_on: str


def plan_finding(database: Database, hall: str, kind: CheckKind, typed: FindingPlan) -> str:
    """The id of the action of a finding of a hall; it is made once. Its owner and its day are asked at once.

    Refusals: unknown_hall, unknown_finding, action_owner_missing, action_day_missing; those of
    `checked_action`.
    """
    found = {each.id for check in read_checks(database, hall, kind) for each in check.findings}
    if typed.finding not in found:
        raise Refusal("unknown_finding")
    site = database.configuration(database.hall_id(hall)).site
    if not typed.owner.strip():
        raise Refusal("action_owner_missing", field="owner")
    if not typed.due_on:
        raise Refusal("action_day_missing", field="due_on")
    action = ActionRequest(typed.remark, "", "", typed.owner, typed.due_on, ActionState.TO_DO)
    return add_action_for(database, site, ActionOrigin(OriginKind(kind.value), typed.finding), action)


WITH_PHOTOGRAPHS = CheckKind.HALL_CHECK
"""The kind of checks that have photographs: a visitor of a day takes none."""


def add_photographs(
    database: Database,
    call_apart: CallApart,
    hall: str,
    check: str,
    sent: Sequence[SentPhotograph],
    *,
    nobody_is_recognisable: bool,
) -> None:
    """Adds photographs to a check (id) of a hall (id or slug).

    A photograph that the check has already is not added again. Where one file is refused, the others are
    added. Refusals: unknown_hall, unknown_check; check_photographs_missing, photographs_unticked and
    check_photographs_too_many, which add nothing; check_photograph_too_large, check_photograph_unreadable:
    of the first such file.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        find_check(rows, hall_id, WITH_PHOTOGRAPHS, check)
        kept = proofs_of(rows, check)
    if not sent:
        raise Refusal("check_photographs_missing", field="photographs")
    check_proofs(OF_CHECK, sent, len(kept), nobody_is_recognisable=nobody_is_recognisable)
    prepared: list[bytes] = []
    refusals: list[Refusal] = []
    for each in sent:
        try:
            prepared.append(prepare_photograph(call_apart, OF_CHECK, each))
        except Refusal as refusal:
            refusals.append(refusal)
    with database.store.write() as rows:
        row = _of_hall(hall_checks.locked_check_of(rows, check), hall_id, WITH_PHOTOGRAPHS)
        keep_proofs(rows, OF_CHECK, check, prepared, erase_after=row.added_at + CHECKS_KEPT)
    if refusals:
        raise refusals[0]
