"""Rendered announcements kept as files, so that the same words are rendered once."""

import hashlib
import json
import os
import re
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hardware.speech.announcement_audio import first_end_s, render_announcement
from hardware.speech.espeak import EspeakSpeech, Speech

FORM = "2"
"""Part of every name: a change of chime, voice or pauses gets a new value and so new files."""
NAME = re.compile(r"[0-9a-f]{32}\.wav")


@dataclass(frozen=True, slots=True)
class SpokenFiles:
    """A call's files: `whole` says it twice, the first time until `once_ms` ms; `brief` says it once."""

    whole: str
    once_ms: int
    brief: str


class AudioFiles:
    """The audio files of one directory, named by their content; several processes may share it."""

    def __init__(self, directory: Path, *, speech: Speech | None = None) -> None:
        self._directory = directory
        self._speech = speech or EspeakSpeech()

    def audio_file(
        self, sentences: Sequence[str], language: str, *, has_chime: bool = True, is_brief: bool = False
    ) -> str:
        """Return the name of the file that says these sentences, rendering it if it is not there yet.

        The file appears whole or not at all. Raises SpeechUnavailable and OSError.
        """
        name = audio_name(sentences, language, has_chime=has_chime, is_brief=is_brief)
        path = self._directory / name
        try:
            os.utime(path)
        except FileNotFoundError:
            form = {"has_chime": has_chime, "is_brief": is_brief}
            self._write(path, render_announcement(sentences, language, speech=self._speech, **form))
        return name

    def announcement(self, sentence: str, brief: str, language: str) -> SpokenFiles:
        """Return the files of a call: its sentence twice after a chime, and the brief one said once.

        Raises SpeechUnavailable and OSError.
        """
        whole = self.audio_file([sentence] * 2, language)
        with wave.open(str(self._directory / whole)) as sound:
            duration_s = sound.getnframes() / sound.getframerate()
        once = self.audio_file([brief], language, has_chime=False, is_brief=True)
        return SpokenFiles(whole, round(first_end_s(duration_s) * 1000), once)

    def reading(self, sentences: Sequence[str], language: str) -> list[str]:
        """Return the names of the files that say these sentences one by one, without a chime.

        Raises SpeechUnavailable and OSError.
        """
        return [self.audio_file([sentence], language, has_chime=False) for sentence in sentences]

    def path(self, name: str) -> Path | None:
        """Return where a file lies, or None if the name is not one of ours or the file is gone."""
        path = self._directory / name
        return path if NAME.fullmatch(name) and path.is_file() else None

    def purge(self, *, older_than_s: float, now_s: float | None = None) -> int:
        """Delete files not used for so many seconds; return how many. `now_s` is seconds since the epoch."""
        limit = (time.time() if now_s is None else now_s) - older_than_s
        deleted = 0
        for path in self._directory.glob("*.wav*"):
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
                os.fchmod(file.fileno(), 0o644)
                os.replace(file.name, path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise


def audio_name(
    sentences: Sequence[str], language: str, *, has_chime: bool = True, is_brief: bool = False
) -> str:
    """Return the file name of sentences in a language: 32 hexadecimal digits and `.wav`."""
    words = json.dumps([FORM, has_chime, is_brief, language, list(sentences)], ensure_ascii=True).encode()
    return hashlib.sha256(words).hexdigest()[:32] + ".wav"
