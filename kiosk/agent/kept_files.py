"""What the agent keeps in its folder: small documents, each written whole or not at all.

`token` and `pairing` are the cookies that a browser would keep; `device` is the answer to `/device/me`,
`menu` what a menu says besides its services, `provision` what the kiosk needs to give tickets by itself,
`incarnation` the name of this disk in this boot, `run` of the program that printed last.
"""

import fcntl
import json
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

type Name = Literal["token", "pairing", "device", "menu", "provision", "incarnation", "run"]


def write_whole(file: Path, content: bytes) -> None:
    """Replaces a file, which only its owner reads; after a power cut it is the old or the new one.

    Raises OSError, where the disk is full.
    """
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as written:
        written.write(content)
        written.flush()
        os.fsync(written.fileno())
    new.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Has the disk keep which files a folder holds."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class KeptFiles:
    """The documents, as JSON. Safe among threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._held: int | None = None
        self._lock = threading.Lock()
        self._known: dict[Name, Any] = {}

    def hold(self) -> bool:
        """Takes the folder for this program until it ends; False while another one has it."""
        self._held = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def read(self, name: Name) -> Any:
        """A document; None: there is none, or it is damaged."""
        with self._lock:
            if name not in self._known:
                try:
                    self._known[name] = json.loads((self.folder / f"{name}.json").read_bytes())
                except (OSError, ValueError):
                    self._known[name] = None
            return self._known[name]

    def keep(self, name: Name, document: Any) -> None:
        """Keeps a document in place of the former one; None: there is none any more.

        On a full disk it is known until the program ends.
        """
        if document == self.read(name):
            return
        with self._lock, suppress(OSError):
            self._known[name] = document
            write_whole(self.folder / f"{name}.json", json.dumps(document, ensure_ascii=False).encode())
