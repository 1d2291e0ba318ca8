"""Which voice says what: the site's recordings, its Piper voice, espeak-ng, the first that can say all of it.

A folder a language (`fr`, `en`…) holds what the site dropped. A sentence is never half in one voice: where a
recording is missing or cannot be used, the next voice says the whole of it.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from hardware.speech.announcement_audio import SHARE, chime
from hardware.speech.clips import CHIME, ClipRefused, Clips, clips_in, mark, recording, say_pieces
from hardware.speech.espeak import EspeakSpeech, Speech, SpeechUnavailable
from hardware.speech.piper import SETTINGS_ENDING, PiperSpeech, voice_file
from hardware.speech.sound import Samples, normalise

log = logging.getLogger(__name__)

TRIED_AGAIN_S = 300.0
"""A voice file that failed is left alone so long unless it changes: else a slow one makes every call late."""
_out_until_s: dict[tuple[str, ...], float] = {}
"""By what a voice depends on, until when it is left alone; seconds of the monotonic clock."""

type VoiceName = Literal["recordings", "piper", "espeak-ng"]
type Spoken = Mapping[str, Samples[int]]
"""The rendered sound of each phrase."""


class _Say(Protocol):
    def __call__(self) -> Spoken: ...


@dataclass(frozen=True, slots=True)
class _Way:
    """A voice that should be able to say some phrases; `key` changes with every file it depends on."""

    name: VoiceName
    key: tuple[str, ...]
    say: _Say


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
                return normalise(recording(own), share=SHARE)
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
