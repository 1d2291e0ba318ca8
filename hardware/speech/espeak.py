"""Speech by the espeak-ng program (GPL-3): run as a separate process, never linked."""

import shutil
import subprocess
from typing import Protocol

from hardware.speech.sound import Samples, from_wav

PROGRAM = "espeak-ng"
WORDS_PER_MINUTE = 145
"""Slower than espeak-ng's 175: a hall echoes and many listeners are not native speakers."""
DEADLINE_S = 5.0
LONGEST_PHRASE = 300
VOICES = {"fr": "fr", "en": "en-gb", "es": "es", "pt": "pt", "ar": "ar", "uk": "uk"}


class SpeechUnavailable(Exception):
    """No voice: the program is missing, failed, was too slow, or does not speak the language."""


class Speech(Protocol):
    """Anything that renders a phrase as samples."""

    def say(self, phrase: str, language: str) -> "Samples[int]":
        """Return the phrase spoken in the language; raises SpeechUnavailable."""


class EspeakSpeech:
    """Renders phrases with espeak-ng, found by name or path; `deadline_s` bounds one phrase."""

    def __init__(self, *, program: str = PROGRAM, deadline_s: float = DEADLINE_S) -> None:
        self._program = program
        self._deadline_s = deadline_s

    @property
    def is_available(self) -> bool:
        """Whether the program is installed."""
        return shutil.which(self._program) is not None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages spoken, as codes."""
        return tuple(VOICES)

    def speaks(self, language: str) -> bool:
        """Whether the program is installed and has a voice for a language."""
        return language in VOICES and self.is_available

    def say(self, phrase: str, language: str) -> "Samples[int]":
        """Return the phrase spoken in the language. Raises SpeechUnavailable, with a reason for the log."""
        if language not in VOICES:
            raise SpeechUnavailable(f"no voice for language {language!r}")
        command = [self._program, "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout"]
        text = phrase[:LONGEST_PHRASE].replace("\0", "")
        try:
            done = subprocess.run(
                command, input=text.encode(), capture_output=True, timeout=self._deadline_s, check=True
            )
            return from_wav(done.stdout)
        except FileNotFoundError as error:
            raise SpeechUnavailable(f"program {self._program} is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise SpeechUnavailable(f"{self._program} took longer than {self._deadline_s} s") from error
        except subprocess.CalledProcessError as error:
            raise SpeechUnavailable(f"{self._program} ended with status {error.returncode}") from error
        except (OSError, ValueError) as error:
            raise SpeechUnavailable(f"{self._program} gave no sound: {error}") from error
