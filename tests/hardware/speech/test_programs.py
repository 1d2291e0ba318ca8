"""Piper's voice files: the real program on a tiny real model, and what happens where it cannot be used."""

import subprocess
import sys
import time
from array import array
from pathlib import Path

import pytest

from hardware.speech.programs import PACKAGE, SETTINGS_ENDING, PiperSpeech, SpeechUnavailable, voice_file
from hardware.speech.sound import RATE_HZ, peak
from hardware.speech.voices import TRIED_AGAIN_S, Voices
from tests.hardware.speech.recordings import drop_voice, record
from tests.hardware.speech.test_voices import PHRASES, Counted

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
