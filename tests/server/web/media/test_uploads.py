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


def test_a_too_large_or_empty_upload_is_refused_and_not_kept(lone: Bureau):
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


def test_people_without_the_right_to_draft_may_not_upload(lone: Bureau):
    browser, headers = lone.site.writer("agent")
    for answer in (
        browser.post("/api/v1/media", data=b"x", headers=headers),
        browser.get("/api/v1/media"),
        browser.get("/api/v1/media/x"),
        browser.delete("/api/v1/media/x", headers=headers),
    ):
        refused(answer, 403, "forbidden")


def test_devices_keys_and_unknown_callers_may_not_upload(lone: Bureau):
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
