"""The sites of an installation: where an account may have a role."""

from server.documents.installation import SitePart
from server.documents.reading import parse_installation
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.transactions.database import Database


def known_sites(database: Database) -> dict[str, SitePart]:
    """The sites of the newest installation document, by their slugs; none before there is one."""
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
    return {} if found is None else {site.slug: site for site in parse_installation(found.content).sites}
