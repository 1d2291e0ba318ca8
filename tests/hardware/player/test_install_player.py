"""The recipe of a screen's computer, written into a folder: read, run again, undone."""

import json
from configparser import RawConfigParser
from pathlib import Path

import pytest

from hardware.player.install_player import KEPT, PARTS, main
from hardware.player.panels import panel_of

SERVER = "https://parvis.example.fr"


def install(root: Path, *more: str) -> None:
    main(["--server", SERVER, "--root", str(root), *more])


def files_of(root: Path) -> dict[str, str]:
    return {str(file.relative_to(root)): file.read_text() for file in root.rglob("*") if file.is_file()}


def test_a_computer_begins_at_the_pairing_page_and_shows_nothing_but_its_server(tmp_path: Path):
    install(tmp_path, "--panel", "cec", "--sound-card", "vc4hdmi0")
    configuration = json.loads((tmp_path / "etc/parvis-player.json").read_text())
    assert configuration["address"] == f"{SERVER}/pair"
    assert panel_of(configuration["panel"]) is not None
    policies = json.loads((tmp_path / "etc/chromium/policies/managed/parvis-player.json").read_text())
    assert (policies["URLBlocklist"], policies["URLAllowlist"]) == (["*"], [SERVER])
    assert "defaults.pcm.card vc4hdmi0" in (tmp_path / "etc/asound.conf").read_text()
    program = tmp_path / "opt/parvis-player/hardware/player"
    assert {file.name for file in program.iterdir()} == set(PARTS)


def test_its_service_runs_without_rights_and_is_started_again(tmp_path: Path):
    install(tmp_path)
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(tmp_path / "etc/systemd/system/parvis-player.service")
    assert unit["Service"]["User"] == "parvis-player"
    assert unit["Service"]["Restart"] == "always"
    assert float(unit["Service"]["WatchdogSec"]) > 60  # a browser may take a minute to start
    assert unit["Install"]["WantedBy"] == "graphical.target"


def test_run_again_it_changes_nothing_and_undone_it_leaves_what_was_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    before = tmp_path / "etc/asound.conf"
    before.parent.mkdir()
    before.write_text("defaults.pcm.card 0\n")
    install(tmp_path, "--sound-card", "vc4hdmi0")
    first = files_of(tmp_path)
    capsys.readouterr()
    install(tmp_path, "--sound-card", "vc4hdmi0")
    assert capsys.readouterr().out == "nothing to change\n"
    assert files_of(tmp_path) == first
    install(tmp_path, "--sound-card", "other")
    main(["--undo", "--root", str(tmp_path)])
    assert files_of(tmp_path) == {"etc/asound.conf": "defaults.pcm.card 0\n"}


def test_a_dry_run_says_every_file_and_writes_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    install(tmp_path, "--dry-run")
    said = capsys.readouterr().out.splitlines()
    assert "would: write /etc/systemd/system/parvis-player.service" in said
    assert files_of(tmp_path) == {}
    install(tmp_path)
    assert {f"would: write /{name}" for name in files_of(tmp_path)} == {*said, f"would: write {KEPT}"}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--server", "parvis"],
        ["--server", f"{SERVER}/pair"],
        ["--server", SERVER, "--number", "0"],
        ["--server", SERVER, "--sound-card", "a b"],
        ["--server", SERVER, "--panel", "smoke"],
        [],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path: Path, wrong: list[str]):
    with pytest.raises(SystemExit) as refused:
        main([*wrong, "--root", str(tmp_path)])
    assert refused.value.code == 2
    assert files_of(tmp_path) == {}
