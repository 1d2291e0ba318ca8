"""The media library by the API: searched, described, served by permission, kept, and removed."""

import io
import json
import re
import shutil
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.journal.chain import Anchors
from server.store.journal.rebuild import rebuild_installation
from server.store.journal.verify import verify_journal
from server.store.people.accounts import EVERY_SITE, Grant
from server.usecases.media.uploads import (
    RestoredMedia,
    UploadPlace,
    bring_media,
    copy_media,
    media_folder_of,
    remove_medium,
    sweep_media,
    upload_medium,
)
from server.web.access.cookies import DEVICE_COOKIE
from tests.harness.sql import all_rows, execute
from tests.server.web.api_site import HALL, OTHER, accepted, refused
from tests.server.web.media.conftest import Bureau
from tests.signage.media.uploads import image, video, zipped


def found(bureau: Bureau, **search: str) -> list[str]:
    listed = accepted(bureau.browser.get("/api/v1/media", query_string=search))
    return [each["name"] for each in listed["media"]]


def catalogue(bureau: Bureau, medium: str, **details: Any) -> Any:
    return bureau.browser.put(f"/api/v1/media/{medium}/details", json=details, headers=bureau.headers)


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


def test_files_are_for_signed_in_people_and_devices_only(bureau: Bureau):
    url = bureau.see(bureau.add(image("PNG")))["files"][0]["url"]
    refused(bureau.site.app.test_client().get(url), 401, "not_signed_in")
    key = {"Authorization": f"Bearer {bureau.site.key}"}
    refused(bureau.site.app.test_client().get(url, headers=key), 403, "forbidden")
    for wrong in ("/media/" + "0" * 64 + ".png", "/media/incoming", "/media/..%2Fparvis.db"):
        assert bureau.fetch(wrong).status_code == 404


def test_a_video_is_served_in_ranges(bureau: Bureau):
    seen = bureau.see(bureau.add(video()))
    assert [file["role"] for file in seen["files"]] == ["page", "poster", "thumbnail"]
    film = seen["files"][0]
    assert film["duration_ms"] > 500
    answer = bureau.fetch(film["url"], Range="bytes=4-9")
    assert (answer.status_code, len(answer.data)) == (206, 6)
    assert answer.headers["Content-Range"] == f"bytes 4-9/{film['bytes']}"
    assert answer.mimetype == "video/webm"


def test_a_medium_is_described_in_french_first(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    refused(bureau.describe(medium, en="Open on Monday"), 422, "text_missing")
    refused(bureau.describe(medium, fr="Ouvert", en="Open"), 422, "one_translation")
    refused(bureau.describe(medium, fr="x" * 1001), 422, "text_too_long")
    refused(bureau.describe(medium, fr="Ouvert", tlh="x"), 422, "wrong_language")
    texts = {"fr": "Ouvert lundi", "en": "Open on Monday", "es": "Abierto el lunes"}
    assert accepted(bureau.describe(medium, **texts))["texts"] == texts
    assert accepted(bureau.describe(medium, fr="  Ouvert\n mardi "))["texts"] == {"fr": "Ouvert mardi"}
    refused(bureau.describe("nothing", fr="x"), 404, "unknown_medium")


def test_the_list_is_the_newest_first(bureau: Bureau):
    media = [bureau.add(image("PNG", (10 + number, 10))) for number in range(3)]
    bureau.remove(media[1])
    found = accepted(bureau.browser.get("/api/v1/media"))
    assert [each["medium"] for each in found["media"]] == [media[2], media[0]]
    assert found["next"] is None
    older = accepted(bureau.browser.get(f"/api/v1/media?before={media[2]}"))
    assert [each["medium"] for each in older["media"]] == [media[0]]


def test_removing_a_medium_removes_files_that_no_other_uses(bureau: Bureau):
    first, second = bureau.add(image("PNG")), bureau.add(image("PNG"))
    url = bureau.see(first)["files"][0]["url"]
    assert accepted(bureau.remove(first, **{"Idempotency-Key": "remove"}))["state"] == "removed"
    assert bureau.remove(first, **{"Idempotency-Key": "remove"}).status_code == 200
    refused(bureau.remove(first), 404, "unknown_medium")
    assert bureau.fetch(url).status_code == 200
    bureau.remove(second)
    assert bureau.fetch(url).status_code == 404
    assert bureau.left() == []


def test_a_medium_that_a_notice_shows_stays(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    with pytest.raises(Refusal, match="medium_in_use"):
        remove_medium(
            bureau.site.database, bureau.media.files, SYSTEM, medium, notices_with=lambda _, shown: [shown]
        )
    assert bureau.see(medium)["state"] == "ready"


def test_a_feed_inside_the_network_is_refused_by_the_api(bureau: Bureau):
    bureau.site.app.extensions["parvis"].feeds.off_loop = lambda work, *values: work(*values)
    asked = {"json": {"url": "http://127.0.0.1:9/flux"}, "headers": bureau.headers}
    refused(bureau.browser.post("/api/v1/feeds", **asked), 422, "feed_private")


def test_a_medium_of_one_site_belongs_to_that_site_only(bureau: Bureau):
    """The reception of one site changed and removed what another had published."""
    medium = bureau.add(image("PNG"))
    accepted(bureau.describe(medium, fr="Ouvert"))
    assert bureau.see(medium)["site"] == HALL
    other, headers = bureau.site.writer("reception", OTHER)
    path = f"/api/v1/media/{medium}"
    assert accepted(other.get("/api/v1/media"))["media"] == []
    refused(other.get(path), 404, "unknown_medium")
    refused(other.patch(path, json={"texts": {"fr": "Fermé"}}, headers=headers), 404, "unknown_medium")
    refused(other.delete(path, headers=headers), 404, "unknown_medium")
    content = picture_notice(medium, OTHER)
    answer = other.post("/api/v1/notices", json={"content": content}, headers=headers)
    assert (answer.status_code, answer.get_json()["problems"][0]["code"]) == (422, "unknown_medium")
    refused(bureau.upload(image("PNG"), query_string={"site": OTHER}), 403, "forbidden")
    assert bureau.see(medium)["texts"] == {"fr": "Ouvert"}


def test_the_page_offers_the_sites_of_the_author_and_all_with_the_permission(bureau: Bureau):
    def offered(*grants: Grant) -> list[str]:
        page = bureau.site.person_of(*grants).get("/affichage/medias").text
        chosen = page.partition('<select id="site"')[2].partition("</select>")[0]
        return re.findall(r'<option value="([^"]*)"', chosen)

    assert offered(Grant("communication", HALL)) == []
    api = [Grant("communication", HALL), Grant("communication", OTHER)]
    assert sorted(offered(*api)) == sorted([HALL, OTHER])
    everywhere = offered(Grant("communication", EVERY_SITE))
    assert everywhere[0] == "*"
    assert {HALL, OTHER} < set(everywhere)


def test_everybody_shows_a_medium_of_all_sites_and_drafters_of_all_sites_change_it(bureau: Bureau):
    whole, headers = bureau.site.writer("communication", EVERY_SITE)
    upload = whole.post("/api/v1/media", data=image("PNG"), headers=headers)
    medium = accepted(upload, 201)["medium"]
    assert bureau.prepare() == 1
    seen = bureau.see(medium)
    assert (seen["site"], seen["may_change"]) == (None, False)
    refused(bureau.describe(medium, fr="Ouvert"), 403, "medium_of_all")
    refused(bureau.remove(medium), 403, "medium_of_all")
    path, texts = f"/api/v1/media/{medium}", {"texts": {"fr": "Ouvert"}}
    assert accepted(whole.patch(path, json=texts, headers=headers))["may_change"] is True
    assert accepted(whole.delete(path, headers=headers))["state"] == "removed"


def test_a_proposed_notice_freezes_the_text_of_its_medium(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    accepted(bureau.describe(medium, fr="Ouvert"))
    content = {"content": picture_notice(medium, HALL)}
    draft = accepted(bureau.browser.post("/api/v1/notices", json=content, headers=bureau.headers), 201)
    accepted(bureau.describe(medium, fr="Ouvert lundi"))
    path, asked = f"/api/v1/notices/{draft['notice']}", {"json": {"version": 1}, "headers": bureau.headers}
    accepted(bureau.browser.post(f"{path}/submit", **asked))
    refused(bureau.describe(medium, fr="Fermé"), 409, "medium_frozen")
    assert bureau.see(medium)["texts"] == {"fr": "Ouvert lundi"}
    refusal = {"json": {"version": 1, "reason": "Plus tard"}, "headers": bureau.headers}
    accepted(bureau.browser.post(f"{path}/refuse", **refusal))
    accepted(bureau.browser.post(f"{path}/archive", **asked))


def picture_notice(medium: str, site: str) -> dict[str, Any]:
    """A notice that shows a picture at a site."""
    return {"kind": "image", "medium": medium, "titles": {"fr": "Horaires"}, "targets": {"sites": [site]}}


def test_a_file_brings_its_name_in_three_ways(bureau: Bureau):
    said = {"Content-Disposition": "attachment; filename*=UTF-8''%C3%A9t%C3%A9.png"}
    part = {"file": (BytesIO(image("PNG")), "../Affiche\u202e.png")}
    bureau.upload(image("PNG"), query_string={"name": "C:\\photos\\hall.png"})
    bureau.upload(image("PNG"), headers=said)
    bureau.browser.post("/api/v1/media", data=part, headers=bureau.headers)
    bureau.upload(image("PNG"))
    assert found(bureau) == ["", "Affiche.png", "été.png", "hall.png"]


def test_media_are_found_by_words_tags_kind_and_site(bureau: Bureau):
    summer = accepted(bureau.upload(image("PNG"), query_string={"name": "Été 100%.png"}), 201)["medium"]
    bureau.upload(image("JPEG"), query_string={"name": "hiver.jpg"})
    assert bureau.prepare() == 2
    accepted(bureau.describe(summer, fr="La plage de l’Œuvre"))
    accepted(catalogue(bureau, summer, name="Été 100%.png", tags=["Vacances_", "PLAGE"], made_by="Zoé"))
    for words in ("ete", "ÉTÉ plage", "oeuvre", "vacances", "100%", "zoe"):
        assert found(bureau, q=words) == ["Été 100%.png"], words
    for words in ("0%0", "ete hiver", "_"):
        assert found(bureau, q=words) == [], words
    assert found(bureau, tag="plage", kind="image") == ["Été 100%.png"]
    assert found(bureau, tag="plag") == found(bureau, kind="video") == found(bureau, site="*") == []
    listed = accepted(bureau.browser.get("/api/v1/media", query_string={"site": HALL}))
    assert listed["tags"] == ["plage", "vacances"]
    kept = sum(file["bytes"] for each in listed["media"] for file in each["files"])
    assert listed["folders"] == [{"site": HALL, "media": 2, "bytes": kept, "quota_bytes": 10_000_000_000}]
    assert {each["thumbnail"] is not None for each in listed["media"]} == {True}


def test_details_are_changed_by_who_drafts_there_and_the_journal_keeps_no_words(bureau: Bureau):
    medium = bureau.add(image("PNG"))
    seen = accepted(catalogue(bureau, medium, name="Mairie", rights="Licence ouverte", until="2026-11-25"))
    assert (seen["rights"], seen["until"], seen["expiry"]) == ("Licence ouverte", "2026-11-25", "soon")
    assert seen["uploaded_by"]
    for _ in range(2):
        accepted(catalogue(bureau, medium, name="Mairie", until="2026-11-23"))
    assert bureau.see(medium)["expiry"] == "over"
    kind = "installation_fact WHERE kind = 'MediumCatalogued' AND body LIKE "
    assert bureau.site.count(f"{kind}'%{medium}%'") == 2
    assert bureau.site.count(f"{kind}'%Mairie%'") == 0
    refused(catalogue(bureau, medium, name=" "), 422, "medium_name_missing")
    refused(catalogue(bureau, medium, name="x" * 500), 422, "medium_name_too_long")
    other, headers = bureau.site.writer("reception", OTHER)
    answer = other.put(f"/api/v1/media/{medium}/details", json={"name": "x"}, headers=headers)
    refused(answer, 404, "unknown_medium")
    accepted(bureau.remove(medium))
    assert bureau.site.count("medium_details WHERE name = 'Mairie'") == 0


def test_the_same_file_is_named_only_to_who_may_see_it(bureau: Bureau):
    first = accepted(bureau.upload(image("PNG"), query_string={"name": "a.png"}), 201)
    assert first["same_as"] is None
    second = accepted(bureau.upload(image("PNG")), 201)
    assert second["same_as"] == {"medium": first["medium"], "name": "a.png"}
    other, headers = bureau.site.writer("reception", OTHER)
    answer = other.post("/api/v1/media", data=image("PNG"), headers=headers)
    assert accepted(answer, 201)["same_as"] is None
    whole, headers = bureau.site.writer("communication", EVERY_SITE)
    whole.delete(f"/api/v1/media/{answer.get_json()['medium']}", headers=headers)


@pytest.mark.both_databases
def test_the_quota_of_a_site_holds_when_ten_uploads_come_at_once(bureau: Bureau):
    content = image("PNG")
    place = UploadPlace(largest=10_000, quota=len(content) * 3, site=HALL)
    refusals: list[str] = []

    def send() -> None:
        try:
            upload_medium(bureau.site.database, bureau.media.files, SYSTEM, [content], place=place)
        except Refusal as refusal:
            refusals.append(refusal.code)

    senders = [threading.Thread(target=send) for _ in range(10)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert refusals == ["site_storage_full"] * 7
    assert bureau.standing() == 3
    assert len(bureau.left()) == 3  # nothing of the others stays on the disk
    elsewhere = UploadPlace(largest=10_000, quota=len(content), site=None)
    answer = upload_medium(bureau.site.database, bureau.media.files, SYSTEM, [content], place=elsewhere)
    with pytest.raises(Refusal, match="site_storage_full"):
        upload_medium(bureau.site.database, bureau.media.files, SYSTEM, [b"x"], place=elsewhere)
    whole, headers = bureau.site.writer("communication", EVERY_SITE)
    accepted(whole.delete(f"/api/v1/media/{answer['medium']}", headers=headers))


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
