"""Only the owner may read and change the files of the var folder, new ones and old ones."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from server.settings import Settings

UMASK = 0o077
OPEN_TO_OTHERS = 0o077
OWN = (
    *("parvis.db*", "secret.key*", "demo.json", "parvis.sock", "printers.sock", "*.lock"),
    *("anchors", "audio", "pictures", "media", "refused-secrets", "tls"),
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
