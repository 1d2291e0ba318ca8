"""The media library by the API: media are listed, described, served by permission, and removed."""

import io
import re
from typing import Any

import pytest
from PIL import Image

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.people.accounts import EVERY_SITE, Grant
from server.usecases.media.uploads import remove_medium
from server.web.access.cookies import DEVICE_COOKIE
from tests.server.web.api_site import HALL, OTHER, accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import image, video


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
