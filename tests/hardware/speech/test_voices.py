"""Which voice says a sentence: recordings, else the next, never half in one; files dropped are used."""

from array import array
from pathlib import Path

import pytest

from hardware.speech import AudioFiles
from hardware.speech.sound import CHIME_SHARE, RATE_HZ, chime, from_wav, level, peak, to_wav
from hardware.speech.voices import (
    GAP_S,
    ClipRefused,
    Clips,
    Voices,
    clip_name,
    clips_in,
    recording,
    refused_in,
    say_pieces,
)
from tests.hardware.speech.recordings import WORDS, record, record_in, tone

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


def clips(*names: str) -> Clips:
    return Clips({name: Path(f"{name}.wav") for name in names})


def recordings_of(found: Clips, phrase: str) -> list[str] | None:
    pieces = found.pieces(phrase)
    return None if pieces is None else [path.stem for path in pieces]


def test_a_recording_is_named_by_its_words_without_accents_or_capitals():
    assert clip_name("Numéro") == "numero"
    assert clip_name("Accueil des œuvres, 2") == "accueil-des-oeuvres-2"


def test_a_number_is_spoken_letter_and_digits_one_by_one():
    found = clips("numero", "a", "0", "4", "2", "42", "042")
    assert recordings_of(found, "Numéro A, 0, 4, 2") == ["numero", "a", "0", "4", "2"]


def test_a_place_recorded_as_one_phrase_is_played_as_one_phrase():
    assert recordings_of(clips("guichet", "12"), "guichet 12") == ["guichet", "12"]
    assert recordings_of(clips("guichet", "12", "guichet-12"), "guichet 12") == ["guichet-12"]
    assert recordings_of(clips("guichet", "1", "2"), "guichet 12") is None


def test_the_longest_beginning_does_not_hide_another_way_to_say_it():
    assert recordings_of(clips("salle-des", "salle", "des-mariages"), "salle des mariages") == [
        "salle",
        "des-mariages",
    ]


def test_each_missing_recording_is_named_once():
    found = clips("numero", "a", "0", "guichet-des-titres")
    assert found.missing(["Numéro A, 0, 4", "A, 4", "guichet des titres"]) == ("4",)
    assert found.missing(["guichet des titres 3"]) == ("3",)
    assert found.missing(["Numéro A"]) == ()


def test_words_that_do_not_join_are_named_as_a_whole():
    assert clips("salle-des", "des-mariages").missing(["salle des mariages"]) == ("salle-des-mariages",)


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path):
    record(tmp_path, ["a"])
    (tmp_path / "LISEZMOI.txt").write_text("voix de Mme D.", encoding="utf-8")
    assert list(clips_in(tmp_path).files) == ["a"]
    assert clips_in(tmp_path / "nowhere").files == {}


@pytest.mark.parametrize(
    ("ending", "codec"), [("wav", "pcm_s16le"), ("ogg", "libopus"), ("flac", "flac"), ("mp3", "libmp3lame")]
)
def test_a_recording_of_another_format_rate_or_width_becomes_ours(tmp_path: Path, ending: str, codec: str):
    samples = recording(record_in(tmp_path / f"a.{ending}", codec))
    assert len(samples) / RATE_HZ == pytest.approx(0.5, abs=0.06)
    assert peak(samples) == pytest.approx(9_000, rel=0.15)


def test_recordings_are_played_equally_loud_with_a_short_gap(tmp_path: Path):
    for name, share in (("a", 0.08), ("b", 0.9)):
        (tmp_path / f"{name}.wav").write_bytes(to_wav(tone(0.3, share=share)))
    sound = say_pieces([tmp_path / "a.wav", tmp_path / "b.wav"])
    half = len(sound) // 2
    gap = round(GAP_S * RATE_HZ / 2)
    assert peak(sound[: half - gap]) == pytest.approx(peak(sound[half + gap :]), rel=0.03)
    assert len(sound) / RATE_HZ == pytest.approx(0.6 + GAP_S, abs=0.02)


def test_a_recording_is_never_made_so_loud_that_it_clips():
    click = array("h", [30_000, *[250] * 2_000])
    assert peak(level(click)) <= 32_767


def long(path: Path) -> None:
    record_in(path, "libmp3lame", rate_hz=8_000, seconds=30)


BROKEN = {
    "empty.wav": (lambda path: path.write_bytes(b""), "empty.wav is empty."),
    "text.mp3": (
        lambda path: path.write_bytes(b"no sound at all" * 50),
        "text.mp3 is not a sound that can be read.",
    ),
    "half.wav": (lambda path: path.write_bytes(b"RIFF\x00"), "half.wav is not a sound that can be read."),
    "silent.wav": (lambda path: path.write_bytes(to_wav(array("h", bytes(8_000)))), "silent.wav is silent."),
    "long.mp3": (long, "long.mp3 is longer than 10 s."),
    "huge.flac": (lambda path: path.write_bytes(bytes(11_000_000)), "huge.flac is larger than 10 MB."),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_file_that_is_no_recording_is_refused_with_a_sentence(tmp_path: Path, name: str):
    make, sentence = BROKEN[name]
    make(tmp_path / name)
    with pytest.raises(ClipRefused) as refused:
        recording(tmp_path / name)
    assert str(refused.value) == sentence
    record(tmp_path, ["a"])
    assert [str(each) for each in refused_in(clips_in(tmp_path))] == [sentence]


def test_a_list_of_other_files_is_not_followed(tmp_path: Path):
    record(tmp_path, ["a"])
    (tmp_path / "b.wav").write_text(f"ffconcat version 1.0\nfile {tmp_path}/a.wav\n", encoding="utf-8")
    with pytest.raises(ClipRefused, match=r"b\.wav is not a sound"):
        recording(tmp_path / "b.wav")


def test_a_recording_that_was_made_again_is_read_again(tmp_path: Path):
    record(tmp_path, ["a"], seconds=0.3)
    first = recording(tmp_path / "a.wav")
    record(tmp_path, ["a"], seconds=0.6)
    assert len(recording(tmp_path / "a.wav")) == pytest.approx(2 * len(first), rel=0.02)
