"""The command line of the print gateway: what it writes, and what it says of a wrong setting."""

import io
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kiosk.print_gateway.command import run_command
from tests.harness.programs import PROJECT

ADDRESS = "https://parvis.example/impression/gateway/laon/laon-borne-1"


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARVIS_LANGUAGE", "fr")
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str, address: str = ADDRESS) -> Path:
    """The settings that the command wrote, if it did."""
    monkeypatch.setattr(sys, "stdin", io.StringIO('k"4711\n'))
    file, unit = tmp_path / "etc" / "print-gateway.toml", tmp_path / "gateway.service"
    run_command(["install", address, "--settings", str(file), "--unit", str(unit), *more])
    return file


def test_the_secret_is_asked_for_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    given = tmp_path / "authority.pem"
    given.write_text("certificates", encoding="utf-8")
    line = ("--line", "/dev/ttyUSB0", "--speed", "9600", "--authority", str(given))
    file = installed(tmp_path, monkeypatch, *line)
    copy = file.with_name("print-gateway-authority.pem")
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    assert written == {
        "address": ADDRESS,
        "secret": 'k"4711',
        "authority": str(copy),
        "printer": {"line": "/dev/ttyUSB0", "speed": 9600},
    }
    assert (file.stat().st_mode & 0o777, copy.stat().st_mode & 0o777) == (0o600, 0o644)
    unit = (tmp_path / "gateway.service").read_text(encoding="utf-8")
    assert f"LoadCredential=print-gateway.toml:{file}\n" in unit
    assert "4711" not in unit + capsys.readouterr().out


@pytest.mark.parametrize(
    ("address", "more", "said"),
    [
        ("http://parvis.example/impression/gateway/laon/b1", (), "n’est pas en https"),
        ("https://parvis.example/impression/star/laon/b1", (), "n’est pas l’adresse"),
        (ADDRESS, ("--line", "/etc/passwd"), "n’est pas une ligne série"),
        (ADDRESS, ("--usb", "printer"), "n’est pas le nom d’une imprimante"),
        (ADDRESS, ("--authority", "/nowhere.pem"), "L’ordinateur refuse"),
    ],
)
def test_a_wrong_place_is_said_and_nothing_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    more: tuple[str, ...],
    said: str,
):
    assert not installed(tmp_path, monkeypatch, *more, address=address).exists()
    assert said in capsys.readouterr().err.replace("\u00a0", " ")


def test_settings_that_others_may_read_are_refused_but_not_those_of_systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    file = installed(tmp_path, monkeypatch, address="http://127.0.0.1:9/impression/gateway/laon/b1")
    file.chmod(0o640)
    assert run_command(["doctor", "--settings", str(file)]) == 1
    assert "chmod 600" in capsys.readouterr().err
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    assert run_command(["doctor"]) == 1
    said = capsys.readouterr().out.splitlines()
    assert [line[0] for line in said] == ["✗", "✗"]
    assert "imprimante n’est pas joignable" in said[0]
    assert "serveur ne répond pas" in said[1]


def test_the_program_loads_nothing_of_the_server_nor_any_large_library():
    loaded = "import json, sys; import kiosk.print_gateway.command; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", loaded], cwd=PROJECT, capture_output=True, text=True, check=True, timeout=30
    )
    packages = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert (
        packages & {"server", "signage", "flask", "gevent", "PIL", "escpos", "sqlalchemy", "babel"} == set()
    )
