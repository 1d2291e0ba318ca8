"""What the sites of an installation have decided about bulletins."""

from server.documents.installation import SitePart
from server.documents.reading import parse_installation
from server.domain.refusals import Refusal
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.engine.rows import Rows


def configured_sites(rows: Rows) -> tuple[SitePart, ...]:
    """The sites of the installation's document; none before there is one."""
    found = newest(rows, INSTALLATION, INSTALLATION)
    return () if found is None else parse_installation(found.content).sites


def site_of(rows: Rows, slug: str) -> SitePart:
    """A site by its slug. Refusal: unknown_site."""
    for site in configured_sites(rows):
        if site.slug == slug:
            return site
    raise Refusal("unknown_site", site=slug)
