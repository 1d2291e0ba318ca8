"""Spoken announcements: a chime and sentences rendered to audio files by the espeak-ng program."""

from hardware.speech.announcement_audio import render_announcement
from hardware.speech.audio_files import AudioFiles, SpokenFiles
from hardware.speech.espeak import EspeakSpeech, Speech, SpeechUnavailable

__all__ = ["AudioFiles", "EspeakSpeech", "Speech", "SpeechUnavailable", "SpokenFiles", "render_announcement"]
