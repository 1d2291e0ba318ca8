"""`parvis doctor` and `parvis say`: the voice of a hall, and unused files in its folder."""

import json
from pathlib import Path

import pytest

from hardware.speech.sound import from_wav
from tests.hardware.speech.recordings import record
from tests.server.test_cli import Installation, installed

SERIES = ("numero", *"ahl0123456789")


@pytest.fixture
def hall(tmp_path: Path, sqlite_url: str) -> Installation:
    return installed(tmp_path / "var", sqlite_url)


def calls(found: Installation) -> list[str]:
    """What the doctor says of the voices of calls, and of the folder of voices."""
    lines = found.parvis("doctor").splitlines()
    return [line for line in lines if "Calls of" in line or "/voices/" in line]


def test_the_voice_of_each_hall_is_reported(hall: Installation):
    assert calls(hall) == ["✓ Calls of laon in fr are said by espeak-ng."]


def test_missing_and_unused_recordings_of_a_hall_are_named(hall: Installation):
    folder = record(hall.var / "voices" / "fr", [*SERIES, "guichet"])
    [told] = calls(hall)
    assert told.startswith(
        "· Calls of laon in fr are said by espeak-ng where one of these recordings is missing: "
    )
    missing = told.rstrip(".").rpartition(": ")[2].split(", ")
    assert "guichet" not in missing
    record(folder, missing)
    assert calls(hall) == ["✓ Calls of laon in fr are said by the site's recordings."]
    (folder / "numero.wav").write_bytes(b"")
    (folder / "fr_FR.onnx").write_bytes(b"")
    assert [line.rpartition("/voices/")[2] for line in calls(hall)[1:]] == [
        "fr: numero.wav is empty.",
        "fr: fr_FR.onnx is not used: fr_FR.onnx.json is missing beside it.",
    ]


def test_a_sentence_is_spoken_in_the_voice_in_force(tmp_path: Path):
    found = Installation(tmp_path / "var")
    out = tmp_path / "heard.wav"
    said = ("say", "Numéro A, 0, 4, 2 / guichet 3", "--out", str(out))
    assert "said by espeak-ng." in found.parvis(*said)
    with_chime = len(from_wav(out.read_bytes()))
    record(tmp_path / "var" / "voices" / "fr")
    assert "said by the site's recordings." in found.parvis(*said, "--no-chime")
    assert 0 < len(from_wav(out.read_bytes())) < with_chime


def test_a_sentence_that_cannot_be_spoken_ends_with_status_1_or_2(tmp_path: Path):
    found = Installation(tmp_path / "var")
    out = tmp_path / "heard.wav"
    assert "no voice for language 'xx'" in found.parvis(
        "say", "bonjour", "--language", "xx", "--out", str(out), expected=1
    )
    found.parvis("say", " / ", "--out", str(out), expected=2)
    assert not out.exists()


def test_loops_whose_test_is_out_of_date_are_named(tmp_path: Path, hall: Installation):
    content = json.loads(hall.parvis("export-configuration", "--hall", "laon"))
    content["counters"][0] |= {"has_hearing_loop": True, "hearing_loop_tested_on": "2020-03-02"}
    content["sound"]["loop"] = {"tested_on": None}
    file = tmp_path / "laon.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(file))
    told = [line for line in hall.parvis("doctor").splitlines() if "Loops of" in line]
    label, name = content["counters"][0]["labels"]["fr"], content["name"]
    assert told == [f"· Loops of laon are shown nowhere until they are tested again: {label}, {name}."]
