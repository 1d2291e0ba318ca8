"""Which voice says a sentence: recordings, else the next, never half in one; files dropped are used."""

from array import array
from pathlib import Path

import pytest

from hardware.speech import AudioFiles, Voices
from hardware.speech.sound import CHIME_SHARE, RATE_HZ, chime, from_wav, peak, to_wav
from tests.hardware.speech.recordings import WORDS, record, tone

SENTENCE = "Numéro A, 0, 4, 2\nguichet 3"
PHRASES = ("Numéro A, 0, 4, 2", "guichet 3")
BRIEF = "A, 0, 4, 2\nguichet 3"


class Counted:
    """A voice for tests: a second of noise a phrase, counted."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, phrase: str, language: str) -> array[int]:
        self.said.append(f"{language}:{phrase}")
        return array("h", [9_000, -9_000] * (RATE_HZ // 2))


def test_a_sentence_whose_words_are_all_recorded_is_played_from_the_recordings(tmp_path: Path):
    record(tmp_path / "fr")
    synthetic = Counted()
    voices = Voices(tmp_path, speech=synthetic)
    assert voices.name(PHRASES, "fr") == "recordings"
    spoken = voices.say(PHRASES, "fr")
    assert set(spoken) == set(PHRASES)
    assert len(spoken["guichet 3"]) / RATE_HZ == pytest.approx(0.6 + 0.09, abs=0.02)
    assert synthetic.said == []


def test_one_word_missing_gives_the_whole_sentence_to_the_next_voice(tmp_path: Path):
    record(tmp_path / "fr", [word for word in WORDS if word != "4"])
    synthetic = Counted()
    voices = Voices(tmp_path, speech=synthetic)
    assert voices.name(PHRASES, "fr") == "espeak-ng"
    voices.say(PHRASES, "fr")
    assert synthetic.said == [f"fr:{phrase}" for phrase in PHRASES]


def test_a_broken_recording_gives_the_whole_sentence_to_the_next_voice_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    record(tmp_path / "fr")
    (tmp_path / "fr" / "3.wav").write_bytes(b"")
    synthetic = Counted()
    Voices(tmp_path, speech=synthetic).say(PHRASES, "fr")
    assert synthetic.said == [f"fr:{phrase}" for phrase in PHRASES]
    assert "3.wav is empty." in caplog.text


def test_recordings_of_one_language_do_not_speak_another(tmp_path: Path):
    record(tmp_path / "fr")
    assert Voices(tmp_path).name(PHRASES, "en") == "espeak-ng"
    assert Voices(tmp_path).languages() == ("fr",)


def test_all_the_files_of_a_call_are_in_one_voice(tmp_path: Path):
    record(tmp_path / "voices" / "fr", [word for word in WORDS if word != "numero"])
    synthetic = Counted()
    files = AudioFiles(tmp_path / "audio", voices=Voices(tmp_path / "voices", speech=synthetic))
    files.announcement(SENTENCE, BRIEF, "fr")
    assert synthetic.said == ["fr:Numéro A, 0, 4, 2", "fr:guichet 3", "fr:A, 0, 4, 2"]


def test_a_recording_that_is_dropped_or_replaced_gives_a_call_new_files(tmp_path: Path):
    folder = record(tmp_path / "voices" / "fr", [word for word in WORDS if word != "3"])
    files = AudioFiles(tmp_path / "audio", voices=Voices(tmp_path / "voices", speech=Counted()))
    synthetic = files.announcement(SENTENCE, BRIEF, "fr")
    record(folder, ["3"])
    recorded = files.announcement(SENTENCE, BRIEF, "fr")
    record(folder, ["3"], seconds=0.8)
    again = files.announcement(SENTENCE, BRIEF, "fr")
    assert len({synthetic.whole, recorded.whole, again.whole}) == 3
    assert files.announcement(SENTENCE, BRIEF, "fr") == again
    record(folder, ["another-word"])
    assert files.announcement(SENTENCE, BRIEF, "fr") == again


def test_an_alert_and_a_view_read_aloud_never_use_recordings(tmp_path: Path):
    record(tmp_path / "voices" / "fr")
    synthetic = Counted()
    files = AudioFiles(tmp_path / "audio", voices=Voices(tmp_path / "voices", speech=synthetic))
    files.reading(["guichet 3"], "fr")
    name = files.audio_file(["guichet 3"], "fr")
    assert synthetic.said == ["fr:guichet 3"] * 2
    assert files.name(["guichet 3"], "fr") == name


def test_the_site_s_own_chime_is_played_at_the_loudness_of_ours(tmp_path: Path):
    folder = tmp_path / "voices" / "fr"
    folder.mkdir(parents=True)
    (folder / "chime.wav").write_bytes(to_wav(tone(2.0, share=0.9)))
    voices = Voices(tmp_path / "voices", speech=Counted())
    own = voices.chime("fr")
    assert len(own) / RATE_HZ == pytest.approx(2.0, abs=0.02)
    assert peak(own) == pytest.approx(CHIME_SHARE * 32_767, abs=2)
    files = AudioFiles(tmp_path / "audio", voices=voices)
    spoken = files.announcement(SENTENCE, BRIEF, "fr")
    path = files.path(spoken.whole)
    assert path is not None
    samples = from_wav(path.read_bytes())
    from_s = spoken.once_ms / 1000
    assert peak(samples[round((from_s + 0.05) * RATE_HZ) : round((from_s + 0.6) * RATE_HZ)]) < 100
    assert voices.chime("en") == chime()


def test_a_chime_that_cannot_be_used_gives_ours(tmp_path: Path):
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "chime.mp3").write_bytes(b"ding")
    assert Voices(tmp_path).chime("fr") == chime()


def test_the_sound_for_the_loop_has_the_sentence_twice_without_a_chime(tmp_path: Path):
    files = AudioFiles(tmp_path, speech=Counted())
    spoken = files.announcement(SENTENCE, BRIEF, "fr", has_loop=True)
    assert spoken.loop is not None
    path, whole = files.path(spoken.loop), files.path(spoken.whole)
    assert path is not None
    assert whole is not None
    samples = from_wav(path.read_bytes())
    assert len(from_wav(whole.read_bytes())) - len(samples) == pytest.approx(
        len(chime()) + 0.25 * RATE_HZ, abs=2
    )
    from_s = spoken.loop_once_ms / 1000
    assert peak(samples[round((from_s + 0.05) * RATE_HZ) : round((from_s + 0.6) * RATE_HZ)]) < 100
    assert files.announcement(SENTENCE, BRIEF, "fr").loop is None
