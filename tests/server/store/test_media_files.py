"""The folder of media: uploads are written whole or not at all, names lead nowhere else."""

from pathlib import Path

import pytest

from server.domain.refusals import Refusal
from server.store.notices.media import MediaFiles, receive


def test_a_disk_that_fills_up_during_an_upload_is_reported():
    """`/dev/full` is a disk without room: every write to it fails as one on a full disk does."""
    with pytest.raises(Refusal, match="storage_full"):
        receive([b"x" * 100_000], Path("/dev/full"), largest=200_000)


def test_nothing_is_left_of_an_upload_that_breaks_off(tmp_path: Path):
    def breaking():
        yield b"half"
        raise ConnectionError("the browser has gone")

    with pytest.raises(ConnectionError):
        receive(breaking(), tmp_path / "a.part", largest=100)
    with pytest.raises(Refusal, match="medium_too_large"):
        receive([b"x" * 60, b"x" * 60], tmp_path / "b.part", largest=100)
    with pytest.raises(Refusal, match="medium_empty"):
        receive([], tmp_path / "c.part", largest=100)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../parvis.db", "incoming", "a.png", "0" * 64 + ".svg", "0" * 64 + ".png/.."]
)
def test_no_name_leads_outside(tmp_path: Path, name: str):
    (tmp_path / "parvis.db").touch()
    files = MediaFiles(tmp_path / "media")
    files.incoming.mkdir(parents=True)
    assert files.path(name) is None
    files.remove([name])
    assert (tmp_path / "parvis.db").exists()
