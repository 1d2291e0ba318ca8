"""A site's own recorded voice: a folder of short recordings, each named by the words it says.

`numero.wav`, `a.wav`, `0.ogg`, `guichet.wav`, `12.wav`, or `guichet-12.wav` where it was recorded as one
phrase.
"""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from hardware.speech.sound import Samples, level, silence

ENDINGS = (".wav", ".ogg", ".opus", ".flac", ".mp3", ".m4a")
CHIME = "chime"
"""The name of a recorded chime, which is played before calls instead of ours."""
LONGEST_S = 10.0
"""A recording of words, or a chime, that is longer is refused."""
GAP_S = 0.09
"""Between two recordings of a phrase: as between words that are said with care."""
MOST_FILES = 2_000


@dataclass(frozen=True, slots=True)
class Clips:
    """The recordings of one language: each file by the words it says."""

    files: Mapping[str, Path] = field(default_factory=dict)

    def pieces(self, phrase: str) -> tuple[Path, ...] | None:
        """Return the fewest recordings that say a phrase, in order; None where one is missing."""
        words = _words(phrase)
        best: list[tuple[Path, ...] | None] = [()]
        for end in range(1, len(words) + 1):
            ways = [
                (*before, self.files[name])
                for start in range(end)
                if (before := best[start]) is not None and (name := "-".join(words[start:end])) in self.files
            ]
            best.append(min(ways, key=len, default=None))
        return best[-1] or None

    def missing(self, phrases: Iterable[str]) -> tuple[str, ...]:
        """Return the names of missing recordings for phrases, each once, word by word."""
        lacking: dict[str, None] = {}
        for phrase in phrases:
            if self.pieces(phrase) is None:
                words = _words(phrase)
                alone = [
                    word for word in words if word not in self.files and not self._is_within(word, words)
                ]
                lacking |= dict.fromkeys(alone or ["-".join(words)])
        return tuple(lacking)

    def _is_within(self, word: str, words: list[str]) -> bool:
        """Whether a recording of several words contains this word at its place."""
        whole = f"-{'-'.join(words)}-"
        names = (name for name in self.files if "-" in name and f"-{name}-" in whole)
        return any(word in name.split("-") for name in names)


def clip_name(words: str) -> str:
    """Return the name of the recording of some words, without its ending: « Numéro » is `numero`."""
    return "-".join(_words(words))


def _words(phrase: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", phrase.casefold().replace("œ", "oe").replace("æ", "ae"))
    return re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each)))


def clips_in(folder: Path) -> Clips:
    """Return the recordings of a language's folder; none if there is no folder. Its files are not opened."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    except OSError:
        return Clips()
    return Clips({clip_name(path.stem): path for path in reversed(found[:MOST_FILES])})


def mark(path: Path) -> str:
    """Return the identity of a file's content without reading it: its name, size and age."""
    try:
        status = path.stat()
    except OSError:
        return f"{path.name} gone"
    return f"{path.name} {status.st_size} {status.st_mtime_ns}"


def say_pieces(pieces: Iterable[Path]) -> "Samples[int]":
    """Return recordings one after the other, equally loud. Raises ClipRefused."""
    sound: Samples[int] = array("h")
    for number, path in enumerate(pieces):
        sound += silence(GAP_S if number else 0) + level(recording(path))
    return sound


class ClipRefused(Exception):
    """A recording that cannot be used: its name, a code with its values, and a sentence for the log."""

    def __init__(self, name: str, code: str, explanation: str, values: Mapping[str, object]) -> None:
        super().__init__(f"{name} {explanation}.")
        self.name = name
        self.code = code
        self.values = values


def recording(path: Path) -> "Samples[int]":
    """Return the samples of a recording, without the silence around it. Raises ClipRefused."""
    return _recording(path, mark(path))


@lru_cache(maxsize=256)
def _recording(path: Path, _: str) -> "Samples[int]":
    # the decoder's libraries are loaded where something is rendered, never in the server's own process
    from hardware.speech.decoded_sound import SoundRefused, decode_file

    try:
        return decode_file(path, longest_s=LONGEST_S)
    except SoundRefused as refused:
        raise ClipRefused(path.name, refused.code, str(refused), refused.values) from refused


def refused_in(clips: Clips) -> Iterator[ClipRefused]:
    """Return why each recording that cannot be used is refused: reads them all."""
    for path in clips.files.values():
        try:
            recording(path)
        except ClipRefused as refused:
            yield refused
