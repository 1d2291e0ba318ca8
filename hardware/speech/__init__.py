"""Spoken announcements: a chime and sentences rendered to audio files, in the voices a computer has."""

from hardware.speech.announcement_audio import assemble, render_announcement
from hardware.speech.audio_files import AudioFiles, SpokenFiles
from hardware.speech.clips import refused_in
from hardware.speech.espeak import EspeakSpeech, Speech, SpeechUnavailable
from hardware.speech.piper import SETTINGS_ENDING
from hardware.speech.voices import VoiceName, Voices

__all__ = [
    "SETTINGS_ENDING",
    "AudioFiles",
    "EspeakSpeech",
    "Speech",
    "SpeechUnavailable",
    "SpokenFiles",
    "VoiceName",
    "Voices",
    "assemble",
    "refused_in",
    "render_announcement",
]
