"""Read the targets of waiting of a site's halls, for decisions that are about one."""

from dataclasses import dataclass

from server.domain.quality.targets import Target
from server.store.configuration.halls import all_halls
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database


@dataclass(frozen=True, slots=True)
class SiteTarget:
    """A target of a hall (slug), the names of its service by language, and whether it is void by now."""

    target: Target
    hall: str
    names: dict[str, str]
    is_void: bool

    @property
    def id(self) -> str:
        """The id of the target."""
        return self.target.id


def read_site_targets(database: Database, site: str) -> list[SiteTarget]:
    """Every target that was decided for the halls of a site (slug), the newest first."""
    found = []
    with database.read() as rows:
        for hall in all_halls(rows):
            if not hall.is_configured or database.configuration(hall.id).site.slug != site:
                continue
            services = database.configuration(hall.id).services
            for of_service, spans in target_spans(rows, hall.id).items():
                service = services.get(of_service)
                names = {} if service is None else dict(service.names)
                found += [SiteTarget(span.target, hall.slug, names, span.is_void) for span in spans]
    found.sort(key=lambda each: each.target.recorded_at, reverse=True)
    return found
