"""Uploads of media by the API: permissions, accepted and refused files, and what is left of them."""

import io

import pytest

from tests.server.web.api_site import accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.signage.media.uploads import SCRIPTED, declared_png, image, pdf, video, zipped


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
def test_a_refused_upload_says_why_and_leaves_nothing(bureau: Bureau, content: bytes, code: str):
    seen = bureau.see(bureau.add(content))
    assert (seen["state"], seen["files"]) == ("refused", [])
    assert seen["refusal"]["code"] == code
    assert seen["refusal"]["detail"].endswith(".")
    assert "{" not in seen["refusal"]["detail"]
    assert bureau.left() == []


def test_a_form_and_a_body_bring_the_same(bureau: Bureau):
    form = {"file": (io.BytesIO(SCRIPTED), "rapport.exe")}
    sent = accepted(bureau.upload(form, content_type="multipart/form-data"), 201)  # type: ignore[arg-type]
    assert bureau.prepare() == 1
    assert bureau.see(sent["medium"])["kind"] == "document"
    refused(bureau.upload({"other": "x"}, content_type="multipart/form-data"), 400, "bad_request")  # type: ignore[arg-type]


def test_a_too_large_or_empty_upload_is_refused_and_not_kept(bureau: Bureau):
    large = bureau.media_bytes + 200_000
    answer = bureau.upload(b"", environ_overrides={"CONTENT_LENGTH": str(large)})
    assert "200 Mo" in refused(answer, 413, "medium_too_large")["detail"].replace("\u00a0", " ")
    bureau.settings.media_bytes = 1000
    refused(bureau.upload(image("JPEG") * 4), 413, "medium_too_large")
    refused(bureau.upload(b""), 422, "medium_empty")
    assert bureau.left() == []
    assert bureau.standing() == 0


def test_a_disk_without_room_refuses_before_anything_is_written(bureau: Bureau):
    object.__setattr__(bureau.media.files, "reserve", 10**18)
    refused(bureau.upload(image("JPEG")), 503, "storage_full")
    assert bureau.left() == []


def test_people_without_the_right_to_draft_may_not_upload(bureau: Bureau):
    browser, headers = bureau.site.writer("agent")
    for answer in (
        browser.post("/api/v1/media", data=b"x", headers=headers),
        browser.get("/api/v1/media"),
        browser.get("/api/v1/media/x"),
        browser.delete("/api/v1/media/x", headers=headers),
    ):
        refused(answer, 403, "forbidden")


def test_devices_keys_and_unknown_callers_may_not_upload(bureau: Bureau):
    refused(bureau.site.app.test_client().post("/api/v1/media", data=b"x"), 401, "not_signed_in")
    for token in (bureau.site.screen, bureau.site.key):
        refused(bureau.site.call("POST", "/media", {}, token=token), 403, "forbidden")
    refused(bureau.browser.post("/api/v1/media", data=b"x"), 403, "csrf")


def test_the_same_key_brings_the_same_medium(bureau: Bureau):
    key = {"Idempotency-Key": "one"}
    first = accepted(bureau.upload(image("PNG"), headers=key), 201)
    assert accepted(bureau.upload(image("PNG"), headers=key), 201) == first
    refused(bureau.upload(image("JPEG"), headers=key), 422, "idempotency_mismatch")
    assert bureau.left() == [f"incoming/{first['medium']}"]
    assert bureau.standing() == 1
