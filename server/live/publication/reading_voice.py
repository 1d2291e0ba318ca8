"""Views that kiosks read aloud: rendered by a process of their own, so that no call waits for one."""

from collections.abc import Sequence

from hardware.speech import AudioFiles
from server.apart import IsolatedWorker


class ReadingVoice:
    """Renders sentences one by one; what was rendered before is not rendered again."""

    def __init__(self, files: AudioFiles) -> None:
        self.files = files
        self._apart = IsolatedWorker()

    def speak(self, sentences: Sequence[str], language: str) -> list[str]:
        """The names of the audio files, in order; empty where nothing is spoken.

        Raises SpeechUnavailable and OSError.

        """
        if not sentences:
            return []
        return self._apart.call(self.files.reading, sentences, language)

    def close(self) -> None:
        """Ends the process."""
        self._apart.close()
