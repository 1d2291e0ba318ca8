"""Storage of media: rows from the journal, unused files deleted, and a backup with its files."""

import json
import shutil
from pathlib import Path

import pytest

from server.domain.refusals import Refusal
from server.store.journal.chain import Anchors
from server.store.journal.rebuild import rebuild_installation
from server.store.journal.verify import verify_journal
from server.usecases.media.uploads import (
    RestoredMedia,
    bring_media,
    copy_media,
    media_folder_of,
    sweep_media,
)
from tests.harness.sql import all_rows, execute
from tests.server.web.api_site import accepted
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import image, zipped


def test_files_left_by_a_crash_are_deleted_and_the_rest_stays(bureau: Bureau):
    ready = bureau.add(image("PNG"))
    waiting = accepted(bureau.upload(image("JPEG")), 201)["medium"]
    before = bureau.left()
    folder = bureau.media.files.folder
    (folder / ("a" * 64 + ".png")).write_bytes(b"x")
    (folder / "x.staging").mkdir()
    (folder / "incoming" / "b.part").write_bytes(b"x")
    assert sweep_media(bureau.site.database, bureau.media.files) == 0, "they are young"
    bureau.age()
    assert sweep_media(bureau.site.database, bureau.media.files) == 3
    assert bureau.left() == before
    assert not (folder / "x.staging").exists()
    assert bureau.prepare() == 1
    assert bureau.see(waiting)["state"] == bureau.see(ready)["state"] == "ready"


@pytest.mark.both_databases
def test_rows_of_media_are_rebuilt_from_the_journal_and_verified(bureau: Bureau, tmp_path: Path):
    medium = bureau.add(image("PNG"))
    bureau.describe(medium, fr="Ouvert lundi")
    bureau.add(zipped())
    bureau.remove(bureau.add(image("JPEG")))
    before = bureau.see(medium)
    execute(bureau.site.database, "UPDATE medium SET state = 'removed'")
    assert len(rebuild_installation(bureau.site.database)) == 2
    assert bureau.see(medium) == before
    database, anchors = bureau.site.database, Anchors(tmp_path / "anchors")
    assert verify_journal(database, anchors, full=True).faults == []
    execute(bureau.site.database, "UPDATE medium_text SET texts = :texts", texts=json.dumps({"fr": "Fermé"}))
    faults = verify_journal(database, anchors, full=True).faults
    assert [(fault.journal, fault.wrong) for fault in faults] == [("installation", "document")]


def test_no_fact_of_a_medium_holds_a_word_of_it(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    bureau.describe(medium, fr="Ouvert lundi")
    bodies = [row["body"] for row in all_rows(bureau.site.database, "SELECT body FROM installation_fact")]
    assert not [body for body in bodies if "lundi" in body]


def test_a_backup_includes_the_files_of_media(bureau: Bureau, tmp_path: Path):
    kept, lost = bureau.add(image("PNG")), bureau.add(image("JPEG"))
    database, files = bureau.site.database, bureau.media.files
    copied = media_folder_of(tmp_path / "copy")
    assert copy_media(database, files, tmp_path / "copy") == 4
    with pytest.raises(Refusal, match="file_exists"):
        copy_media(database, files, tmp_path / "copy")
    shutil.rmtree(files.folder)
    (url,) = [file["url"] for file in bureau.see(lost)["files"] if file["role"] == "page"]
    name = url.removeprefix("/media/")
    (copied / name).unlink()
    (copied / name).write_bytes(b"altered")
    assert bring_media(database, files, tmp_path / "copy") == RestoredMedia(files=3, missing=1)
    assert bring_media(database, files, tmp_path / "copy") == RestoredMedia(files=0, missing=1)
    assert [bureau.fetch(file["url"]).status_code for file in bureau.see(kept)["files"]] == [200, 200]
    assert bureau.fetch(url).status_code == 404


def test_the_backup_of_an_empty_library_has_no_folder(bureau: Bureau, tmp_path: Path):
    assert copy_media(bureau.site.database, bureau.media.files, tmp_path / "copy") == 0
    assert list(tmp_path.iterdir()) == []
