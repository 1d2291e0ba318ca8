"""What the pages of checks share: what they need of the server, their permission, their addresses."""

from dataclasses import dataclass
from urllib.parse import urlencode

from server.apart import CallApart
from server.domain.hall_checks.checks import CheckKind
from server.domain.people.roles import Permission
from server.store.transactions.database import Database
from server.web.rendering.viewer import WorkContext

NEEDED = Permission.WRITE_REPORTS
PLACES = {CheckKind.HALL_CHECK: "/voix/controles", CheckKind.MYSTERY_VISIT: "/voix/visites"}


@dataclass(frozen=True, slots=True)
class CheckPages:
    """What the pages need of the rest of the server. `call_apart`: decodes photographs."""

    database: Database
    work: WorkContext
    call_apart: CallApart


def check_address(kind: CheckKind, hall: str, check: str) -> str:
    """The place of a check (id) of a hall (slug) in the list, marked as just changed."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall, 'fait': check})}#check-{check}"


def finding_address(kind: CheckKind, hall: str, finding: str) -> str:
    """The place of a finding (id) of a hall (slug) in the list."""
    return f"{PLACES[kind]}?{urlencode({'hall': hall})}#constat-{finding}"
