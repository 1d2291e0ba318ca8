"""Spoken announcements: the form, length and silences of the sound, and what happens without a voice."""

import io
import stat
import time
import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

import pytest

from hardware.speech import END_S, AudioFiles, assemble, phrases_of
from hardware.speech.programs import EspeakSpeech, Speech, SpeechUnavailable
from hardware.speech.sound import (
    CHIME_SHARE,
    RATE_HZ,
    chime,
    from_wav,
    peak,
    silence,
    soft_note,
    to_wav,
    trim,
)

SENTENCE = "Numéro A, 0, 4, 2\nguichet 3"
TWICE = (SENTENCE, SENTENCE)


def render_announcement(sentences: Sequence[str], language: str, *, speech: Speech | None = None) -> bytes:
    """The WAV file of sentences after the chime, said by espeak-ng or another speech."""
    say = (speech or EspeakSpeech()).say
    spoken = {phrase: say(phrase, language) for phrase in phrases_of(sentences)}
    return assemble(sentences, spoken, before=chime())


def samples_of(wav: bytes) -> array[int]:
    return from_wav(wav)


def gaps(samples: array[int], *, at_least_s: float) -> list[float]:
    """Return the lengths in seconds of silences inside the sound."""
    found, run = [], 0
    for value in trim(samples):
        if abs(value) < 100:
            run += 1
            continue
        if run >= at_least_s * RATE_HZ:
            found.append(run / RATE_HZ)
        run = 0
    return found


def test_an_announcement_is_one_mono_file_of_22050_hz_and_of_sensible_length() -> None:
    with wave.open(io.BytesIO(render_announcement(TWICE, "fr"))) as reader:
        assert (reader.getnchannels(), reader.getsampwidth(), reader.getframerate()) == (1, 2, RATE_HZ)
        assert 6.0 < reader.getnframes() / RATE_HZ < 10.0


def test_three_ordinary_calls_made_at_once_all_start_within_twenty_seconds() -> None:
    longest = len(samples_of(render_announcement(("Numéro R, 0, 9, 9\nguichet 12",) * 2, "fr")))
    assert 2 * longest / RATE_HZ < 20


def test_the_voice_reaches_its_peak_and_never_clips() -> None:
    samples = samples_of(render_announcement(TWICE, "fr"))
    assert 0.87 * 32_767 < peak(samples) < 0.91 * 32_767


def test_the_chime_is_softer_than_the_voice_and_ends_in_silence() -> None:
    notes = chime()
    assert peak(notes) == round(CHIME_SHARE * 32_767)
    assert peak(notes[-200:]) < 0.05 * peak(notes)
    assert 0.8 < len(notes) / RATE_HZ < 1.5


def test_a_note_dies_away_unlike_an_alarm() -> None:
    note = soft_note(700.0, 0.8)
    eighth = len(note) // 8
    assert max(note[-eighth:]) < 0.1 * max(note)


def test_there_is_a_pause_between_number_and_place_and_a_longer_one_between_sentences() -> None:
    pauses = gaps(samples_of(render_announcement(TWICE, "fr")), at_least_s=0.3)
    assert sum(0.65 < pause < 0.85 for pause in pauses) == 1
    assert sum(0.3 <= pause < 0.55 for pause in pauses) >= 2


def test_two_numbers_sound_different_and_the_same_number_the_same() -> None:
    other = ("Numéro A, 0, 4, 3\nguichet 3",) * 2
    assert render_announcement(TWICE, "fr") == render_announcement(TWICE, "fr")
    assert render_announcement(TWICE, "fr") != render_announcement(other, "fr")


@pytest.mark.parametrize("language", ["fr", "en", "es", "pt", "ar", "uk"])
def test_each_language_has_a_voice(language: str) -> None:
    assert peak(EspeakSpeech().say("A, 0, 4, 2", language)) > 1_000


def test_digits_are_spoken_one_by_one() -> None:
    assert len(EspeakSpeech().say("A, 0, 4, 2", "fr")) > 1.2 * len(EspeakSpeech().say("A042", "fr"))


def test_one_announcement_costs_less_than_a_second() -> None:
    started = time.process_time()
    render_announcement(TWICE, "fr")
    assert time.process_time() - started < 1.0


def test_a_missing_program_is_a_refusal_with_its_name() -> None:
    absent = EspeakSpeech(program="no-such-speech-program")
    assert not absent.is_available
    with pytest.raises(SpeechUnavailable, match="no-such-speech-program is not installed"):
        render_announcement(TWICE, "fr", speech=absent)


def program(directory: Path, script: str) -> str:
    path = directory / "voice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_program_that_hangs_is_given_up_at_its_deadline(tmp_path: Path) -> None:
    slow = EspeakSpeech(program=program(tmp_path, "exec tail -f /dev/null"), deadline_s=0.2)
    with pytest.raises(SpeechUnavailable, match=r"longer than 0\.2 s"):
        slow.say("A", "fr")


def test_a_program_that_fails_or_gives_no_sound_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="status 3"):
        EspeakSpeech(program=program(tmp_path, "cat >/dev/null; exit 3")).say("A", "fr")
    with pytest.raises(SpeechUnavailable, match="not a WAV file"):
        EspeakSpeech(program=program(tmp_path, "cat >/dev/null; echo noise")).say("A", "fr")


def test_a_language_without_a_voice_is_a_refusal() -> None:
    with pytest.raises(SpeechUnavailable, match="'xx'"):
        EspeakSpeech().say("A", "xx")


def test_a_phrase_is_never_read_as_an_option_or_a_command(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    assert len(EspeakSpeech().say(f"-w {witness}; touch {witness}", "fr"))
    assert not witness.exists()


def test_sound_of_another_form_is_refused() -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(2)
        writer.setframerate(RATE_HZ)
        writer.writeframes(b"\0" * 40)
    with pytest.raises(ValueError, match="expected mono"):
        from_wav(file.getvalue())


def test_a_header_that_announces_too_many_frames_is_read_to_the_end_of_the_file() -> None:
    """espeak-ng writes to a pipe, so its header cannot know the length."""
    wav = bytearray(to_wav(array("h", range(500, 600))))
    wav[40:44] = (0x7FFFF000).to_bytes(4, "little")
    assert from_wav(bytes(wav)) == array("h", range(500, 600))


def test_nothing_to_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="without a sentence"):
        render_announcement((" ", ""), "fr")


def test_silence_has_the_requested_length_and_is_trimmed_to_nothing() -> None:
    assert len(silence(0.5)) == RATE_HZ // 2
    assert len(trim(silence(0.5))) == 0


class CountingSpeech:
    """A voice for tests: one second of tone per phrase, counted."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, phrase: str, language: str) -> array[int]:
        self.said.append(f"{language}:{phrase}")
        return array("h", [1_000, -1_000] * (RATE_HZ // 2))


def test_the_same_words_are_rendered_once_and_named_alike(tmp_path: Path) -> None:
    voice = CountingSpeech()
    files = AudioFiles(tmp_path / "audio", speech=voice)
    name = files.audio_file(TWICE, "fr")
    assert files.audio_file(TWICE, "fr") == name
    assert voice.said == ["fr:Numéro A, 0, 4, 2", "fr:guichet 3"]
    assert files.audio_file(TWICE, "en") != name
    path = files.path(name)
    assert path is not None
    assert path.read_bytes()[:4] == b"RIFF"


def test_a_reading_is_a_file_a_sentence_without_the_chime(tmp_path: Path) -> None:
    voice = CountingSpeech()
    files = AudioFiles(tmp_path, speech=voice)
    names = files.reading(["Votre numéro", "guichet 3", "Votre numéro"], "fr")
    assert names[0] == names[2] != names[1]
    assert voice.said == ["fr:Votre numéro", "fr:guichet 3"]
    path = files.path(names[0])
    assert path is not None
    assert len(from_wav(path.read_bytes())) / RATE_HZ == pytest.approx(1 + END_S, abs=0.1)
    assert files.audio_file(["Votre numéro"], "fr") != names[0]


def test_a_call_may_be_stopped_in_the_silence_between_its_two_sentences(tmp_path: Path) -> None:
    files = AudioFiles(tmp_path)
    spoken = files.announcement(SENTENCE, "A, 0, 4, 2\nguichet 3", "fr")
    path = files.path(spoken.whole)
    assert path is not None
    samples = from_wav(path.read_bytes())
    from_s, until_s = spoken.once_ms / 1000 + 0.05, spoken.once_ms / 1000 + 0.6
    assert peak(samples[round(from_s * RATE_HZ) : round(until_s * RATE_HZ)]) < 100
    assert peak(samples[: round(from_s * RATE_HZ)]) == pytest.approx(peak(samples), rel=0.01)


def test_twenty_calls_a_minute_can_be_spoken_in_their_brief_form(tmp_path: Path) -> None:
    files = AudioFiles(tmp_path)
    path = files.path(files.announcement(SENTENCE, "A, 0, 4, 2\nguichet 3", "fr").brief)
    assert path is not None
    assert len(from_wav(path.read_bytes())) / RATE_HZ < 3.0


def test_only_our_own_names_lead_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(b"x")
    files = AudioFiles(tmp_path)
    assert files.path("secret.wav") is None
    assert files.path("../" + "0" * 32 + ".wav") is None
    assert files.path("0" * 32 + ".wav") is None


def test_a_voice_that_fails_leaves_no_file(tmp_path: Path) -> None:
    files = AudioFiles(tmp_path, speech=EspeakSpeech(program="no-such-speech-program"))
    with pytest.raises(SpeechUnavailable):
        files.audio_file(TWICE, "fr")
    assert list(tmp_path.iterdir()) == []


def test_files_not_used_for_a_while_are_purged(tmp_path: Path) -> None:
    files = AudioFiles(tmp_path, speech=CountingSpeech())
    name = files.audio_file(TWICE, "fr")
    (tmp_path / "0a.wavleft-over").write_bytes(b"half")
    assert files.purge(older_than_s=3_600) == 0
    assert files.purge(older_than_s=3_600, now_s=time.time() + 4_000) == 2
    assert files.path(name) is None
