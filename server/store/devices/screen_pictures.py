"""The folder of the screens' pictures, `var/pictures`: the last one of each screen, for some time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from server.domain.instants import from_micros, to_micros
from server.store.media.media_files import full_disk_is_refused

_NAME = re.compile(r"(?P<hall>[A-Za-z0-9-]+)\.(?P<screen>[A-Za-z0-9_-]+)\.(?P<micros>\d{1,17})\.webp")


@dataclass(frozen=True, slots=True)
class ScreenPicture:
    """A picture of a screen (its id in the hall's document) of a hall (id), and its file."""

    hall: str
    screen: str
    taken_at: datetime
    file: Path


@dataclass(frozen=True, slots=True)
class ScreenPictures:
    """The folder, created when it is first needed. Nobody sees a picture older than `kept_for`."""

    folder: Path
    kept_for: timedelta

    def keep(self, hall: str, screen: str, taken_at: datetime, content: bytes) -> ScreenPicture:
        """Keeps the picture of a screen (WebP) and deletes the one before. Refusal: storage_full."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{hall}.{screen}.{to_micros(taken_at)}.webp"
        draft = file.with_suffix(".part")
        with full_disk_is_refused():
            draft.write_bytes(content)
        draft.replace(file)
        kept = ScreenPicture(hall, screen, taken_at, file)
        for other in self._all():
            if (other.hall, other.screen) == (hall, screen) and other.taken_at < taken_at:
                other.file.unlink(missing_ok=True)
        return kept

    def of_hall(self, hall: str, now: datetime) -> dict[str, ScreenPicture]:
        """The last picture of each screen of a hall that has one."""
        found = (each for each in self._all() if each.hall == hall and now - each.taken_at <= self.kept_for)
        return {each.screen: each for each in sorted(found, key=lambda each: each.taken_at)}

    def read(self, hall: str, screen: str, now: datetime) -> bytes | None:
        """The last picture of a screen (WebP); None when there is none."""
        found = self.of_hall(hall, now).get(screen)
        try:
            return None if found is None else found.file.read_bytes()
        except FileNotFoundError:  # a newer one has taken its place
            return self.read(hall, screen, now)

    def purge(self, now: datetime) -> int:
        """Deletes old pictures, and files that a crash left half written; how many pictures."""
        old = [each for each in self._all() if now - each.taken_at > self.kept_for]
        for each in old:
            each.file.unlink(missing_ok=True)
        for draft in self.folder.glob("*.part"):
            if from_micros(int(draft.stat().st_mtime) * 1_000_000) < now - timedelta(hours=1):
                draft.unlink(missing_ok=True)
        return len(old)

    def _all(self) -> Iterator[ScreenPicture]:
        for file in self.folder.glob("*.webp"):
            named = _NAME.fullmatch(file.name)
            if named is not None:
                taken_at = from_micros(int(named["micros"]))
                yield ScreenPicture(named["hall"], named["screen"], taken_at, file)
