"""What `parvis doctor` examines.

Each look answers one sentence, and whether something is right, off or wrong.
"""

import importlib
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import redis
from PIL import features

from hardware.speech import EspeakSpeech, Voices
from server.clock import Clock
from server.domain.configuration import FRENCH
from server.domain.refusals import Refusal
from server.jobs.server_lock import is_server_running
from server.oidc.description import described
from server.settings import Settings
from server.store.backup import postgresql_program
from server.store.installed import open_installed
from server.store.media import names_in_use
from server.usecases.prepare_media import media_folder

NEWEST_TESTED = (3, 13)
ENOUGH_BYTES = 1_000_000_000
ASSETS = ("socket.io.esm.min.js", "tokens.css", "look.js", "renewal.js", "whole.js", "icons")
FONTS = ("atkinson-hyperlegible-next-latin.woff2", "atkinson-hyperlegible-next-latin-ext.woff2")

MEDIA_LIBRARIES = (
    ("signage.media.images", "images"),
    ("signage.media.documents", "documents"),
    ("signage.media.videos", "videos"),
)
"""Each loads what decodes its kind of files."""

type State = Literal["right", "off", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; `off`: a feature is missing, `wrong`: nothing works without it."""

    state: State
    sentence: str


def examinations(settings: Settings) -> list[Callable[[], Finding]]:
    """Every look, in the order they are told."""
    looks = (
        python,
        folder,
        disk,
        database,
        redis_server,
        server,
        assets,
        fonts,
        voice,
        media,
        shaping,
        papers,
        backups,
        phone,
        tls,
        provider,
    )
    return [partial(look, settings) for look in looks]


def python(_: Settings) -> Finding:
    """The interpreter."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < NEWEST_TESTED:
        return Finding("wrong", f"Python {version} is too old; Parvis needs 3.13.")
    return Finding("right", f"Python {version}.")


def folder(settings: Settings) -> Finding:
    """The folder of the run-time state."""
    place = settings.var.resolve()
    probe = place / ".doctor"
    try:
        place.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("wrong", f"The folder {place} cannot be written ({error.strerror}).")
    return Finding("right", f"The folder {place} can be written.")


def disk(settings: Settings) -> Finding:
    """Room for the database and its backups."""
    place = settings.var.resolve()
    free = shutil.disk_usage(place if place.exists() else Path("/")).free
    sentence = f"{free / 1e9:.1f} GB are free on the disk of {place}."
    return Finding("right" if free >= ENOUGH_BYTES else "wrong", sentence)


def database(settings: Settings) -> Finding:
    """The database answers and has its tables."""
    kind = "PostgreSQL" if settings.database_address.startswith("postgresql") else "SQLite"
    try:
        found = open_installed(settings.database_address, Clock())
        try:
            with found.read() as rows:
                halls = rows.one("SELECT count(*) AS n FROM hall")["n"]
        finally:
            found.close()
    except Refusal as refused:
        if refused.code == "not_installed":
            return Finding("wrong", f"The {kind} database has no tables yet; `parvis migrate` makes them.")
        return Finding("wrong", f"The {kind} database does not answer ({refused.code}).")
    except Exception as error:  # noqa: BLE001 - whatever keeps a database from answering is told
        return Finding("wrong", f"The {kind} database does not answer ({type(error).__name__}).")
    return Finding("right", f"The {kind} database answers; it has {halls} halls.")


def redis_server(settings: Settings) -> Finding:
    """Redis, where several workers need it."""
    if not settings.redis_url:
        return Finding(
            "off", "Redis is not set (PARVIS_REDIS_URL); one process serves, which is enough for a hall."
        )
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=2) as connection:
            connection.ping()
    except redis.RedisError as error:
        return Finding("wrong", f"Redis does not answer ({type(error).__name__}).")
    return Finding("right", "Redis answers.")


def server(settings: Settings) -> Finding:
    """Whether a server runs; it need not."""
    if is_server_running(settings.var):
        return Finding("right", f"A server runs on {settings.var.resolve()}.")
    return Finding("off", "No server runs; `parvis serve` starts it.")


def assets(settings: Settings) -> Finding:
    """The files browsers are given."""
    place = settings.var / "assets"
    missing = [name for name in ASSETS if not (place / name).exists()]
    if missing:
        return Finding("wrong", f"Pages lack {', '.join(missing)} in {place}; `make assets` copies them.")
    return Finding("right", "The files of the pages are there.")


def fonts(settings: Settings) -> Finding:
    """The fonts tickets are drawn with."""
    missing = [name for name in FONTS if not (settings.var / "assets" / "fonts" / name).exists()]
    if missing:
        return Finding(
            "wrong", f"Tickets cannot be drawn without {', '.join(missing)}; `make assets` copies them."
        )
    return Finding("right", "The fonts of tickets and pages are there.")


def voice(settings: Settings) -> Finding:
    """The voice of the calls."""
    if not settings.voice:
        return Finding("off", "Calls are not spoken: switched off (PARVIS_VOICE).")
    if EspeakSpeech().is_available:
        return Finding("right", "Sentences can be spoken by espeak-ng.")
    if Voices(settings.voices_place).speaks(FRENCH):
        return Finding("off", "Only the site's own voice speaks: the program espeak-ng is not installed.")
    return Finding("off", "Calls are not spoken: the program espeak-ng is not installed.")


def media(settings: Settings) -> Finding:
    """What prepares images, documents and videos, and whether the files of media are all there."""
    missing = [f"{what} ({name})" for name, what in MEDIA_LIBRARIES if not _loads(name)]
    if missing:
        return Finding(
            "off", f"The library of media cannot prepare {', '.join(missing)}: a library is missing."
        )
    lost = _lost_media(settings)
    if lost:
        return Finding("wrong", f"{lost} files of media are missing in {media_folder(settings.var).folder}.")
    return Finding("right", "The library of media prepares images, documents and videos.")


def _loads(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _lost_media(settings: Settings) -> int:
    """How many files of media are not where they should be; 0 while the database cannot say."""
    try:
        found = open_installed(settings.database_address, Clock())
    except Refusal:
        return 0
    try:
        with found.read() as rows:
            return len(names_in_use(rows) - media_folder(settings.var).names())
    except Exception:  # noqa: BLE001 - the look at the database tells what is wrong with it
        return 0
    finally:
        found.close()


def shaping(_: Settings) -> Finding:
    """Arabic letters on tickets."""
    if not features.check("raqm"):
        return Finding("off", "Arabic on tickets is not joined: Pillow has no raqm (library fribidi).")
    return Finding("right", "Arabic on tickets is joined and runs from right to left.")


def papers(_: Settings) -> Finding:
    """Reports as PDF."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return Finding(
            "off",
            "Reports as PDF are not possible: Pango is missing (libpangoft2-1.0-0, libharfbuzz-subset0).",
        )
    return Finding("right", "Reports can be made as PDF.")


def backups(settings: Settings) -> Finding:
    """What a backup needs."""
    if not settings.database_address.startswith("postgresql"):
        return Finding("right", "Backups need nothing else with SQLite.")
    missing = [name for name in ("pg_dump", "pg_restore") if postgresql_program(name) is None]
    if missing:
        return Finding(
            "off", f"Backups are not possible: {', '.join(missing)} is missing (postgresql-client)."
        )
    return Finding("right", "Backups are made by pg_dump.")


def phone(settings: Settings) -> Finding:
    """Following a ticket on a phone."""
    if not settings.public_url:
        return Finding("off", "Visitors cannot follow their ticket on a phone: PARVIS_PUBLIC_URL is not set.")
    return Finding("right", f"Phones follow their ticket at {settings.public_url}.")


def tls(settings: Settings) -> Finding:
    """Who may reach the server without encryption: nobody but this machine."""
    if settings.scheme == "https":
        missing = [name for name in (settings.tls_certificate, settings.tls_key) if not Path(name).is_file()]
        if missing:
            return Finding("wrong", f"TLS lacks {', '.join(missing)}.")
        return Finding("right", "Pages are served by https.")
    if settings.is_loopback:
        return Finding("right", "Plain http stays on this machine.")
    return Finding(
        "wrong", "Plain http is served on the loopback address only; set a certificate or a proxy."
    )


def provider(settings: Settings) -> Finding:
    """The provider of identities."""
    if not settings.oidc_issuer:
        return Finding("right", "People sign in with local accounts; no provider of identities is set.")
    try:
        described(settings.oidc_issuer)
    except Refusal as refusal:
        why = refusal.details.get("why")
        return Finding("off", f"Nobody signs in by {settings.oidc_issuer}: {refusal.code} ({why}).")
    return Finding("right", f"People may sign in by {settings.oidc_issuer}.")
