"""How far the setup of an installation is."""

from dataclasses import dataclass
from typing import Literal

from server.store.configuration.documents import hall_documents
from server.store.people.accounts import has_account
from server.store.transactions.database import Database
from server.usecases.people.sites import known_sites

type Step = Literal["administrator", "place", "hall", "printer"]


@dataclass(frozen=True, slots=True)
class Installing:
    """What the installation has already; `sites` and `halls` are slugs."""

    has_account: bool
    sites: tuple[str, ...]
    halls: tuple[str, ...]

    @property
    def step(self) -> Step:
        """The next step."""
        if not self.has_account:
            return "administrator"
        if not self.sites:
            return "place"
        return "printer" if self.halls else "hall"


def read_installing(database: Database) -> Installing:
    """What the installation has already."""
    sites = known_sites(database)
    with database.read() as rows:
        halls = hall_documents(rows)
        return Installing(has_account(rows), tuple(sites), tuple(hall.hall for hall in halls))
