"""What the API and the pages of one app share."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_limiter import Limiter
from flask_openapi3.openapi import OpenAPI

from server.app import health
from server.app.brakes import By, brake, by_network, by_ticket, make_limiter
from server.app.services import Parvis
from server.domain.hall.configuration import HallConfiguration
from server.store.people.accounts import EVERY_SITE
from server.store.transactions.database import Database
from server.usecases.notices.notice_places import configured_halls
from server.web.access.callers import identify
from server.web.access.site_context import SiteContext, current_viewer
from server.web.api.services import Api
from server.web.api.ticket_quota import TicketQuota
from server.web.rendering.viewer import Viewer, WorkContext


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the routes of an app are made of.

    `api`, `work` and `context`: what routes of the API, pages of people at work, and pages around signing in
    read.
    """

    app: OpenAPI
    parvis: Parvis
    limiter: Limiter
    api: Api
    work: WorkContext
    context: SiteContext

    def brake(self, name: str, most: str, *, by: By = by_network) -> Callable[[], None]:
        """A rate limit for a route; see `server.app.brakes`."""
        return brake(self.limiter, name, most, by=by)

    def every_hall(self) -> list[HallConfiguration]:
        """The configuration of each configured hall, for any caller."""
        return _every_hall(self.parvis.database)


def build_web_parts(app: OpenAPI, parvis: Parvis) -> WebParts:
    """The parts of an app; nothing is registered yet."""
    limiter = make_limiter(app, parvis.settings.redis_url)
    app.extensions["parvis_slow_wrong_tokens"] = brake(limiter, "wrong_token", "100 per minute")
    return WebParts(
        app=app,
        parvis=parvis,
        limiter=limiter,
        api=_api(parvis, limiter),
        work=_work_context(parvis),
        context=_site_context(parvis, limiter),
    )


def _api(parvis: Parvis, limiter: Limiter) -> Api:
    settings = parvis.settings
    return Api(
        database=parvis.database,
        estimates=parvis.estimates,
        settings=settings,
        translate=parvis.catalogues.translate,
        breathe=parvis.database.breathe,
        slow_codes=brake(limiter, "short_code", "20 per minute"),
        slow_tickets=brake(limiter, "ticket", "20 per minute", by=by_ticket),
        messages_changed=parvis.publisher.messages_changed,
        papers=parvis.papers,
        ticket_quota=TicketQuota(limiter, settings.kiosk_tickets_a_minute),
        alert_voices=parvis.voice.alert_voices,
    )


def _work_context(parvis: Parvis) -> WorkContext:
    """The person signed in, and the halls of the sites where they have a role."""

    def halls(_: Viewer) -> list[HallConfiguration]:
        sites = {grant.site for grant in identify().grants}
        every = _every_hall(parvis.database)
        return [hall for hall in every if EVERY_SITE in sites or hall.site.slug in sites]

    return WorkContext(parvis.catalogues.translate, current_viewer, halls)


def _site_context(parvis: Parvis, limiter: Limiter) -> SiteContext:
    return SiteContext(
        database=parvis.database,
        settings=parvis.settings,
        translate=parvis.catalogues.translate,
        limiter=limiter,
        audio=parvis.voice.files,
        metrics=lambda: health.metrics(parvis),
        is_ready=lambda: health.is_ready(parvis),
        restart=parvis.restart,
        provider=parvis.provider,
    )


def _every_hall(database: Database) -> list[HallConfiguration]:
    with database.read() as rows:
        return configured_halls(database, rows)
