"""How far an installation is, for whoever sets it up."""

from dataclasses import dataclass
from typing import Literal

from server.documents.reading import parse_installation
from server.store.configurations import INSTALLATION
from server.store.database import Database
from server.store.documents import hall_documents, newest
from server.usecases.installation_link import has_account

type Step = Literal["administrator", "place", "hall", "printer"]


@dataclass(frozen=True, slots=True)
class Installing:
    """What there is already; `sites` and `halls` are slugs."""

    has_account: bool
    sites: tuple[str, ...]
    halls: tuple[str, ...]

    @property
    def step(self) -> Step:
        """What comes next."""
        if not self.has_account:
            return "administrator"
        if not self.sites:
            return "place"
        return "printer" if self.halls else "hall"


def read_installing(database: Database) -> Installing:
    """What there is already."""
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
        sites = () if found is None else parse_installation(found.content).sites
        halls = hall_documents(rows)
        return Installing(
            has_account(rows), tuple(site.slug for site in sites), tuple(hall.hall for hall in halls)
        )
