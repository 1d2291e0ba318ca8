"""A screen's computer: the recipe that is written into a folder, and what is sent to its panel.

Panels are stand-ins that record what they are sent; no real panel was ever commanded.
"""

import json
import os
import pty
import threading
import tty
from configparser import RawConfigParser
from pathlib import Path

import pytest

from hardware.player.install_player import KEPT, PARTS, main
from hardware.player.panels import MAKERS, PanelKeeper, WrongPanel, bytes_of, panel_of
from kiosk.agent.command import run_command

ANSWERING = """#!/bin/sh
echo "$@" >> "{log}"
case "$*" in *give-device-power-status*) cat "{state}" ;; *--json*) cat "{state}" ;; esac
"""


class StandIn:
    """A program on the PATH that records what it is called with, and prints what `says` it prints."""

    def __init__(self, folder: Path, name: str) -> None:
        self._log, self._state = folder / "log", folder / "state"
        program = folder / name
        program.write_text(ANSWERING.format(log=self._log, state=self._state))
        program.chmod(0o755)

    def says(self, text: str) -> None:
        self._state.write_text(text)

    def calls(self) -> list[str]:
        return self._log.read_text().splitlines()


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def test_a_panel_on_cec_is_sent_to_standby_and_woken_and_says_how_it_is(on_path: Path):
    cec, panel = StandIn(on_path, "cec-ctl"), panel_of({"method": "cec", "adapter": "/dev/cec1"})
    assert panel is not None
    panel.switch(on=False)
    panel.switch(on=True)
    assert cec.calls() == [
        "--device /dev/cec1 --playback",
        "--device /dev/cec1 --to 0 --standby",
        "--device /dev/cec1 --playback",
        "--device /dev/cec1 --to 0 --image-view-on",
    ]
    for said, is_on in (("standby (0x01)", False), ("to-standby (0x03)", False), ("on (0x00)", True)):
        cec.says(f"Transmit from Playback Device 1 to TV (4 to 0):\n\tpwr-state: {said}\n")
        assert panel.read() is is_on
    cec.says("Transmit from Playback Device 1 to TV (4 to 0):\n\tTx, Not Acknowledged\n")
    assert panel.read() is None


def test_a_signal_is_turned_off_at_the_named_output_only(on_path: Path):
    randr, panel = StandIn(on_path, "wlr-randr"), panel_of({"method": "signal", "output": "HDMI-A-2"})
    assert panel is not None
    panel.switch(on=False)
    assert randr.calls() == ["--output HDMI-A-2 --off"]
    outputs = [{"name": "HDMI-A-1", "enabled": True}, {"name": "HDMI-A-2", "enabled": False}]
    randr.says(json.dumps(outputs))
    assert panel.read() is False
    for nothing in (json.dumps(outputs[:1]), "no display", ""):
        randr.says(nothing)
        assert panel.read() is None


@pytest.mark.parametrize(
    ("maker", "sent", "said_on"),
    [
        ("lg", [b"ka 01 00\r", b"ka 01 01\r", b"ka 01 FF\r"], b"a 01 OK01x"),
        (
            "samsung",
            [b"\xaa\x11\x01\x01\x00\x13", b"\xaa\x11\x01\x01\x01\x14", b"\xaa\x11\x01\x00\x12"],
            b"\xaa\xff\x01\x03\x41\x11\x01\x56",
        ),
    ],
)
def test_a_panel_on_a_line_gets_the_bytes_of_its_maker(maker: str, sent: list[bytes], said_on: bytes):
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    panel = panel_of({"method": "rs232", "line": os.ttyname(theirs), "maker": maker})
    assert panel is not None
    heard: list[bytes] = []

    def answer() -> None:
        for _ in sent:
            heard.append(os.read(ours, 64))
            os.write(ours, said_on)

    stand_in = threading.Thread(target=answer)
    stand_in.start()
    panel.switch(on=False)
    panel.switch(on=True)
    assert panel.read() is True
    stand_in.join()
    assert heard == sent
    os.close(ours)
    os.close(theirs)
    assert panel.read() is None  # the line is gone


def test_every_row_of_the_table_names_its_source_and_can_be_sent():
    for row in json.loads(MAKERS.read_text()).values():
        assert row["source"]
        assert panel_of({"method": "rs232", "maker": "custom", "custom": row})
    assert bytes_of("6b ID2 ID", 10) == b"k0A\n"


@pytest.mark.parametrize(
    "configured",
    [
        {"method": "telepathy"},
        {"method": "rs232", "maker": "nobody"},
        {"method": "rs232", "maker": "lg", "number": 0},
        {"method": "rs232", "maker": "custom", "custom": {"on": "zz"}},
        {"method": "rs232", "maker": "custom", "custom": {"speed": 1}},
    ],
)
def test_a_configuration_that_describes_no_panel_is_refused(configured: dict[str, object]):
    with pytest.raises(WrongPanel):
        panel_of(configured)


class RecordedPanel:
    """A panel that does what it is told, unless it is `stuck`, or silent (None)."""

    method = "cec"

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.is_on: bool | None = True
        self.is_stuck = False

    def switch(self, *, on: bool) -> None:
        self.commands.append("on" if on else "off")
        if not self.is_stuck:
            self.is_on = on

    def read(self) -> bool | None:
        return self.is_on


@pytest.fixture
def panel() -> RecordedPanel:
    return RecordedPanel()


def kept(panel: RecordedPanel, *phases: tuple[bool | None, int]) -> PanelKeeper:
    """A keeper after phases of (what the page says, seconds)."""
    keeper, now = PanelKeeper(panel), 0
    for is_asleep, seconds in phases:
        for _ in range(seconds):
            keeper.step(is_asleep, now)
            now += 1
    return keeper


def test_a_panel_goes_off_after_a_minute_of_sleep_and_on_at_once(panel: RecordedPanel):
    kept(panel, (False, 10), (True, 59))
    assert panel.commands == ["on"]
    keeper = kept(panel, (False, 10), (True, 100))
    assert panel.commands[-1] == "off"
    assert keeper.report() == {"method": "cec", "commanded": "off", "answered": "off"}
    kept(panel, (True, 100), (False, 1))
    assert panel.commands[-1] == "on"


def test_a_page_that_wakes_in_between_begins_its_minute_again(panel: RecordedPanel):
    kept(panel, (True, 50), (False, 1), (True, 50))
    assert panel.commands == ["on"]


def test_a_page_that_says_nothing_changes_nothing_for_a_minute_then_lights(panel: RecordedPanel):
    kept(panel, (True, 100), (None, 59))
    assert panel.commands == ["on", "off"]
    kept(panel, (True, 100), (None, 61))
    assert panel.commands[-1] == "on"


def test_a_panel_that_does_not_follow_or_answer_is_reported_and_commanded_again(panel: RecordedPanel):
    panel.is_stuck = True
    keeper = kept(panel, (True, 100))
    assert keeper.report() == {"method": "cec", "commanded": "off", "answered": "on"}
    kept(panel, (True, 700))
    assert panel.commands[-2:] == ["off", "off"]
    panel.is_on = None
    assert kept(panel, (True, 100)).report()["answered"] == "silent"
    panel.commands.clear()
    kept(panel, (False, 200))
    assert panel.commands == ["on"] * 4  # waiting visitors are worth more tries than the night


def test_a_command_is_not_judged_before_the_panel_had_its_time(panel: RecordedPanel):
    assert kept(panel, (False, 20)).report()["answered"] == "waiting"
    assert kept(panel, (False, 22)).report()["answered"] == "on"


def test_when_the_program_ends_the_panel_is_lit(panel: RecordedPanel):
    kept(panel, (True, 100)).light()
    assert panel.commands[-1] == "on"


# --- the recipe of a screen's computer, written into a folder ---------------------------------


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


def test_of_a_kiosk_with_an_agent_the_page_of_this_computer_is_shown(tmp_path: Path):
    page = "http://127.0.0.1:8600/kiosk"
    settings = tmp_path / "kiosk.toml"
    settings.write_text(f'server = "{SERVER}"\n')
    assert run_command(["browser", "--settings", str(settings), "--root", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "etc/parvis-player.json").read_text())["address"] == page
    policies = json.loads((tmp_path / "etc/chromium/policies/managed/parvis-player.json").read_text())
    assert policies["URLAllowlist"] == [SERVER, "http://127.0.0.1:8600"]
    for folder in ("sysctl.d", "systemd/logind.conf.d", "modprobe.d"):
        assert (tmp_path / "etc" / folder / "50-parvis-player.conf").exists()


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
        ["--server", SERVER, "--page", "http://192.0.2.1/kiosk"],
        [],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path: Path, wrong: list[str]):
    with pytest.raises(SystemExit) as refused:
        main([*wrong, "--root", str(tmp_path)])
    assert refused.value.code == 2
    assert files_of(tmp_path) == {}
