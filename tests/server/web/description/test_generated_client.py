"""A client that a public generator makes of the API's description does the main job."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.described_answers import DESCRIPTION
from tests.harness.programs import PROJECT
from tests.server.live.hall import Halls

GENERATOR = PROJECT / "var" / "generator" / "bin"
"""An environment of its own; `make tools` makes it."""
MAIN_JOB = Path(__file__).with_name("main_job.py")
CHOSEN = """
post_hooks: []
content_type_overrides:
  application/pdf: application/octet-stream
  image/webp: application/octet-stream
"""
SERVICE, COUNTER = "laon-accueil", "laon-g1"


def run(program: str, *arguments: str | Path, **environment: str) -> str:
    """What a program of the generator's environment prints."""
    command = [str(GENERATOR / program), *map(str, arguments)]
    ended = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert ended.returncode == 0, f"{ended.stdout[-3000:]}\n{ended.stderr[-3000:]}"
    return ended.stdout


def generated(document: dict[str, Any], folder: Path) -> str:
    """Makes the package `parvis_client` in a folder; what the generator says."""
    described, chosen = folder / "openapi.json", folder / "chosen.yaml"
    described.write_text(json.dumps(document), encoding="utf-8")
    chosen.write_text(CHOSEN, encoding="utf-8")
    package = folder / "parvis_client"
    return run(
        "openapi-python-client", "generate", "--path", described, "--config", chosen,
        "--meta", "none", "--output-path", package,
    )  # fmt: skip


@pytest.mark.long
def test_a_generated_client_issues_follows_calls_and_serves(served_hall: Halls, tmp_path: Path):
    hall = served_hall()
    hall.empty()
    base_url = hall.server.base_url
    document = httpx.get(f"{base_url}{DESCRIPTION}", trust_env=False).json()
    assert "WARNING" not in generated(document, tmp_path), "nothing is left out of the client"
    where = (base_url, hall.key, hall.slug, SERVICE, COUNTER)
    said = json.loads(run("python", MAIN_JOB, *where, PYTHONPATH=str(tmp_path), NO_PROXY="127.0.0.1"))
    number = said["number"]
    assert said == {
        "offered": said["offered"],
        "number": number,
        "waiting": "waiting",
        "called": number,
        "why": said["why"],
        "on_board": [number],
        "at_counter": number,
        "received": said["received"],
        "served": "served",
    }
    assert said["received"] >= 1
    assert said["why"].startswith("why.")
    assert SERVICE in said["offered"]
