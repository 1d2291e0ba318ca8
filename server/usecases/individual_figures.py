"""Whether figures of one agent may be shown at a site: they may not, unless an administrator decided so."""

from typing import Any

from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.database import Database
from server.store.installation import Author
from server.usecases.notice_places import Sites
from server.usecases.sites import known_sites


def decide_individual_figures(
    database: Database, author: Author, site: str, *, is_on: bool, sites: Sites
) -> None:
    """Turns them on or off at a site, as a fact; nothing where it is so already.

    Refusals: unknown_site, forbidden.
    """
    if site not in known_sites(database):
        raise Refusal("unknown_site", site=site)
    if sites is not None and site not in sites:
        raise Refusal("forbidden")
    with database.installation_transaction(author) as transaction:
        if are_individual_figures_on(transaction, site) != is_on:
            transaction.record(of_kind(FactKind.INDIVIDUAL_FIGURES_DECIDED, site=site, is_on=is_on))


def are_individual_figures_on(rows: Any, site: str) -> bool:
    """Whether figures of one agent may be shown at a site (slug)."""
    row = rows.one("SELECT is_on FROM individual_figures WHERE site = :site", site=site)
    return row is not None and bool(row["is_on"])


def sites_with_individual_figures(database: Database) -> frozenset[str]:
    """The sites (slugs) at which they are on."""
    with database.read() as rows:
        return frozenset(
            row["site"] for row in rows.all("SELECT site, is_on FROM individual_figures") if row["is_on"]
        )
