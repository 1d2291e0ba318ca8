"""The voices of calls and of what a kiosk reads aloud."""

from hardware.speech import AudioFiles
from hardware.speech.voices import Voices
from server.apart import IsolatedWorker
from server.app.subjects.foundation import Foundation
from server.domain.languages import FRENCH
from server.live.voice import ReadingVoice, Voice


def build_voice(base: Foundation) -> Voice:
    """The voice of the screens; it says why where it is unavailable."""
    settings = base.settings
    voice = Voice(
        AudioFiles(settings.var / "audio", voices=Voices(settings.voices_place)),
        translate=base.catalogues.translate,
        emit=base.emit,
        now=base.database.clock.now,
        off_loop=IsolatedWorker().call,
    )
    if not settings.voice:
        voice.unavailable = "switched off"
    elif not voice.files.voices.speaks(FRENCH):
        voice.unavailable = "espeak-ng is not installed"
    return voice


def build_reading_voice(voice: Voice) -> ReadingVoice | None:
    """The voice that reads a kiosk's page aloud; None where there is no voice."""
    return None if voice.unavailable else ReadingVoice(voice.files)
