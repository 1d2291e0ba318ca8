"""The library of media by its API: uploads that are prepared or refused, described, served and removed."""

import io
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from server.apart import Apart
from server.domain.refusals import Refusal
from server.store.anchors import Anchors
from server.store.installation import SYSTEM
from server.store.media import claim_upload
from server.store.rebuild_installation import installation_differences, rebuild_installation
from server.store.verifying import verify_journal
from server.usecases.copy_media import Brought, beside, bring_media, copy_media
from server.usecases.prepare_media import Preparing
from server.usecases.remove_medium import remove_medium, sweep_media
from server.web.callers import DEVICE_COOKIE
from tests.server.web.api_site import ApiSite, accepted, refused
from tests.signage.media.uploads import SCRIPTED, declared_png, image, pdf, video, zipped


class Bureau:
    """Somebody who drafts notices, signed in; the server's preparation is called by the test."""

    def __init__(self, site: ApiSite, role: str = "communication") -> None:
        self.site = site
        self.browser, self.headers = site.writer(role)
        parvis = site.app.extensions["parvis"]
        self.media: Preparing = parvis.media
        self.settings = parvis.settings
        self.media_bytes = parvis.settings.media_bytes
        self.empty()

    def empty(self) -> None:
        """Removes every medium; the next test begins as the first did."""
        self.settings.media_bytes = self.media_bytes
        object.__setattr__(self.media.files, "reserve", 0)
        self.media.off_loop = lambda work, *values: work(*values)
        self.media.is_busy = True  # nothing is prepared behind the test's back
        for medium in accepted(self.browser.get("/api/v1/media"))["media"]:
            self.remove(medium["medium"])
        shutil.rmtree(self.media.files.folder, ignore_errors=True)

    def standing(self) -> int:
        """How many media were not removed."""
        return self.site.count("medium WHERE state <> 'removed'")

    def waiting(self) -> str:
        """The one medium that waits to be prepared."""
        with self.site.database.read() as rows:
            (upload,) = rows.all("SELECT medium FROM upload")
        return str(upload["medium"])

    def fetch(self, url: str, reader: Any = None, **headers: str) -> TestResponse:
        """A file of the library, read to its end."""
        with (reader or self.browser).get(url, headers=headers) as answer:
            answer.get_data()
            found: TestResponse = answer
            return found

    def upload(self, content: bytes, **more: Any) -> TestResponse:
        headers = self.headers | more.pop("headers", {})
        more.setdefault("content_type", "application/octet-stream")
        answer: TestResponse = self.browser.post("/api/v1/media", data=content, headers=headers, **more)
        return answer

    def prepare(self) -> int:
        self.media.is_busy = False
        try:
            return self.media.prepare_waiting()
        finally:
            self.media.is_busy = True

    def add(self, content: bytes) -> str:
        """A medium that was uploaded and prepared, or refused."""
        medium = accepted(self.upload(content), 201)["medium"]
        assert self.prepare() == 1
        return str(medium)

    def see(self, medium: str) -> dict[str, Any]:
        return accepted(self.browser.get(f"/api/v1/media/{medium}"))

    def describe(self, medium: str, **texts: str) -> TestResponse:
        answer: TestResponse = self.browser.patch(
            f"/api/v1/media/{medium}", json={"texts": texts}, headers=self.headers
        )
        return answer

    def remove(self, medium: str, **more: str) -> TestResponse:
        answer: TestResponse = self.browser.delete(f"/api/v1/media/{medium}", headers=self.headers | more)
        return answer

    def left(self) -> list[str]:
        """Every file below the media folder."""
        folder = self.media.files.folder
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


type Bureaus = Callable[[str], Bureau]


@pytest.fixture(scope="module")
def bureaus(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, request: pytest.FixtureRequest
) -> Iterator[Bureaus]:
    """One bureau on each kind of database, for all tests of this module."""
    made: dict[str, Bureau] = {}
    with ExitStack() as standing:

        def bureau_on(kind: str) -> Bureau:
            if kind not in made:
                var = tmp_path_factory.mktemp(kind)
                url = f"sqlite:///{var / 'parvis.db'}"
                if kind == "sqlite":
                    (var / "parvis.db").write_bytes(migrated_sqlite.read_bytes())
                else:
                    cluster = request.getfixturevalue("postgresql")
                    name = cluster.new_database(request.getfixturevalue("migrated_postgresql"))
                    standing.callback(cluster.drop, name)
                    url = cluster.url(name)
                site = ApiSite(url, var)
                standing.callback(site.database.close)
                made[kind] = Bureau(site)
            return made[kind]

        yield bureau_on


def _used(found: Bureau) -> Iterator[Bureau]:
    """The bureau, with an empty library. Whatever a test did, the rows follow from the journal."""
    yield found
    found.empty()
    with found.site.database.read() as rows:
        assert installation_differences(rows) == []


@pytest.fixture(params=["sqlite", "postgresql"])
def bureau(bureaus: Bureaus, request: pytest.FixtureRequest) -> Iterator[Bureau]:
    """On each kind of database."""
    yield from _used(bureaus(request.param))


@pytest.fixture
def lone(bureaus: Bureaus) -> Iterator[Bureau]:
    """On SQLite, where the database makes no difference."""
    yield from _used(bureaus("sqlite"))


def test_an_upload_is_prepared_and_served_to_screens(bureau: Bureau):
    medium = accepted(bureau.upload(image("JPEG")), 201)
    assert medium["state"] == "preparing"
    assert bureau.see(medium["medium"])["files"] == []
    assert bureau.prepare() == 1
    seen = bureau.see(medium["medium"])
    assert (seen["state"], seen["kind"], seen["refusal"]) == ("ready", "image", None)
    page, small = seen["files"]
    assert (page["role"], page["type"], page["width"], page["height"]) == ("page", "image/jpeg", 64, 40)
    assert small["role"] == "thumbnail"
    screen = bureau.site.app.test_client()
    screen.set_cookie(DEVICE_COOKIE, bureau.site.screen)
    for reader in (screen, bureau.browser):
        answer = bureau.fetch(page["url"], reader)
        assert answer.status_code == 200
        assert answer.mimetype == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.data)).size == (64, 40)
    assert bureau.prepare() == 0
    assert len(bureau.left()) == 2


def test_files_are_for_signed_in_people_and_devices_only(lone: Bureau):
    url = lone.see(lone.add(image("PNG")))["files"][0]["url"]
    refused(lone.site.app.test_client().get(url), 401, "not_signed_in")
    key = {"Authorization": f"Bearer {lone.site.key}"}
    refused(lone.site.app.test_client().get(url, headers=key), 403, "forbidden")
    for wrong in ("/media/" + "0" * 64 + ".png", "/media/incoming", "/media/..%2Fparvis.db"):
        assert lone.fetch(wrong).status_code == 404


def test_a_video_is_served_in_ranges(lone: Bureau):
    seen = lone.see(lone.add(video()))
    assert [file["role"] for file in seen["files"]] == ["page", "poster", "thumbnail"]
    film = seen["files"][0]
    assert film["duration_ms"] > 500
    answer = lone.fetch(film["url"], Range="bytes=4-9")
    assert (answer.status_code, len(answer.data)) == (206, 6)
    assert answer.headers["Content-Range"] == f"bytes 4-9/{film['bytes']}"
    assert answer.mimetype == "video/webm"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zipped(), "medium_archive"),
        (b"<svg></svg>", "medium_svg"),
        (declared_png(10_000, 10_000), "medium_too_many_pixels"),
        (image("JPEG")[:200], "medium_broken"),
        (pdf(31), "medium_too_many_pages"),
        (video("ffv1", "matroska"), "medium_unknown_codec"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_upload_says_why_and_leaves_nothing(lone: Bureau, content: bytes, code: str):
    seen = lone.see(lone.add(content))
    assert (seen["state"], seen["files"]) == ("refused", [])
    assert seen["refusal"]["code"] == code
    assert seen["refusal"]["detail"].endswith(".")
    assert "{" not in seen["refusal"]["detail"]
    assert lone.left() == []


def test_a_form_and_a_body_bring_the_same(lone: Bureau):
    form = {"file": (io.BytesIO(SCRIPTED), "rapport.exe")}
    sent = accepted(lone.upload(form, content_type="multipart/form-data"), 201)  # type: ignore[arg-type]
    assert lone.prepare() == 1
    assert lone.see(sent["medium"])["kind"] == "document"
    refused(lone.upload({"other": "x"}, content_type="multipart/form-data"), 400, "bad_request")  # type: ignore[arg-type]


def test_what_is_too_large_or_empty_is_refused_and_not_kept(lone: Bureau):
    large = lone.media_bytes + 200_000
    answer = lone.upload(b"", environ_overrides={"CONTENT_LENGTH": str(large)})
    assert "200 Mo" in refused(answer, 413, "medium_too_large")["detail"].replace("\u00a0", " ")
    lone.settings.media_bytes = 1000
    refused(lone.upload(image("JPEG") * 4), 413, "medium_too_large")
    refused(lone.upload(b""), 422, "medium_empty")
    assert lone.left() == []
    assert lone.standing() == 0


def test_a_disk_without_room_refuses_before_anything_is_written(lone: Bureau):
    object.__setattr__(lone.media.files, "reserve", 10**18)
    refused(lone.upload(image("JPEG")), 503, "storage_full")
    assert lone.left() == []


def test_who_drafts_no_notices_may_not_upload(lone: Bureau):
    browser, headers = lone.site.writer("agent")
    for answer in (
        browser.post("/api/v1/media", data=b"x", headers=headers),
        browser.get("/api/v1/media"),
        browser.get("/api/v1/media/x"),
        browser.delete("/api/v1/media/x", headers=headers),
    ):
        refused(answer, 403, "forbidden")


def test_neither_devices_nor_keys_nor_nobody_upload(lone: Bureau):
    refused(lone.site.app.test_client().post("/api/v1/media", data=b"x"), 401, "not_signed_in")
    for token in (lone.site.screen, lone.site.key):
        refused(lone.site.call("POST", "/media", {}, token=token), 403, "forbidden")
    refused(lone.browser.post("/api/v1/media", data=b"x"), 403, "csrf")


def test_the_same_key_brings_the_same_medium(bureau: Bureau):
    key = {"Idempotency-Key": "one"}
    first = accepted(bureau.upload(image("PNG"), headers=key), 201)
    assert accepted(bureau.upload(image("PNG"), headers=key), 201) == first
    refused(bureau.upload(image("JPEG"), headers=key), 422, "idempotency_mismatch")
    assert bureau.left() == [f"incoming/{first['medium']}"]
    assert bureau.standing() == 1


def test_what_a_medium_says_is_written_in_french_first(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    refused(bureau.describe(medium, en="Open on Monday"), 422, "text_missing")
    refused(bureau.describe(medium, fr="Ouvert", en="Open"), 422, "one_translation")
    refused(bureau.describe(medium, fr="x" * 1001), 422, "text_too_long")
    refused(bureau.describe(medium, fr="Ouvert", tlh="x"), 422, "wrong_language")
    texts = {"fr": "Ouvert lundi", "en": "Open on Monday", "es": "Abierto el lunes"}
    assert accepted(bureau.describe(medium, **texts))["texts"] == texts
    assert accepted(bureau.describe(medium, fr="  Ouvert\n mardi "))["texts"] == {"fr": "Ouvert mardi"}
    refused(bureau.describe("nothing", fr="x"), 404, "unknown_medium")


def test_the_list_is_the_newest_first(lone: Bureau):
    media = [lone.add(image("PNG", (10 + number, 10))) for number in range(3)]
    lone.remove(media[1])
    found = accepted(lone.browser.get("/api/v1/media"))
    assert [each["medium"] for each in found["media"]] == [media[2], media[0]]
    assert found["next"] is None
    older = accepted(lone.browser.get(f"/api/v1/media?before={media[2]}"))
    assert [each["medium"] for each in older["media"]] == [media[0]]


def test_a_removed_medium_takes_the_files_nobody_else_has(bureau: Bureau):
    first, second = bureau.add(image("PNG")), bureau.add(image("PNG"))
    url = bureau.see(first)["files"][0]["url"]
    assert accepted(bureau.remove(first, **{"Idempotency-Key": "remove"}))["state"] == "removed"
    assert bureau.remove(first, **{"Idempotency-Key": "remove"}).status_code == 200
    refused(bureau.remove(first), 404, "unknown_medium")
    assert bureau.fetch(url).status_code == 200
    bureau.remove(second)
    assert bureau.fetch(url).status_code == 404
    assert bureau.left() == []


def test_a_medium_that_a_notice_shows_stays(lone: Bureau):
    medium = lone.add(image("PNG"))
    with pytest.raises(Refusal, match="medium_in_use"):
        remove_medium(
            lone.site.database, lone.media.files, SYSTEM, medium, notices_with=lambda _, shown: [shown]
        )
    assert lone.see(medium)["state"] == "ready"


def test_a_medium_removed_while_it_is_prepared_stays_removed(lone: Bureau):
    medium = accepted(lone.upload(image("PNG")), 201)["medium"]

    def slow(work: Any, *values: Any) -> Any:
        prepared = work(*values)
        lone.remove(medium)
        return prepared

    lone.media.off_loop = slow
    lone.prepare()
    refused(lone.browser.get(f"/api/v1/media/{medium}"), 404, "unknown_medium")
    age(lone)
    sweep_media(lone.site.database, lone.media.files)
    assert lone.left() == []


def test_one_of_several_workers_prepares(bureau: Bureau):
    bureau.upload(image("PNG"))
    other = Preparing(bureau.site.database, bureau.media.files, bureau.media.off_loop)
    counts = []

    def meanwhile(work: Any, *values: Any) -> Any:
        counts.append(other.prepare_waiting())
        return work(*values)

    bureau.media.off_loop = meanwhile
    assert bureau.prepare() == 1
    assert counts == [0]


def test_a_worker_that_died_is_replaced_and_a_file_that_kills_is_refused(bureau: Bureau):
    medium = accepted(bureau.upload(image("PNG")), 201)["medium"]

    class Killed(BaseException):
        pass

    def dies(*_: Any) -> Any:
        raise Killed

    for _ in range(3):
        bureau.media.off_loop = dies
        with pytest.raises(Killed):
            bureau.prepare()
        assert bureau.prepare() == 0, "somebody may still be at it"
        bureau.site.hands.now += timedelta(seconds=1000)
    assert bureau.prepare() == 1
    assert bureau.see(medium)["refusal"]["code"] == "medium_too_heavy"


def test_a_lone_server_goes_on_at_once_with_what_was_being_prepared(lone: Bureau):
    lone.upload(image("PNG"))
    claim_upload(lone.site.database, lone.waiting(), now=lone.site.database.clock.now(), for_s=1000)
    assert lone.prepare() == 0
    lone.media.take_over()
    assert lone.prepare() == 1


def age(bureau: Bureau) -> None:
    """Lets two hours pass for what is on the disk."""
    long_ago = bureau.site.database.clock.now().timestamp() - 7200
    for path in bureau.media.files.folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))


def test_what_a_crash_left_is_swept_and_the_rest_stays(lone: Bureau):
    ready = lone.add(image("PNG"))
    waiting = accepted(lone.upload(image("JPEG")), 201)["medium"]
    before = lone.left()
    folder = lone.media.files.folder
    (folder / ("a" * 64 + ".png")).write_bytes(b"x")
    (folder / "x.staging").mkdir()
    (folder / "incoming" / "b.part").write_bytes(b"x")
    assert sweep_media(lone.site.database, lone.media.files) == 0, "they are young"
    age(lone)
    assert sweep_media(lone.site.database, lone.media.files) == 3
    assert lone.left() == before
    assert not (folder / "x.staging").exists()
    assert lone.prepare() == 1
    assert lone.see(waiting)["state"] == lone.see(ready)["state"] == "ready"


def test_rows_of_media_are_rebuilt_from_the_journal_and_verified(bureau: Bureau, tmp_path: Path):
    medium = bureau.add(image("PNG"))
    bureau.describe(medium, fr="Ouvert lundi")
    bureau.add(zipped())
    bureau.remove(bureau.add(image("JPEG")))
    before = bureau.see(medium)
    with bureau.site.database.store.write() as rows:
        rows.run("UPDATE medium SET state = 'removed'", {})
    assert len(rebuild_installation(bureau.site.database)) == 2
    assert bureau.see(medium) == before
    database, anchors = bureau.site.database, Anchors(tmp_path / "anchors")
    assert verify_journal(database, anchors, full=True).faults == []
    with bureau.site.database.store.write() as rows:
        rows.run("UPDATE medium_text SET texts = :texts", {"texts": json.dumps({"fr": "Fermé"})})
    faults = verify_journal(database, anchors, full=True).faults
    assert [(fault.journal, fault.wrong) for fault in faults] == [("installation", "document")]


def test_no_fact_of_a_medium_holds_a_word_of_it(lone: Bureau):
    medium = lone.add(image("PNG"))
    lone.describe(medium, fr="Ouvert lundi")
    with lone.site.database.read() as rows:
        bodies = [row["body"] for row in rows.all("SELECT body FROM installation_fact")]
    assert not [body for body in bodies if "lundi" in body]


def test_the_process_apart_is_ended_when_it_takes_too_long_or_too_much(tmp_path: Path):
    slow = Apart(deadline_s=0.2)
    with pytest.raises(OSError, match="ended"):
        slow.call(time.sleep, 60)
    small = Apart(memory_bytes=2_000_000_000)
    with pytest.raises(MemoryError):
        small.call(bytes, 3_000_000_000)
    assert small.call(len, "abc") == 3
    small.close()


def test_a_feed_inside_the_network_is_refused_by_the_api(lone: Bureau):
    lone.site.app.extensions["parvis"].feeds.off_loop = lambda work, *values: work(*values)
    asked = {"json": {"url": "http://127.0.0.1:9/flux"}, "headers": lone.headers}
    refused(lone.browser.post("/api/v1/feeds", **asked), 422, "feed_private")


def test_a_backup_has_the_files_of_media_beside_it(bureau: Bureau, tmp_path: Path):
    kept, lost = bureau.add(image("PNG")), bureau.add(image("JPEG"))
    database, files = bureau.site.database, bureau.media.files
    copied = beside(tmp_path / "copy")
    assert copy_media(database, files, tmp_path / "copy") == 4
    with pytest.raises(Refusal, match="file_exists"):
        copy_media(database, files, tmp_path / "copy")
    shutil.rmtree(files.folder)
    (url,) = [file["url"] for file in bureau.see(lost)["files"] if file["role"] == "page"]
    name = url.removeprefix("/media/")
    (copied / name).unlink()
    (copied / name).write_bytes(b"altered")
    assert bring_media(database, files, tmp_path / "copy") == Brought(files=3, missing=1)
    assert bring_media(database, files, tmp_path / "copy") == Brought(files=0, missing=1)
    assert [bureau.fetch(file["url"]).status_code for file in bureau.see(kept)["files"]] == [200, 200]
    assert bureau.fetch(url).status_code == 404


def test_an_empty_library_leaves_no_folder_beside_a_backup(lone: Bureau, tmp_path: Path):
    assert copy_media(lone.site.database, lone.media.files, tmp_path / "copy") == 0
    assert list(tmp_path.iterdir()) == []
