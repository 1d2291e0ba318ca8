"""What every page of the site shares, and the current viewer."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_limiter import Limiter

from hardware.speech import AudioFiles
from server.domain.refusals import Refusal
from server.oidc.provider import Provider
from server.settings import Settings
from server.store.transactions.database import Database
from server.web.access.callers import identify
from server.web.rendering.viewer import Viewer


@dataclass
class Restart:
    """How this server starts again with other settings; `by` None: something else serves the app."""

    by: Callable[[], None] | None = None


@dataclass(frozen=True)
class SiteContext:
    """What these pages need."""

    database: Database
    settings: Settings
    translate: Callable[..., str]
    limiter: Limiter
    audio: AudioFiles
    metrics: Callable[[], bytes]
    is_ready: Callable[[], bool]
    restart: Restart
    provider: Provider | None = None


def current_viewer() -> Viewer | None:
    """The signed-in person for pages; none where the token is refused or the database is away."""
    try:
        caller = identify()
    except Refusal:
        return None
    if caller.kind != "person" or not caller.grants:
        return None
    return Viewer(caller.login or "", caller.name or "", caller.grants, caller.language)
