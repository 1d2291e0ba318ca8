"""Speech by the programs espeak-ng and Piper (GPL-3): run as separate processes, never linked."""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from hardware.languages import VISITOR_LANGUAGES
from hardware.speech.sound import Samples, from_wav

ESPEAK = "espeak-ng"
WORDS_PER_MINUTE = 145
"""Slower than espeak-ng's 175: a hall echoes and many listeners are not native speakers."""
ESPEAK_DEADLINE_S = 5.0
LONGEST_PHRASE = 300
VOICES = {each.code: each.voice for each in VISITOR_LANGUAGES.values() if each.voice}
PACKAGE = "piper"
COMMAND = (sys.executable, "-I", "-m", PACKAGE)
ENDING = ".onnx"
SETTINGS_ENDING = ".onnx.json"
PIPER_DEADLINE_S = 15.0
"""A voice file is read at every run: a second or two, more on a machine that is busy."""
LONGEST_S = 60.0


class SpeechUnavailable(Exception):
    """No voice: the program is missing, failed, was too slow, or does not speak the language."""


class Speech(Protocol):
    """Anything that renders a phrase as samples."""

    def say(self, phrase: str, language: str) -> "Samples[int]":
        """Return the phrase spoken in the language; raises SpeechUnavailable."""


class EspeakSpeech:
    """Renders phrases with espeak-ng, found by name or path; `deadline_s` bounds one phrase."""

    def __init__(self, *, program: str = ESPEAK, deadline_s: float = ESPEAK_DEADLINE_S) -> None:
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


type Lacking = Literal["not_installed", "settings_missing"]


def voice_file(folder: Path) -> Path | None:
    """Return the Piper voice of a language's folder, the first by name; None if there is none."""
    try:
        return min((path for path in folder.iterdir() if path.suffix.lower() == ENDING), default=None)
    except OSError:
        return None


def _explain_lack(lacking: Lacking, voice: Path) -> str:
    if lacking == "not_installed":
        return "the package piper-tts is not installed"
    return f"{voice.stem}{SETTINGS_ENDING} is missing beside it"


class PiperSpeech:
    """Renders phrases with Piper; `command` begins its command line, `deadline_s` bounds one run."""

    def __init__(self, *, command: Sequence[str] = COMMAND, deadline_s: float = PIPER_DEADLINE_S) -> None:
        self._command = tuple(command)
        self._deadline_s = deadline_s

    @property
    def is_available(self) -> bool:
        """Whether the package is installed; it is not loaded to know."""
        return self._command != COMMAND or importlib.util.find_spec(PACKAGE) is not None

    def missing_part(self, voice: Path) -> Lacking | None:
        """Return why a voice file cannot be used, checked without reading it; None: it can.

        The package piper-tts is not installed, or the file's settings (`SETTINGS_ENDING`) are not beside it.
        """
        if not self.is_available:
            return "not_installed"
        return None if voice.with_suffix(SETTINGS_ENDING).is_file() else "settings_missing"

    def say(self, phrases: Sequence[str], voice: Path) -> "dict[str, Samples[int]]":
        """Return each phrase spoken by a voice file. Raises SpeechUnavailable, with a reason for the log."""
        lacking = self.missing_part(voice)
        if lacking is not None:
            raise SpeechUnavailable(f"{voice.name}: {_explain_lack(lacking, voice)}")
        lines = [" ".join(phrase[:LONGEST_PHRASE].replace("\0", "").split()) for phrase in phrases]
        with tempfile.TemporaryDirectory(prefix="parvis-voice-") as folder:
            self._run(voice.resolve(), lines, folder)
            files = sorted(Path(folder).glob("*.wav"), key=lambda path: int(path.stem))
            if len(files) != len(lines):
                raise SpeechUnavailable(f"{voice.name}: {len(files)} sounds for {len(lines)} phrases")
            return {phrase: _read(file, voice) for phrase, file in zip(phrases, files, strict=True)}

    def _run(self, voice: Path, lines: list[str], folder: str) -> None:
        """A file per line, named by the time it was made."""
        command = [*self._command, "--model", str(voice), "--output-dir", folder]
        try:
            subprocess.run(
                command,
                input="\n".join(lines).encode() + b"\n",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=folder,
                timeout=self._deadline_s,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            raise SpeechUnavailable(f"{voice.name}: Piper took longer than {self._deadline_s} s") from error
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise SpeechUnavailable(
                f"{voice.name}: Piper ended with status {error.returncode}: {last}"
            ) from error
        except OSError as error:
            raise SpeechUnavailable(f"{voice.name}: Piper could not be run: {error}") from error


def _read(file: Path, voice: Path) -> "Samples[int]":
    # the decoder's libraries are loaded where something is rendered, never in the server's own process
    from hardware.speech.coded_sound import SoundRefused, decode_file

    try:
        return decode_file(file, longest_s=LONGEST_S)
    except SoundRefused as refused:
        raise SpeechUnavailable(f"{voice.name}: what it says {refused}") from refused
