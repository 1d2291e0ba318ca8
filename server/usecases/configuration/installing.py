"""How far the setup of an installation is; a site, or a hall made from a template, published at once."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hardware.simulator.outlets import free_port
from server.documents.content import Content
from server.documents.from_template import HallRequest, from_template, slug_of, template_of
from server.domain.author import Author
from server.language import LANGUAGES
from server.store.configuration.documents import hall_documents
from server.store.configuration.halls import INSTALLATION
from server.store.people.accounts import has_account
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.configuration.configuration_document import PAGES, configuration_document
from server.usecases.configuration.publication import Terms, publish_hall, publish_installation
from server.usecases.people.directory import known_sites

type Week = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """A new site: its name, its address, and its hours, like `{"monday": ["09:00-12:00"]}`."""

    name: str
    address: str
    week: Week


@dataclass(frozen=True, slots=True)
class TemplateRequest:
    """A new hall: its template, how many counters, and the services of the template (ids; None: all)."""

    template: str
    name: str
    site: str
    counters: int = 2
    services: Collection[str] | None = None


def open_installation(database: Database, author: Author, organisation: str, site: SiteRequest) -> str:
    """The slug of the first site of an installation that has no document yet.

    Raises DocumentRefused; refusal: stale_revision when there is a document.
    """
    described = _site(site, ())
    content = {
        "format": "parvis-installation-1",
        "organisation": organisation,
        "brand": {"name": organisation},
        "languages": list(LANGUAGES),
        "sites": [described],
    }
    publish_installation(database, author, json.dumps(content), Terms(base_revision=0))
    return str(described["slug"])


def add_site(database: Database, author: Author, site: SiteRequest) -> str:
    """The slug of one more site. Raises DocumentRefused; refusals: not_configured, stale_revision."""
    with database.read() as rows:
        document = installation_document(rows)
        revision = configuration_document(rows, INSTALLATION).revision
    described = _site(site, [each.slug for each in document.sites])
    content = document.model_dump(mode="json")
    content["sites"].append(described)
    publish_installation(database, author, json.dumps(content), Terms(base_revision=revision))
    return str(described["slug"])


def add_hall(database: Database, author: Author, request: TemplateRequest) -> str:
    """The slug of a new hall.

    Raises DocumentRefused; refusals: not_configured, unknown_template, no_service.
    """
    with database.read() as rows:
        document = installation_document(rows)
        taken = [hall.hall for hall in hall_documents(rows)]
    services = request.services
    if services is None:
        services = [each["id"] for each in template_of(request.template)["services"]]
    slug = slug_of(request.name, [*taken, INSTALLATION, *PAGES])
    made = HallRequest(slug, request.name, request.site, document.languages, services, request.counters)
    content = from_template(request.template, made)
    for kiosk in content["kiosks"]:
        kiosk["printer"]["port"] = free_port()
    publish_hall(database, author, json.dumps(content), Terms(base_revision=0))
    return slug


def _site(site: SiteRequest, taken: Collection[str]) -> Content:
    return {
        "slug": slug_of(site.name, taken),
        "name": site.name,
        "address": site.address,
        "calendar": {"week": {day: list(spans) for day, spans in site.week.items()}},
    }


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
