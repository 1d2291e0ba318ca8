"""The sites of an installation, and their halls: where an account may have a role."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from server.documents.installation import SitePart
from server.documents.reading import parse_installation
from server.domain.hall.configuration import HallConfiguration
from server.store.configuration.configurations import INSTALLATION
from server.store.configuration.documents import newest
from server.store.configuration.halls import all_halls
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database


def known_sites(database: Database) -> dict[str, SitePart]:
    """The sites of the newest installation document, by their slugs; none before there is one."""
    with database.read() as rows:
        found = newest(rows, INSTALLATION, INSTALLATION)
    return {} if found is None else {site.slug: site for site in parse_installation(found.content).sites}


def halls_by_site(database: Database) -> dict[str, list[HallConfiguration]]:
    """The configured halls of each site that has one, by the site’s slug."""
    with database.read() as rows:
        halls = [hall.id for hall in all_halls(rows) if hall.is_configured]
    found: dict[str, list[HallConfiguration]] = {}
    for configuration in map(database.configuration, halls):
        found.setdefault(configuration.site.slug, []).append(configuration)
    return found


def names_of_roles(database: Database, language: str) -> dict[str, str]:
    """The names of the sites where a role may be held, and of what may limit it, by their slugs and ids."""
    sites = {slug: site.name for slug, site in known_sites(database).items()}
    return sites | names_of_places(chain(*halls_by_site(database).values()), language)


def names_of_places(halls: Iterable[HallConfiguration], language: str) -> dict[str, str]:
    """The names of the counters and services of halls, by their ids."""
    found: dict[str, str] = {}
    for hall in halls:
        found |= {each.id: each.label_in(language) for each in hall.counters.values()}
        found |= {each.id: each.name(language) for each in hall.services.values()}
    return found


type Places = Mapping[str, frozenset[str]]
"""By where a role may be held (a site, or every site): the counters and services that may limit it."""


def places_of_roles(database: Database) -> Places:
    """Where a role may be held, and the counters and services (ids) there, the retired ones included."""
    halls = halls_by_site(database)
    found = {site: _ids(halls.get(site, ())) for site in known_sites(database)}
    return {**found, EVERY_SITE: frozenset().union(*found.values())}


def _ids(halls: Sequence[HallConfiguration]) -> frozenset[str]:
    return frozenset(each for hall in halls for each in (*hall.counters, *hall.services))
