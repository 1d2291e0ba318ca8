"""A hall of the contract, its sounds and its media."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.speech.sound import silence, to_wav
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import make_media


@pytest.fixture
def audio_folder(tmp_path: Path) -> Path:
    """Sounds of a few tenths of a second, and a long one."""
    (tmp_path / "short.wav").write_bytes(to_wav(silence(0.4)))
    (tmp_path / "alert.wav").write_bytes(to_wav(silence(0.2)))
    (tmp_path / "long.wav").write_bytes(to_wav(silence(30.0)))
    return tmp_path


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image upright and one lying, a film of two seconds, and files that are none."""
    folder = tmp_path_factory.mktemp("media")
    make_media(folder)
    return folder


@pytest.fixture
def hall(assets_dir: Path, audio_folder: Path) -> Iterator[ContractServer]:
    """A hall with sounds and without media."""
    server = ContractServer(assets_dir, audio_folder)
    yield server
    server.stop()


@pytest.fixture
def media_hall(assets_dir: Path, media: Path) -> Iterator[ContractServer]:
    """A hall with media and without sounds."""
    server = ContractServer(assets_dir, media)
    yield server
    server.stop()
