"""Read the checks of a hall, each with its findings and the actions that they led to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.actions.actions import ActionOrigin, OriginKind
from server.domain.hall_checks.checks import FAULTY, CheckKind
from server.store.actions import ActionOfOrigin, actions_of_origins
from server.store.hall_checks import CheckRow, FindingRow, checks_of, findings_of
from server.store.media.photographs import photographs_of_checks
from server.store.transactions.database import Database


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
