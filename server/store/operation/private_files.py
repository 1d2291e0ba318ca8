"""Files that only the owner may read: the var folder, and the installation's key in it.

The key is kept outside the database, so that a copy of the database does not hold it. It is
`PARVIS_SECRET_KEY`, else a file in the var folder, made at first need.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from server.clock import Clock
from server.domain.refusals import Refusal
from server.settings import Settings
from server.store.transactions.database import Database
from server.store.visits.tickets import TicketTokens

UMASK = 0o077
OPEN_TO_OTHERS = 0o077
OWN = (
    *("parvis.db*", "secret.key*", "demo.json", "parvis.sock", "printers.sock", "*.lock"),
    *("anchors", "audio", "pictures", "media", "refused-secrets", "tls", "metrics"),
)
"""What Parvis writes into the var folder."""
_SQLITE = "sqlite:///"


def keep_to_owner() -> None:
    """Lets only the owner read the files that this process makes from now on."""
    os.umask(UMASK)


def tighten(settings: Settings) -> int:
    """Removes every permission of other users on the files of the installation; how many files changed.

    Files of another owner stay as they are: `parvis doctor` names them.
    """
    changed = 0
    for place in open_files(settings):
        try:
            place.chmod(stat.S_IMODE(place.stat().st_mode) & ~OPEN_TO_OTHERS)
        except OSError:
            continue
        changed += 1
    return changed


def open_files(settings: Settings) -> list[Path]:
    """The files and folders of the installation that other users of this machine may read or change."""
    return [place for place in dict.fromkeys(_files(settings)) if _is_open(place)]


def _files(settings: Settings) -> Iterator[Path]:
    var = settings.var.resolve()
    yield var
    for pattern in OWN:
        for place in var.glob(pattern):
            yield place
            if place.is_dir() and not place.is_symlink():
                yield from place.rglob("*")
    address = settings.database_address
    if address.startswith(_SQLITE):
        file = Path(address.removeprefix(_SQLITE))
        yield from file.parent.glob(f"{file.name}*")


def _is_open(place: Path) -> bool:
    """Whether other users have a permission. A folder for everybody (/tmp, sticky bit) is not counted."""
    try:
        mode = place.lstat().st_mode
    except OSError:
        return False
    return bool(mode & OPEN_TO_OTHERS) and not mode & stat.S_ISVTX and not stat.S_ISLNK(mode)


KEY_FILE = "secret.key"
KEY_BYTES = 32
BACKUP_ENDING = ".key"


def database_of(settings: Settings, clock: Clock) -> Database:
    """The database of the settings, which makes the tokens of tickets with the installation's key."""
    database = Database(settings.database_address, clock)
    use_key(database, settings)
    return database


def use_key(database: Database, settings: Settings) -> None:
    """Lets a database make the tokens of tickets with the installation's key."""
    database.ticket_tokens = TicketTokens(lambda: secret_key(settings))


def key_file(settings: Settings) -> Path:
    """The file of the key, used while the setting is empty."""
    return settings.var / KEY_FILE


def secret_key(settings: Settings) -> bytes:
    """The key. The first worker that needs it makes the file.

    Refusal: secret_key_unreadable.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    file = key_file(settings)
    try:
        if not file.exists():
            _make(file)
        key = file.read_text(encoding="ascii").strip().encode()
    except (OSError, UnicodeError) as error:
        raise Refusal("secret_key_unreadable", file=str(file), reason=str(error)) from error
    if len(key) < KEY_BYTES:
        raise Refusal("secret_key_unreadable", file=str(file), reason="too short")
    return key


def check_key_copy(settings: Settings, backup: Path) -> None:
    """Checks that the key can be copied next to a backup. Refusals: file_exists, secret_key_unreadable."""
    if not settings.secret_key and _copy_for(backup).exists():
        raise Refusal("file_exists", file=str(_copy_for(backup)))
    secret_key(settings)


def back_up_key(settings: Settings, backup: Path) -> Path | None:
    """Copies the key to a new file next to a backup; the file, or None where the setting is the key.

    Refusal: secret_key_unreadable.
    """
    if settings.secret_key:
        return None
    _write_once(_copy_for(backup), secret_key(settings))
    return _copy_for(backup)


def bring_key(settings: Settings, backup: Path, now: datetime) -> bool:
    """Restores the key that was copied next to a backup; whether there is a key now.

    Another key that was there is kept, under a name that says when it was replaced.
    """
    if settings.secret_key:
        return True
    file, copy = key_file(settings), _copy_for(backup)
    if not copy.exists():
        return file.exists()
    key = copy.read_bytes()
    if file.exists() and file.read_bytes() != key:
        file.rename(file.with_name(f"{file.name}.replaced-{now:%Y%m%dT%H%M%S%f}"))
    if not file.exists():
        _write_once(file, key)
    return True


def _copy_for(backup: Path) -> Path:
    return backup.with_name(backup.name + BACKUP_ENDING)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    _write_once(file, secrets.token_hex(KEY_BYTES).encode())


def _write_once(file: Path, key: bytes) -> None:
    """Writes a file, complete or not at all. A file that another process made meanwhile stays."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "wb") as written:
            written.write(key)
            written.flush()
            os.fsync(written.fileno())
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        part.unlink()
