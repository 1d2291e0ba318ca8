"""Which voice says what: the site's recordings, its Piper voice, espeak-ng, the first that can say all of it.

A folder a language (`fr`, `en`…) holds what the site dropped: a Piper voice, and short recordings, each named
by the words it says (`numero.wav`, `a.wav`, `0.ogg`, `guichet.wav`, `12.wav`, or `guichet-12.wav` where it
was recorded as one phrase). A sentence is never half in one voice: where a recording is missing or cannot be
used, the next voice says the whole of it.
"""

import logging
import re
import time
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from hardware.speech.programs import (
    SETTINGS_ENDING,
    EspeakSpeech,
    PiperSpeech,
    Speech,
    SpeechUnavailable,
    voice_file,
)
from hardware.speech.sound import CHIME_SHARE, Samples, chime, level, normalise, silence

ENDINGS = (".wav", ".ogg", ".opus", ".flac", ".mp3", ".m4a")
CHIME = "chime"
"""The name of a recorded chime, which is played before calls instead of ours."""
LONGEST_S = 10.0
"""A recording of words, or a chime, that is longer is refused."""
GAP_S = 0.09
"""Between two recordings of a phrase: as between words that are said with care."""
MOST_FILES = 2_000
log = logging.getLogger(__name__)
TRIED_AGAIN_S = 300.0
"""A voice file that failed is left alone so long unless it changes: else a slow one makes every call late."""
_out_until_s: dict[tuple[str, ...], float] = {}
"""By what a voice depends on, until when it is left alone; seconds of the monotonic clock."""


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
    from hardware.speech.coded_sound import SoundRefused, decode_file

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


type VoiceName = Literal["recordings", "piper", "espeak-ng"]
type Spoken = Mapping[str, Samples[int]]
"""The rendered sound of each phrase."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A voice that should be able to say some phrases; `key` changes with every file it depends on."""

    name: VoiceName
    key: tuple[str, ...]
    say: Callable[[], Spoken]


class Voices:
    """The voices of this computer. `folder` None: only what its programs say.

    The folder is read at every call: a new file there is used at once.
    """

    def __init__(
        self, folder: Path | None = None, *, speech: Speech | None = None, piper: PiperSpeech | None = None
    ) -> None:
        self._folder = folder
        self._speech = speech or EspeakSpeech()
        self.piper = piper or PiperSpeech()

    def name(self, phrases: Sequence[str], language: str, *, in_clips: bool = True) -> VoiceName:
        """Return which voice is to say phrases, all of them."""
        return next(self._ways(phrases, language, in_clips)).name

    def key(self, phrases: Sequence[str], language: str, *, in_clips: bool = True) -> tuple[str, ...]:
        """Return what the sound of phrases depends on besides their words: nothing for espeak-ng."""
        return next(self._ways(phrases, language, in_clips)).key

    def say(self, phrases: Sequence[str], language: str, *, in_clips: bool = True) -> Spoken:
        """Return the sound of phrases, all in one voice. Raises SpeechUnavailable where no voice has them."""
        return self.say_with_name(phrases, language, in_clips=in_clips)[1]

    def say_with_name(
        self, phrases: Sequence[str], language: str, *, in_clips: bool = True
    ) -> tuple[VoiceName, Spoken]:
        """Return which voice could say phrases, and their sound. Raises SpeechUnavailable."""
        reason: Exception = SpeechUnavailable("no voice")
        for way in self._ways(phrases, language, in_clips):
            if time.monotonic() < _out_until_s.get(way.key, 0.0):
                continue
            try:
                return way.name, way.say()
            except (SpeechUnavailable, ClipRefused) as refused:
                log.warning("%s cannot be used for a sentence in %s: %s", way.name, language, refused)
                reason = refused
                if way.name == "piper":
                    _out_until_s[way.key] = time.monotonic() + TRIED_AGAIN_S
        raise reason

    def chime(self, language: str) -> "Samples[int]":
        """Return the chime before calls in a language: the site's own where it can be used, else ours."""
        own = self.recordings(language).files.get(CHIME)
        if own is not None:
            try:
                return normalise(recording(own), share=CHIME_SHARE)
            except ClipRefused as refused:
                log.warning("the recorded chime cannot be used: %s", refused)
        return chime()

    def chime_key(self, language: str) -> str:
        """Return what the chime depends on; empty for ours."""
        own = self.recordings(language).files.get(CHIME)
        return mark(own) if own else ""

    def languages(self) -> tuple[str, ...]:
        """Return the languages for which the site has a folder."""
        try:
            found = sorted(self._folder.iterdir()) if self._folder else []
        except OSError:
            return ()
        return tuple(path.name for path in found if path.is_dir() and not path.name.startswith("."))

    def clips(self, language: str) -> Clips:
        """Return the recordings of words in a language, without the chime; none if there are none."""
        return Clips({name: file for name, file in self.recordings(language).files.items() if name != CHIME})

    def own_voice(self, language: str) -> Path | None:
        """Return the site's Piper voice for a language, whether or not it can be used."""
        return voice_file(self._folder / language) if self._folder else None

    def speaks(self, language: str) -> bool:
        """Return whether some voice should be able to say any sentence in a language."""
        voice = self.own_voice(language)
        if voice is not None and self.piper.missing_part(voice) is None:
            return True
        return not isinstance(self._speech, EspeakSpeech) or self._speech.speaks(language)

    def recordings(self, language: str) -> Clips:
        """Return every recording of a language, the chime among them."""
        return clips_in(self._folder / language) if self._folder else Clips()

    def _ways(self, phrases: Sequence[str], language: str, in_clips: bool) -> Iterator[_Way]:
        """The voices that should be able to say all the phrases, best first; espeak-ng comes last, always."""
        if in_clips:
            yield from self._recorded(phrases, language)
        voice = self.own_voice(language)
        if voice is not None and self.piper.missing_part(voice) is None:
            key = mark(voice), mark(voice.with_suffix(SETTINGS_ENDING))
            yield _Way("piper", key, partial(self.piper.say, phrases, voice))
        speech = self._speech
        yield _Way("espeak-ng", (), lambda: {phrase: speech.say(phrase, language) for phrase in phrases})

    def _recorded(self, phrases: Sequence[str], language: str) -> Iterator[_Way]:
        clips = self.clips(language)
        if not clips.files:
            return
        found = {phrase: clips.pieces(phrase) for phrase in phrases}
        pieces = {phrase: files for phrase, files in found.items() if files}
        if len(pieces) == len(found):
            used = dict.fromkeys(file for files in pieces.values() for file in files)
            key = tuple(mark(file) for file in used)
            yield _Way("recordings", key, lambda: {each: say_pieces(pieces[each]) for each in pieces})
