"""Which voice says a sentence: recordings, else a voice file, else the next, never half in one."""

import subprocess
import sys
import time
from array import array
from pathlib import Path

import pytest

from hardware.speech import AudioFiles
from hardware.speech.programs import PACKAGE, SETTINGS_ENDING, PiperSpeech, SpeechUnavailable, voice_file
from hardware.speech.sound import CHIME_SHARE, RATE_HZ, chime, from_wav, level, peak, to_wav
from hardware.speech.voices import (
    GAP_S,
    TRIED_AGAIN_S,
    ClipRefused,
    Clips,
    Voices,
    clip_name,
    clips_in,
    recording,
    refused_in,
    say_pieces,
)
from tests.hardware.speech.recordings import WORDS, drop_voice, record, record_in, tone

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


# --- Piper's voice files ----------------------------------------------------------------------


WITHOUT = (sys.executable, "-I", "-S", "-m", PACKAGE)
"""Python without its installed packages."""


def test_a_voice_file_says_each_phrase_in_our_form(tmp_path: Path):
    spoken = PiperSpeech().say(PHRASES, drop_voice(tmp_path))
    assert set(spoken) == set(PHRASES)
    longer, shorter = (spoken[phrase] for phrase in PHRASES)
    assert len(longer) > 1.5 * len(shorter) > 0.2 * RATE_HZ
    assert peak(longer) > 1_000


def test_a_phrase_is_never_read_as_an_option_nor_as_several(tmp_path: Path):
    spoken = PiperSpeech().say(("--output-raw --debug", "guichet\n3"), drop_voice(tmp_path))
    assert all(spoken.values())


def test_the_site_s_voice_file_speaks_instead_of_espeak(tmp_path: Path):
    drop_voice(tmp_path / "fr")
    synthetic = Counted()
    voices = Voices(tmp_path, speech=synthetic)
    name, spoken = voices.say_with_name(PHRASES, "fr")
    assert name == voices.name(PHRASES, "fr") == "piper"
    assert set(spoken) == set(PHRASES)
    assert synthetic.said == []
    assert voices.name(PHRASES, "en") == "espeak-ng"


def test_recordings_come_before_a_voice_file(tmp_path: Path):
    record(drop_voice(tmp_path / "fr").parent)
    voices = Voices(tmp_path)
    assert voices.name(PHRASES, "fr") == "recordings"
    assert voices.name(("Bonjour",), "fr") == "piper"
    assert voices.name(PHRASES, "fr", in_clips=False) == "piper"


def test_without_the_package_espeak_speaks_and_the_reason_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    voice = drop_voice(tmp_path / "fr")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    piper = PiperSpeech()
    assert piper.missing_part(voice) == "not_installed"
    with pytest.raises(SpeechUnavailable, match="is not installed"):
        piper.say(PHRASES, voice)
    assert Voices(tmp_path, speech=Counted(), piper=piper).name(PHRASES, "fr") == "espeak-ng"


def test_a_package_that_vanished_since_is_a_refusal_and_espeak_speaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    voice = drop_voice(tmp_path / "fr")
    gone = PiperSpeech(command=WITHOUT)
    with pytest.raises(SpeechUnavailable, match="No module named"):
        gone.say(PHRASES, voice)
    assert Voices(tmp_path, speech=Counted(), piper=gone).say_with_name(PHRASES, "fr")[0] == "espeak-ng"
    assert "piper cannot be used for a sentence in fr" in caplog.text


def test_a_broken_model_or_its_settings_are_refusals(tmp_path: Path):
    model = drop_voice(tmp_path / "model")
    model.write_bytes(b"no model")
    with pytest.raises(
        SpeechUnavailable, match=r"fr_FR-tiny-low\.onnx: Piper ended with status 1: .*INVALID"
    ):
        PiperSpeech().say(PHRASES, model)
    settings = drop_voice(tmp_path / "settings")
    settings.with_suffix(SETTINGS_ENDING).write_text("{}", encoding="utf-8")
    with pytest.raises(SpeechUnavailable, match="KeyError"):
        PiperSpeech().say(PHRASES, settings)
    alone = drop_voice(tmp_path / "alone")
    alone.with_suffix(SETTINGS_ENDING).unlink()
    with pytest.raises(SpeechUnavailable, match=r"fr_FR-tiny-low\.onnx\.json is missing beside it"):
        PiperSpeech().say(PHRASES, alone)


def test_a_program_that_hangs_or_says_too_little_is_a_refusal(tmp_path: Path):
    voice = drop_voice(tmp_path)
    silent = PiperSpeech(command=(sys.executable, "-c", "pass"))
    with pytest.raises(SpeechUnavailable, match="0 sounds for 2 phrases"):
        silent.say(PHRASES, voice)
    slow = PiperSpeech(command=("sh", "-c", "exec tail -f /dev/null"), deadline_s=0.2)
    with pytest.raises(SpeechUnavailable, match=r"took longer than 0\.2 s"):
        slow.say(PHRASES, voice)


def test_the_first_voice_file_of_a_folder_is_taken(tmp_path: Path):
    assert voice_file(tmp_path / "nowhere") is None
    for name in ("b", "a"):
        drop_voice(tmp_path, name)
    assert voice_file(tmp_path) == tmp_path / "a.onnx"


def test_another_voice_file_is_another_sound(tmp_path: Path):
    voices = Voices(tmp_path)
    before = voices.key(PHRASES, "fr")
    drop_voice(tmp_path / "fr")
    assert voices.key(PHRASES, "fr") != before == ()
    assert array("h") != voices.say(PHRASES[:1], "fr")[PHRASES[0]]


def test_the_server_s_own_code_loads_neither_piper_nor_a_decoder(tmp_path: Path):
    code = (
        "import sys; from pathlib import Path; from hardware.speech.voices import Voices;"
        f"v = Voices(Path({str(tmp_path)!r})); v.name(('a',), 'fr'); v.languages();"
        "print([name for name in ('av', 'piper', 'onnxruntime', 'numpy') if name in sys.modules])"
    )
    drop_voice(tmp_path / "fr")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_voice_file_that_failed_is_left_alone_until_it_changes_or_some_minutes_have_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    voice, runs = drop_voice(tmp_path / "fr"), tmp_path / "runs"
    broken = PiperSpeech(command=("sh", "-c", f"echo run >> {runs}; exit 3"))
    voices = Voices(tmp_path, speech=Counted(), piper=broken)
    for _ in range(3):
        assert voices.say_with_name(PHRASES, "fr")[0] == "espeak-ng"
    assert runs.read_text().count("run") == 1
    voice.write_bytes(b"another")
    voices.say(PHRASES, "fr")
    assert runs.read_text().count("run") == 2
    later_s = time.monotonic() + TRIED_AGAIN_S
    monkeypatch.setattr("hardware.speech.voices.time.monotonic", lambda: later_s)
    voices.say(PHRASES, "fr")
    assert runs.read_text().count("run") == 3
