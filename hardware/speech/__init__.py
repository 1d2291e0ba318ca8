"""Spoken announcements: a chime and sentences, with silences between, in the voices that a computer has.

They are kept as files, so that the same words are rendered once.
"""

import hashlib
import json
import os
import re
import tempfile
import time
import wave
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from hardware.speech.programs import Speech
from hardware.speech.sound import RATE_HZ, Samples, chime, normalise, silence, to_wav, trim
from hardware.speech.voices import Voices

AFTER_CHIME_S = 0.25
PHRASE_PAUSE_S = 0.35
SENTENCE_PAUSE_S = 0.7
END_S = 0.3
BRIEF_PAUSE_S = 0.15
"""The pause between phrases, and at the end, of a sentence spoken while others wait."""
VOICE_SHARE = 0.89
"""Peak of the voice, share of full scale (−1 dB): loud, and no amplifier clips it."""
FORM = "3"
"""Part of every name: a change of pauses or of how a voice is used gets a new value and so new files."""
NAME = re.compile(r"[0-9a-f]{32}\.(wav|mp3)")


def phrases_of(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the phrases of sentences, each once: the texts between line breaks."""
    return tuple(dict.fromkeys(chain(*map(_phrases, sentences))))


def _phrases(sentence: str) -> list[str]:
    return [phrase.strip() for phrase in sentence.splitlines() if phrase.strip()]


def assemble(
    sentences: Sequence[str],
    spoken: "Mapping[str, Samples[int]]",
    *,
    before: "Samples[int] | None",
    is_brief: bool = False,
) -> bytes:
    """Return the WAV file of sentences whose phrases were spoken; `before` is the chime, None for none.

    Raises ValueError when there is nothing to say.
    """
    if not phrases_of(sentences):
        raise ValueError("an announcement without a sentence")
    heard = {phrase: trim(samples) for phrase, samples in spoken.items()}
    phrase_pause_s, end_s = (BRIEF_PAUSE_S, BRIEF_PAUSE_S) if is_brief else (PHRASE_PAUSE_S, END_S)
    sound: Samples[int] = array("h")
    for number, sentence in enumerate(sentences):
        if number or before is not None:
            sound += silence(SENTENCE_PAUSE_S if number else AFTER_CHIME_S)
        for place, phrase in enumerate(_phrases(sentence)):
            sound += silence(phrase_pause_s if place else 0) + heard[phrase]
    head: Samples[int] = array("h") if before is None else before
    return to_wav(head + normalise(sound, share=VOICE_SHARE) + silence(end_s))


def first_end_s(duration_s: float, chime_s: float | None = None) -> float:
    """Return where the first sentence ends in an announcement of a given length that says it twice.

    A silence of `SENTENCE_PAUSE_S` follows there. `chime_s`: how long its chime is, ours unless told; 0: it
    has none.
    """
    chime_s = len(chime()) / RATE_HZ if chime_s is None else chime_s
    before_s = chime_s + AFTER_CHIME_S if chime_s else 0.0
    return before_s + (duration_s - before_s - SENTENCE_PAUSE_S - END_S) / 2


@dataclass(frozen=True, slots=True)
class SpokenFiles:
    """A call's files: `whole` says it twice, the first time until `once_ms` ms; `brief` says it once.

    `loop` is for the induction loop: twice without a chime, the first time until `loop_once_ms`; None unless
    it was asked for.
    """

    whole: str
    once_ms: int
    brief: str
    loop: str | None = None
    loop_once_ms: int = 0


@dataclass(frozen=True, slots=True)
class _Form:
    """One file: its sentences in turn, after a chime or not."""

    sentences: Sequence[str]
    has_chime: bool = True
    is_brief: bool = False


class AudioFiles:
    """The audio files of one directory, named by their content; several processes may share it.

    `voices` speak the sentences; `speech` is used instead where there is only one.
    """

    def __init__(
        self, directory: Path, *, speech: Speech | None = None, voices: Voices | None = None
    ) -> None:
        self._directory = directory
        self.voices = voices or Voices(speech=speech)

    def audio_file(self, sentences: Sequence[str], language: str, *, has_chime: bool = True) -> str:
        """Return the name of the file that says these sentences, rendering it if it is not there yet.

        The file appears whole or not at all. Raises SpeechUnavailable and OSError.
        """
        return self._files([_Form(sentences, has_chime)], language)[0]

    def name(self, sentences: Sequence[str], language: str, *, has_chime: bool = True) -> str:
        """Return the name such a file has, whether it is there or not."""
        return self._names([_Form(sentences, has_chime)], language, in_clips=False)[0]

    def small_file(self, sentences: Sequence[str], language: str) -> str:
        """Return the name of a compressed file, for sounds that screens fetch in advance.

        Raises SpeechUnavailable and OSError.
        """
        from hardware.speech.coded_sound import to_mp3  # where sound is rendered, not in every process

        name = self.small_name(sentences, language)
        if not self._is_kept(name):
            wav = self._directory / self.audio_file(sentences, language)
            self._write(self._directory / name, to_mp3(wav.read_bytes()))
        return name

    def small_name(self, sentences: Sequence[str], language: str) -> str:
        """Return the name such a small file has, whether it is there or not."""
        return self.name(sentences, language).removesuffix(".wav") + ".mp3"

    def keep_small(self, sentences: Sequence[str], language: str) -> bool:
        """Keep such a small file from being purged as unused; whether it is there."""
        return self._is_kept(self.small_name(sentences, language))

    def announcement(
        self,
        sentence: str,
        brief: str,
        language: str,
        has_loop: bool = False,  # positional too: calls to the separate process have no keywords
    ) -> SpokenFiles:
        """Return the files of a call: its sentence twice after a chime, and the brief one said once.

        `has_loop`: also the one for the induction loop. All are in one voice. Raises SpeechUnavailable and
        OSError.
        """
        forms = [_Form([sentence] * 2), _Form([brief], has_chime=False, is_brief=True)]
        if has_loop:
            forms.append(_Form([sentence] * 2, has_chime=False))
        whole, once, *loop = self._files(forms, language, in_clips=True)
        chime_s = len(self.voices.chime(language)) / RATE_HZ
        return SpokenFiles(
            whole,
            self._first_end_ms(whole, chime_s),
            once,
            loop[0] if loop else None,
            self._first_end_ms(loop[0], 0.0) if loop else 0,
        )

    def reading(self, sentences: Sequence[str], language: str) -> list[str]:
        """Return the names of the files that say these sentences one by one, without a chime.

        Raises SpeechUnavailable and OSError.
        """
        return self._files([_Form([sentence], has_chime=False) for sentence in sentences], language)

    def _files(self, forms: Sequence[_Form], language: str, *, in_clips: bool = False) -> list[str]:
        """The names of files, all in one voice; missing ones are rendered.

        Only calls are said in recordings (`in_clips`): they hold the words of calls.
        """
        names = self._names(forms, language, in_clips=in_clips)
        missing = {name: form for name, form in zip(names, forms, strict=True) if not self._is_kept(name)}
        if missing:
            phrases = phrases_of([sentence for form in missing.values() for sentence in form.sentences])
            spoken = self.voices.say(phrases, language, in_clips=in_clips)
            for name, form in missing.items():
                before = self.voices.chime(language) if form.has_chime else None
                wav = assemble(form.sentences, spoken, before=before, is_brief=form.is_brief)
                self._write(self._directory / name, wav)
        return names

    def _names(self, forms: Sequence[_Form], language: str, *, in_clips: bool) -> list[str]:
        """32 hexadecimal digits and `.wav`: another word, voice or chime, another name."""
        every = phrases_of([sentence for form in forms for sentence in form.sentences])
        if not every:
            raise ValueError("an announcement without a sentence")
        voice = self.voices.key(every, language, in_clips=in_clips)
        names = []
        for form in forms:
            chime = self.voices.chime_key(language) if form.has_chime else ""
            identity = [FORM, form.has_chime, form.is_brief, language, list(form.sentences), voice, chime]
            words = json.dumps(identity, ensure_ascii=True).encode()
            names.append(hashlib.sha256(words).hexdigest()[:32] + ".wav")
        return names

    def _is_kept(self, name: str) -> bool:
        """Whether a file is there; it is used now, so that it is not purged."""
        try:
            os.utime(self._directory / name)
        except FileNotFoundError:
            return False
        return True

    def _first_end_ms(self, name: str, chime_s: float) -> int:
        with wave.open(str(self._directory / name)) as sound:
            duration_s = sound.getnframes() / sound.getframerate()
        return round(first_end_s(duration_s, chime_s) * 1000)

    def path(self, name: str) -> Path | None:
        """Return the path of a file, or None if the name is not one of ours or the file is gone."""
        path = self._directory / name
        return path if NAME.fullmatch(name) and path.is_file() else None

    def purge(self, *, older_than_s: float, now_s: float | None = None) -> int:
        """Delete files not used for so many seconds; return how many. `now_s` is seconds since the epoch."""
        limit = (time.time() if now_s is None else now_s) - older_than_s
        deleted = 0
        for path in [*self._directory.glob("*.wav*"), *self._directory.glob("*.mp3*")]:
            try:
                if path.stat().st_mtime < limit:
                    path.unlink()
                    deleted += 1
            except FileNotFoundError:  # another process purged it first
                continue
        return deleted

    def _write(self, path: Path, wav: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._directory, prefix=path.name, delete=False) as file:
            try:
                file.write(wav)
                file.flush()
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
