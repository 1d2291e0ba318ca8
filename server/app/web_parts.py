"""What the API and the pages of one app share: its contexts, rate limits, and how letters leave."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Flask, request
from flask_limiter import Limiter
from flask_openapi3.openapi import OpenAPI
from limits import RateLimitItem, parse_many
from limits.strategies import RateLimiter
from werkzeug.exceptions import TooManyRequests

from server.app import services
from server.app.services import Parvis
from server.domain.hall.configuration import HallConfiguration
from server.domain.texts import Letter, network_of, wider_network_of
from server.ids import new_id, token_digest
from server.store.alarms import Recipient
from server.store.people.accounts import EVERY_SITE
from server.usecases.alarms.record_alarms import trial_of
from server.web.access.callers import identify
from server.web.access.cookies import DEVICE_COOKIE, read_cookie
from server.web.access.guards import SharedCounts
from server.web.access.site_context import SiteContext, current_viewer, every_hall, give_app
from server.web.api.services import Api, TicketQuota
from server.web.pages.hall.alarms import AlarmPages
from server.web.pages.people.accounts import LetterPost
from server.web.rendering.viewer import Viewer, WorkContext

REDIS_WITHIN_S = 2
type By = Callable[[], str]


def by_network() -> str:
    """Counted by the caller's address; in IPv6 by its /64, of which one caller may use every address."""
    return network_of(request.remote_addr or "")


def by_wider_network() -> str:
    """Counted by the network around the caller's address, whose other addresses one caller may rent."""
    return wider_network_of(request.remote_addr or "")


def make_limiter(app: Flask, redis_url: str) -> Limiter:
    """The limiter of an app; limits are checked where they are declared, and nowhere else."""
    waits: dict[str, str | int] = {"socket_connect_timeout": REDIS_WITHIN_S, "socket_timeout": REDIS_WITHIN_S}
    limiter = Limiter(
        by_network,
        app=app,
        storage_uri=redis_url or "memory://",
        storage_options=waits if redis_url else {},
        strategy="moving-window",  # a minute is the last one, not that of the clock
        in_memory_fallback_enabled=bool(redis_url),
        default_limits=[],
    )
    # its work before and after every request finds nothing
    app.before_request_funcs[None].clear()
    app.after_request_funcs[None].clear()
    return limiter


def by_caller() -> str:
    """Counted by person, device or key."""
    return identify().author.person_id


def by_ticket() -> str:
    """Counted by the ticket whose token the address has: many visitors may share an address."""
    return token_digest(str((request.view_args or {}).get("token", "")))


def by_hall() -> str:
    """Counted by the hall that the address has, whoever asks."""
    return str((request.view_args or {}).get("hall", ""))


def by_survey() -> str:
    """Counted by the address of a survey, whoever answers there, in whatever letters it is typed."""
    return str((request.view_args or {}).get("code", "")).lower()


def by_device() -> str:
    """Counted by the paired device of this browser."""
    return token_digest(read_cookie(DEVICE_COOKIE) or "")


def brake(limiter: Limiter, name: str, most: str, *, by: By = by_network) -> Callable[[], None]:
    """Called in a view it counts one more; more than `most` ("20 per minute") are answered 429.

    Made once for a name, which identifies the count in the limiter.
    """
    counts, limits = SharedCounts(limiter), parse_many(most)

    def count() -> None:
        key = by()
        for limit in limits:
            if not counts.by(partial(_hit, limit, name, key)):
                raise TooManyRequests(retry_after=limit.get_expiry())

    return count


def _hit(limit: RateLimitItem, name: str, key: str, by: RateLimiter) -> bool:
    return by.hit(limit, name, key)


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


def build_web_parts(app: OpenAPI, parvis: Parvis) -> WebParts:
    """The parts of an app; nothing is registered yet."""
    limiter = make_limiter(app, parvis.settings.redis_url)
    app.extensions["parvis_slow_wrong_tokens"] = brake(limiter, "wrong_token", "100 per minute")
    context = _site_context(parvis, limiter)
    give_app(app, context, parvis.papers, parvis.media.files, parvis.door, parvis.estimates)
    return WebParts(
        app=app,
        parvis=parvis,
        limiter=limiter,
        api=_api(parvis, limiter),
        work=_work_context(parvis),
        context=context,
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
        slow_numbers=brake(limiter, "sms_number", "3 per day", by=by_ticket),
        messages_changed=parvis.publisher.messages_changed,
        papers=parvis.papers,
        ticket_quota=TicketQuota(limiter, settings.kiosk_tickets_a_minute),
        door=parvis.door,
        alert_voices=parvis.voice.alert_voices,
    )


def _work_context(parvis: Parvis) -> WorkContext:
    """The person signed in, and the halls of the sites where they have a role."""

    def halls(_: Viewer) -> list[HallConfiguration]:
        sites = {grant.site for grant in identify().grants}
        return [hall for hall in every_hall() if EVERY_SITE in sites or hall.site.slug in sites]

    return WorkContext(parvis.catalogues.translate, current_viewer, halls)


def _site_context(parvis: Parvis, limiter: Limiter) -> SiteContext:
    return SiteContext(
        database=parvis.database,
        settings=parvis.settings,
        translate=parvis.catalogues.translate,
        limiter=limiter,
        audio=parvis.voice.files,
        metrics=parvis.metrics.text,
        is_ready=lambda: services.is_ready(parvis),
        restart=parvis.restart,
        provider=parvis.provider,
    )


def alarm_needs(parvis: Parvis, slow: Callable[[], None]) -> AlarmPages:
    """`slow`: limits how many letters one person may send."""
    translate = parvis.catalogues.translate

    def try_now(recipient: Recipient, hall: HallConfiguration) -> str | None:
        now = parvis.database.clock.now()
        body = trial_of(hall, recipient.choice.language, translate, now)
        refused = parvis.sender.try_to_send(recipient, new_id(), body)
        return None if refused is None else refused.code

    return AlarmPages(
        try_now,
        slow,
        email_is_off=not parvis.settings.smtp_host,
        may_be_plain=parvis.settings.webhooks_to_private,
    )


def link_post(parvis: Parvis, limiter: Limiter) -> LetterPost:
    """How links of people leave by letter."""

    def send(letter: Letter) -> str | None:
        return parvis.mail_server.try_to_send(letter, now=parvis.database.clock.now())

    slow = brake(limiter, "link_letter", "12 per minute", by=by_caller)
    return LetterPost(send if parvis.settings.smtp_host else None, slow)
