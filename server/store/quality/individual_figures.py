"""At which sites figures of one agent may be shown."""

from sqlalchemy import bindparam, select

from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.people import individual_figures

_IS_ON = individual_figures.c.is_on.is_(True)
_SITES = Read(str, select(individual_figures.c.site).where(_IS_ON))
_SITE = Read(
    str, select(individual_figures.c.site).where(_IS_ON, individual_figures.c.site == bindparam("site"))
)


def are_individual_figures_on(rows: Rows, site: str) -> bool:
    """Whether figures of one agent may be shown at a site (slug)."""
    return rows.one(_SITE, site=site) is not None


def sites_of_individual_figures(rows: Rows) -> frozenset[str]:
    """The sites (slugs) at which they are on."""
    return frozenset(rows.all(_SITES))
