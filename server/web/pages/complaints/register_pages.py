"""What the pages of the register share: the reader’s reach, addresses, refusals in words."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request

from server.domain.complaints import may_read_about_agents
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.ids import new_token
from server.store.transactions.database import Database
from server.usecases.complaints.entries import RegisterReach
from server.web.rendering.problems import problems_of
from server.web.rendering.viewer import WorkContext

PLACE = "/voix/registre"
NEEDED = Permission.ANSWER_COMPLAINTS


@dataclass(frozen=True, slots=True)
class RegisterPages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext

    def reach(self, hall: HallConfiguration) -> RegisterReach:
        """What the signed-in person reads of the register of a hall."""
        person = self.work.viewer()
        assert person is not None
        return RegisterReach(hall.hall, may_read_about_agents(person.roles_at(hall.site.slug)))

    def problems(self, refusal: Refusal | None) -> dict[str, str]:
        """The sentence of a refusal by its field."""
        return problems_of(refusal)


def entry_address(hall: HallConfiguration, entry: str, *, done: str) -> str:
    """The page of an entry, which says what was done."""
    return f"{PLACE}/{entry}?{urlencode({'hall': hall.hall, 'fait': done})}"


def form_token() -> str:
    """The token of the form that was sent: with the same one, an entry is made once."""
    return request.form.get("formulaire", "")[:64] or new_token()
