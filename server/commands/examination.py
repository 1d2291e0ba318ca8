"""What `parvis doctor` examines.

Each look answers the key of one sentence, and whether something is right, off or wrong.
"""

import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import redis
from PIL import features

from hardware.speech.programs import EspeakSpeech
from hardware.speech.voices import Voices
from server.clock import SUSPECT_AFTER, Clock
from server.domain.alarms.signs import KEY_STEPS_DAYS
from server.domain.instants import from_text
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal
from server.jobs import FEWEST_FILES, allow_open_files, is_server_running
from server.oidc.answers import fetch_provider
from server.own_authority import certificate_end
from server.settings import ASSETS, CODE, Settings
from server.store.configuration.halls import all_halls
from server.store.engine.statements import Rows
from server.store.journal.chain import Anchors, heads_of_halls, last_backup
from server.store.notices.media import names_in_use
from server.store.operation.backups import is_postgresql, postgresql_program
from server.store.operation.migrating import open_installed, seconds_ahead
from server.store.operation.private_files import KEY_BYTES, key_file, open_files, secret_key
from server.store.people.sign_ins import ApiKeyRow, api_keys
from server.store.transactions.database import Database
from server.store.visits.tickets import TicketTokens, last_token
from server.usecases.media.uploads import media_folder

NEWEST_TESTED = (3, 13)
ENOUGH_BYTES = 1_000_000_000
NEEDED = ("socket.io.esm.min.js", "tokens.css", "look.js", "renewal.js", "reload_incomplete.js", "icons")
FONTS = ("atkinson-hyperlegible-next-latin.woff2", "atkinson-hyperlegible-next-latin-ext.woff2")

CERTIFICATE_NEAR_END = timedelta(days=14)
KEPT_EVERY = timedelta(days=2)
"""A backup or an anchor older than this is told: both are made once a day."""

MEDIA_LIBRARIES = ("signage.media.images", "signage.media.documents", "signage.media.videos")
"""Each loads what decodes its kind of files."""

type State = Literal["right", "off", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, by its key and values; `off`: a feature is missing, `wrong`: nothing works without it."""

    state: State
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def examined(settings: Settings) -> Iterator[Finding]:
    """What every check finds, in the order in which it is printed."""
    looks = (
        python,
        folder,
        private,
        disk,
        files,
        database,
        clock,
        key,
        api_keys_near_end,
        redis_server,
        server,
        assets,
        fonts,
        voice,
        media,
        shaping,
        papers,
        backups,
        last_copy,
        anchors,
        phone,
        tls,
        provider,
    )
    for look in looks:
        yield look(settings)


def python(_: Settings) -> Finding:
    """The interpreter."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < NEWEST_TESTED:
        return Finding("wrong", "doctor.python.old", {"version": version})
    return Finding("right", "doctor.python", {"version": version})


def folder(settings: Settings) -> Finding:
    """The folder of the run-time state."""
    place = settings.var.resolve()
    probe = place / ".doctor"
    try:
        place.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding("wrong", "doctor.folder.closed", {"place": place, "why": error.strerror})
    return Finding("right", "doctor.folder", {"place": place})


def private(settings: Settings) -> Finding:
    """Whether other users of this machine are kept from the files of the folder."""
    found = open_files(settings)
    if found:
        return Finding("wrong", "doctor.private.open", {"count": len(found), "place": found[0]})
    return Finding("right", "doctor.private")


def disk(settings: Settings) -> Finding:
    """Room for the database and its backups."""
    place = settings.var.resolve()
    free = shutil.disk_usage(place if place.exists() else Path("/")).free
    values = {"free": round(free / 1e9, 1), "place": place}
    return Finding("right" if free >= ENOUGH_BYTES else "wrong", "doctor.disk", values)


def files(_: Settings) -> Finding:
    """How many files and connections the server may hold open."""
    try:
        return Finding("right", "doctor.files", {"count": allow_open_files()})
    except Refusal as refused:
        values = {"count": refused.details["files"], "fewest": FEWEST_FILES}
        return Finding("wrong", "doctor.files.few", values)


def database(settings: Settings) -> Finding:
    """The database answers and has its tables."""
    kind = "PostgreSQL" if settings.database_address.startswith("postgresql") else "SQLite"
    try:
        with closing(open_installed(settings.database_address, Clock())) as found, found.read() as rows:
            halls = len(heads_of_halls(rows))
    except Refusal as refused:
        if refused.code == "not_installed":
            return Finding("wrong", "doctor.database.empty", {"kind": kind})
        if "expected" in refused.details:  # of another schema
            return Finding("wrong", f"refusal.{refused.code}", refused.details)
        return Finding("wrong", "doctor.database.away", {"kind": kind, "why": refused.code})
    except Exception as error:  # noqa: BLE001 - whatever keeps a database from answering is told
        return Finding("wrong", "doctor.database.away", {"kind": kind, "why": type(error).__name__})
    return Finding("right", "doctor.database", {"kind": kind, "count": halls})


def clock(settings: Settings) -> Finding:
    """This machine's clock, beside that of the database and the last facts."""
    now = Clock().now()

    def ask(found: Database, rows: Rows) -> tuple[float, float]:
        recorded = [hall.last_recorded_at for hall in all_halls(rows) if hall.last_recorded_at]
        behind = max(((each - now).total_seconds() for each in recorded), default=0.0)
        return seconds_ahead(found), behind

    found = said_by_database(settings, ask, otherwise=None)
    if found is None:
        return Finding("off", "doctor.clock.unread")
    (ahead_s, behind_s), most_s = found, SUSPECT_AFTER.total_seconds()
    if abs(ahead_s) > most_s:
        return Finding("wrong", "doctor.clock.apart", {"seconds": round(abs(ahead_s))})
    if behind_s > most_s:
        return Finding("wrong", "doctor.clock.behind", {"seconds": round(behind_s)})
    return Finding("right", "doctor.clock")


def key(settings: Settings) -> Finding:
    """The key that the tokens of tickets are made with, and whether it is the one of the last ticket."""
    if not settings.secret_key and not key_file(settings).exists():
        return Finding("off", "doctor.key.none", {"place": key_file(settings)})
    try:
        made_with = secret_key(settings)
    except Refusal as refused:
        return Finding("wrong", "doctor.key.unreadable", refused.details)
    if not _is_key_of_last_ticket(settings, TicketTokens(lambda: made_with)):
        return Finding("wrong", "doctor.key.other")
    if len(made_with) < KEY_BYTES:
        return Finding("off", "doctor.key.short", {"fewest": KEY_BYTES})
    if settings.secret_key:
        return Finding("right", "doctor.key.setting")
    if is_postgresql(settings.database_address):
        return Finding("off", "doctor.key.alone", {"place": key_file(settings)})
    return Finding("right", "doctor.key", {"place": key_file(settings)})


def _is_key_of_last_ticket(settings: Settings, tokens: TicketTokens) -> bool:
    """True also where there is no ticket, or the database cannot say."""
    last = said_by_database(settings, lambda _, rows: last_token(rows), otherwise=None)
    return last is None or tokens.remake(last.visit, digest=last.token_digest) is not None


def said_by_database[Found](
    settings: Settings, ask: Callable[[Database, Rows], Found], *, otherwise: Found
) -> Found:
    """What the rows say; `otherwise` where they cannot be read: the look at the database says why."""
    try:
        with closing(open_installed(settings.database_address, Clock())) as found, found.read() as rows:
            return ask(found, rows)
    except Exception:  # noqa: BLE001 - the look at the database tells what is wrong with it
        return otherwise


def api_keys_near_end(settings: Settings) -> Finding:
    """The API keys that end within a month, or that a program still shows after their end."""
    stored = said_by_database(settings, lambda _, rows: api_keys(rows), otherwise=None)
    if stored is None:
        return Finding("off", "doctor.keys.unread")
    keys, now = [key for key in stored if key.revoked_at is None and key.expires_at], Clock().now()
    used = [key for key in keys if key.used_after_end_at]
    month = timedelta(days=KEY_STEPS_DAYS[-1])
    near = [key for key in keys if key.expires_at and now < key.expires_at <= now + month]
    if used:
        return Finding("wrong", "doctor.keys.ended", {"names": _names_of(used)})
    return (
        Finding("off", "doctor.keys.ending", {"names": _names_of(near)})
        if near
        else Finding("right", "doctor.keys")
    )


def _names_of(keys: Iterable[ApiKeyRow]) -> str:
    return ", ".join(f"{key.name} ({key.expires_at:%Y-%m-%d})" for key in keys)


def redis_server(settings: Settings) -> Finding:
    """Redis, where several workers need it."""
    if not settings.redis_url:
        return Finding("off", "doctor.redis.off")
    try:
        with redis.Redis.from_url(settings.redis_url, socket_timeout=2) as connection:
            connection.ping()
    except redis.RedisError as error:
        return Finding("wrong", "doctor.redis.away", {"why": type(error).__name__})
    return Finding("right", "doctor.redis")


def server(settings: Settings) -> Finding:
    """Whether a server runs; it need not."""
    if is_server_running(settings.var):
        return Finding("right", "doctor.server", {"place": settings.var.resolve()})
    return Finding("off", "doctor.server.off")


def assets(_: Settings) -> Finding:
    """The files browsers are given."""
    missing = missing_assets()
    if missing:
        values = {"missing": ", ".join(missing), "place": CODE}
        return Finding("wrong", "doctor.assets.missing", values)
    return Finding("right", "doctor.assets")


def missing_assets() -> list[str]:
    """The files and folders that pages need and that are not where the code is installed."""
    return [name for name in NEEDED if not os.path.exists(ASSETS / name)]


def fonts(_: Settings) -> Finding:
    """The fonts tickets are drawn with."""
    missing = [name for name in FONTS if not os.path.exists(ASSETS / "fonts" / name)]
    if missing:
        values = {"missing": ", ".join(missing), "place": CODE}
        return Finding("wrong", "doctor.fonts.missing", values)
    return Finding("right", "doctor.fonts")


def voice(settings: Settings) -> Finding:
    """The voice of the calls."""
    if not settings.voice:
        return Finding("off", "doctor.voice.off")
    if EspeakSpeech().is_available:
        return Finding("right", "doctor.voice")
    if Voices(settings.voices_place).speaks(FRENCH):
        return Finding("off", "doctor.voice.own")
    return Finding("off", "doctor.voice.missing")


def media(settings: Settings) -> Finding:
    """What prepares images, documents and videos, and whether the files of media are all there."""
    missing = [name for name in MEDIA_LIBRARIES if not _loads(name)]
    if missing:
        return Finding("off", "doctor.media.missing", {"missing": ", ".join(missing)})
    lost = _lost_media(settings)
    if lost:
        place = media_folder(settings.var).folder
        return Finding("wrong", "doctor.media.lost", {"count": lost, "place": place})
    return Finding("right", "doctor.media")


def _loads(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def _lost_media(settings: Settings) -> int:
    """How many files of media are not where they should be; 0 while the database cannot say."""
    files = media_folder(settings.var)
    return said_by_database(settings, lambda _, rows: len(names_in_use(rows) - files.names()), otherwise=0)


def shaping(_: Settings) -> Finding:
    """Arabic letters on tickets."""
    if not features.check("raqm"):
        return Finding("off", "doctor.shaping.missing")
    return Finding("right", "doctor.shaping")


def papers(_: Settings) -> Finding:
    """Reports as PDF."""
    try:
        importlib.import_module("weasyprint")
    except (ImportError, OSError):
        return Finding("off", "doctor.papers.missing")
    return Finding("right", "doctor.papers")


def backups(settings: Settings) -> Finding:
    """What a backup needs."""
    if not settings.database_address.startswith("postgresql"):
        return Finding("right", "doctor.backups.sqlite")
    missing = [name for name in ("pg_dump", "pg_restore") if postgresql_program(name) is None]
    if missing:
        return Finding("off", "doctor.backups.missing", {"missing": ", ".join(missing)})
    return Finding("right", "doctor.backups")


def last_copy(settings: Settings) -> Finding:
    """When the database was last backed up."""
    made = last_backup(Anchors(settings.var / "anchors"))
    if made is None:
        return Finding("off", "doctor.copy.never")
    is_old = Clock().now() - made > KEPT_EVERY
    return Finding("off" if is_old else "right", "doctor.copy.old" if is_old else "doctor.copy", _day(made))


def anchors(settings: Settings) -> Finding:
    """When the journals were last anchored, that of the journal which was anchored least recently."""
    kept = Anchors(settings.var / "anchors")
    last = [from_text(found[-1].at) for journal in kept.journals() if (found := kept.read(journal))]
    if not last:
        return Finding("off", "doctor.anchors.none", {"place": kept.folder.resolve()})
    is_old = Clock().now() - min(last) > KEPT_EVERY
    key = "doctor.anchors.old" if is_old else "doctor.anchors"
    return Finding("off" if is_old else "right", key, _day(min(last)) | {"place": kept.folder.resolve()})


def _day(instant: datetime) -> dict[str, object]:
    return {"day": instant.date().isoformat()}


def phone(settings: Settings) -> Finding:
    """Following a ticket on a phone."""
    if not settings.public_url:
        return Finding("off", "doctor.phone.off")
    return Finding("right", "doctor.phone", {"address": settings.public_url})


def tls(settings: Settings) -> Finding:
    """Checks that only this machine may reach the server without encryption."""
    if settings.scheme == "https":
        missing = [name for name in (settings.tls_certificate, settings.tls_key) if not Path(name).is_file()]
        if missing:
            return Finding("wrong", "doctor.tls.missing", {"missing": ", ".join(missing)})
        try:
            ends = certificate_end(Path(settings.tls_certificate))
        except (OSError, ValueError) as error:
            return Finding("wrong", "doctor.tls.unreadable", {"why": type(error).__name__})
        left = ends - Clock().now()
        if left <= timedelta(0):
            return Finding("wrong", "doctor.tls.ended", _day(ends))
        is_near = left <= CERTIFICATE_NEAR_END
        return Finding("off" if is_near else "right", f"doctor.tls{'.ending' * is_near}", _day(ends))
    if settings.is_loopback:
        return Finding("right", "doctor.tls.loopback")
    return Finding("wrong", "doctor.tls.open")


def provider(settings: Settings) -> Finding:
    """The provider of identities."""
    if not settings.oidc_issuer:
        return Finding("right", "doctor.provider.none")
    try:
        fetch_provider(settings.oidc_issuer)
    except Refusal as refusal:
        values = {"issuer": settings.oidc_issuer, "code": refusal.code, "why": refusal.details.get("why")}
        return Finding("off", "doctor.provider.away", values)
    return Finding("right", "doctor.provider", {"issuer": settings.oidc_issuer})
