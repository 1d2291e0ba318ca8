"""Names, tags, rights and quotas of the library by the API, and what a search finds."""

import threading
from io import BytesIO
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.store.people.accounts import EVERY_SITE
from server.usecases.media.uploads import UploadPlace, upload_medium
from tests.server.web.api_site import HALL, OTHER, accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import image


def found(bureau: Bureau, **search: str) -> list[str]:
    listed = accepted(bureau.browser.get("/api/v1/media", query_string=search))
    return [each["name"] for each in listed["media"]]


def catalogue(bureau: Bureau, medium: str, **details: Any) -> Any:
    return bureau.browser.put(f"/api/v1/media/{medium}/details", json=details, headers=bureau.headers)


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
