"""Spoken announcements: a chime and sentences rendered to audio files, in the voices a computer has."""

from hardware.speech.announcements import AudioFiles, SpokenFiles, assemble, render_announcement
from hardware.speech.programs import SETTINGS_ENDING, EspeakSpeech, Speech, SpeechUnavailable
from hardware.speech.voices import VoiceName, Voices, refused_in

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
