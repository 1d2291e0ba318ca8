"""The wheel holds all that the product needs: installed elsewhere, its demonstration answers whole."""

import os
import subprocess
import sysconfig
from pathlib import Path

import httpx

from tests.harness.programs import PROJECT, PYTHON, child_of_tests
from tests.harness.sharing import free_port
from tests.harness.waiting import wait_until


def run(*command: str | Path, folder: Path = PROJECT) -> str:
    """What a command printed, which must succeed."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def installed(place: Path) -> Path:
    """The programs of an environment with the wheel, and the packages that it needs as they are here."""
    offline = ("--no-deps", "--quiet", "--disable-pip-version-check")
    run(PYTHON, "-m", "pip", "wheel", *offline, "--no-build-isolation", "--wheel-dir", place, PROJECT)
    [wheel] = place.glob("parvis-*.whl")
    run(PYTHON, "-m", "venv", "--without-pip", place / "venv")
    programs = place / "venv" / "bin"
    run(PYTHON, "-m", "pip", "--python", programs / "python", "install", *offline, "--no-index", wheel)
    [packages] = (place / "venv" / "lib").glob("python3*/site-packages")
    # a path alone: the file there that makes the checkout importable is not read
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return programs


def test_the_demonstration_of_an_installed_wheel_answers_with_pages_fonts_and_manuals(tmp_path: Path):
    programs, port = installed(tmp_path), free_port()
    where = run(programs / "python", "-c", "import server; print(*server.__path__)", folder=tmp_path).strip()
    assert where.startswith(str(tmp_path)), where
    environment = {name: value for name, value in os.environ.items() if not name.startswith("P")}
    environment |= {
        "PATH": os.environ["PATH"],
        "PARVIS_VAR": str(tmp_path / "var"),
        "PARVIS_PORT": str(port),
        "PARVIS_LANGUAGE": "fr",
    }
    log = tmp_path / "demo.log"
    command = [str(programs / "parvis"), "demo", "--serve", "--still"]
    demo = child_of_tests(command, environment=environment, output=log, folder=tmp_path)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as browser:

            def is_ready() -> bool:
                assert demo.poll() is None, log.read_text(encoding="utf-8")
                try:
                    return browser.get("/health/ready").status_code == 200
                except httpx.TransportError:
                    return False

            wait_until(is_ready, "the demonstration answers", every_s=0.2)
            for address, part in {
                "/": "Parvis",
                "/assets/tokens.css": "@font-face",
                "/assets/fonts/atkinson-hyperlegible-next-latin.woff2": "",
                "/static/server/shared/entrance.css": "icon-",
                "/aide/manuels/usager": "ticket",
            }.items():
                answer = browser.get(address, follow_redirects=True)
                assert answer.status_code == 200, address
                assert part in answer.text if part else answer.content.startswith(b"wOF2"), address
    finally:
        demo.terminate()
        demo.wait(30)
