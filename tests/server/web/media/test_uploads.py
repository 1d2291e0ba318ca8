"""Media from their upload to the screens: accepted or refused, prepared once, shown until a day."""

import io
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.apart import IsolatedWorker
from server.store.notices.media import claim_upload
from server.usecases.media.uploads import Preparing, sweep_media
from server.usecases.notices.read_public_notices import read_public_notices
from tests.server.web.api_site import HALL, Officers, accepted, items_of, refused
from tests.server.web.media.conftest import Bureau
from tests.signage.media.uploads import SCRIPTED, declared_png, image, pdf, video, zipped


def described(bureau: Bureau, name: str, **pixels: Any) -> str:
    """A picture that notices may show."""
    medium = bureau.add(image("PNG", **pixels))
    accepted(bureau.describe(medium, fr=name))
    return medium


def until(bureau: Bureau, medium: str, day: str) -> None:
    details = {"json": {"name": "a.png", "until": day}, "headers": bureau.headers}
    accepted(bureau.browser.put(f"/api/v1/media/{medium}/details", **details))


def picture(medium: str) -> dict[str, Any]:
    return {"kind": "image", "medium": medium, "titles": {"fr": "Plan"}, "targets": {"sites": [HALL]}}


def published(officers: Officers, medium: str) -> dict[str, Any]:
    return accepted(officers.post("officer", "/notices/publish", {"content": picture(medium)}), 201)


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


def test_a_medium_removed_while_it_is_prepared_stays_removed(bureau: Bureau):
    medium = accepted(bureau.upload(image("PNG")), 201)["medium"]

    def slow(work: Any, *values: Any) -> Any:
        prepared = work(*values)
        bureau.remove(medium)
        return prepared

    bureau.media.off_loop = slow
    bureau.prepare()
    refused(bureau.browser.get(f"/api/v1/media/{medium}"), 404, "unknown_medium")
    bureau.age()
    sweep_media(bureau.site.database, bureau.media.files)
    assert bureau.left() == []


def test_one_of_several_workers_prepares(bureau: Bureau):
    bureau.upload(image("PNG"))
    other = Preparing(bureau.site.database, bureau.media.files, bureau.media.off_loop)
    counts = []

    def work_during_another(work: Any, *values: Any) -> Any:
        counts.append(other.prepare_waiting())
        return work(*values)

    bureau.media.off_loop = work_during_another
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


def test_a_lone_server_resumes_interrupted_preparations_at_once(bureau: Bureau):
    bureau.upload(image("PNG"))
    now = bureau.site.database.clock.now()
    with bureau.site.database.store.write() as rows:
        assert claim_upload(rows, bureau.waiting(), now=now, until=now + timedelta(seconds=1000))
    assert bureau.prepare() == 0
    bureau.media.take_over()
    assert bureau.prepare() == 1


def test_the_separate_process_is_ended_when_it_takes_too_much_time_or_memory(tmp_path: Path):
    slow = IsolatedWorker(deadline_s=0.2)
    with pytest.raises(OSError, match="ended"):
        slow.call(time.sleep, 60)
    small = IsolatedWorker(memory_bytes=2_000_000_000)
    with pytest.raises(MemoryError):
        small.call(bytes, 3_000_000_000)
    assert small.call(len, "abc") == 3
    small.close()


def test_no_screen_shows_a_medium_after_its_last_day(bureau: Bureau):
    officers, medium = Officers(bureau.site), described(bureau, "Plan")
    notice = published(officers, medium)
    assert items_of(officers.screen(), notice["notice"])
    until(bureau, medium, "2026-11-25")
    (ends,) = {item["windows"][0][1] for item in items_of(officers.screen(), notice["notice"])}
    assert ends == 1_795_647_600_000  # 26 November 2026, midnight in Paris
    until(bureau, medium, "2026-11-23")
    assert items_of(officers.screen(), notice["notice"]) == []
    refused(officers.post("officer", "/notices/publish", {"content": picture(medium)}), 409, "medium_expired")
    until(bureau, medium, "2026-11-24")  # today is included
    again = published(officers, medium)
    for each in (notice, again):
        accepted(officers.verb("officer", each, "withdraw"))
        accepted(officers.verb("officer", each, "archive"))


def uses(officers: Officers, who: str, medium: str) -> dict[str, str]:
    """What would become of each notice, by its id."""
    found = accepted(officers.get(who, f"/media/{medium}/uses"))
    return {use["notice"]: use["change"] for use in found["notices"]}


def replace(officers: Officers, who: str, medium: str, by: str, **notices: int) -> Any:
    return officers.post(who, f"/media/{medium}/replace", {"by": by, "notices": notices})


def medium_of(officers: Officers, notice: str) -> tuple[str, str]:
    found = accepted(officers.get("everywhere", f"/notices/{notice}"))
    return found["content"]["medium"], found["state"]


def shown(officers: Officers) -> set[str]:
    """The addresses of all pictures in the programme."""
    return {item["content"]["url"] for item in officers.screen()["items"] if item["kind"] == "image"}


def test_a_medium_is_replaced_in_all_its_notices_by_the_rules_of_approval(bureau: Bureau):
    officers = Officers(bureau.site)
    old, new = described(bureau, "Plan"), described(bureau, "Nouveau plan", size=(80, 40))
    address = bureau.see(new)["files"][0]["url"]
    draft = officers.draft(picture(old))["notice"]
    live = published(officers, old)["notice"]
    approved = officers.draft(picture(old))
    accepted(officers.verb("bureau", approved, "submit"))
    accepted(officers.verb("officer", approved, "approve"))
    later = officers.draft(picture(old))
    accepted(officers.verb("officer", later, "submit"))
    accepted(officers.verb("officer", later, "approve"))
    accepted(officers.verb("officer", later, "publish", **{"from": "2026-12-10T08:00:00Z"}))
    expected = {draft: "edited", live: "published", approved["notice"]: "approved"}
    assert uses(officers, "officer", old) == expected | {later["notice"]: "not_begun"}
    assert (
        uses(officers, "bureau", old)[live] == uses(officers, "bureau", old)[approved["notice"]] == "proposed"
    )
    refused(replace(officers, "officer", old, new, **{draft: 1}), 409, "medium_uses_changed")
    seen = {draft: 1, live: 1, approved["notice"]: 1}
    editing = {"content": picture(old), "base_version": 1}
    # somebody edits meanwhile
    accepted(officers.post("bureau", f"/notices/{draft}", editing, method="PATCH"))
    refused(replace(officers, "officer", old, new, **seen), 409, "medium_uses_changed")
    assert medium_of(officers, live) == (old, "published"), "all or nothing"
    answer = accepted(replace(officers, "officer", old, new, **seen | {draft: 2}))
    assert {each["notice"]: each["change"] for each in answer["notices"]} == expected
    (correction,) = [each["correction"] for each in answer["notices"] if each["correction"]]
    assert medium_of(officers, live) == (old, "archived"), "what was approved stays as it was"
    assert medium_of(officers, correction) == (new, "published")
    assert medium_of(officers, draft) == (new, "draft")
    assert medium_of(officers, approved["notice"]) == (new, "approved")
    assert shown(officers) == {address}
    stale = officers.post("bureau", f"/notices/{draft}", editing | {"base_version": 2}, method="PATCH")
    refused(stale, 409, "stale_notice")  # the other editor learns of it
    accepted(officers.verb("officer", later, "withdraw"))
    assert uses(officers, "officer", old) == {later["notice"]: "over"}
    clear(officers, draft, correction, approved["notice"], later["notice"])


def test_who_may_not_publish_proposes_and_what_is_on_screens_stays(bureau: Bureau):
    officers = Officers(bureau.site)
    old, new = described(bureau, "Plan"), described(bureau, "Nouveau", size=(80, 40))
    before = published(officers, old)["notice"]
    (answer,) = accepted(replace(officers, "bureau", old, new, **{before: 1}))["notices"]
    assert medium_of(officers, before) == (old, "published")
    assert medium_of(officers, answer["correction"]) == (new, "submitted")
    assert uses(officers, "bureau", old) == {before: "correction_open"}
    refused(replace(officers, "bureau", old, bureau.add(image("PNG"))), 409, "medium_not_ready")
    refused(replace(officers, "bureau", old, old), 409, "medium_other_kind")
    refused(replace(officers, "bureau", old, "nothing"), 404, "unknown_medium")
    refused(officers.get("agent", f"/media/{old}/uses"), 403, "forbidden")
    clear(officers, before, answer["correction"])


def clear(officers: Officers, *notices: str) -> None:
    """No notice keeps a medium in the library."""
    for notice in notices:
        found = accepted(officers.get("everywhere", f"/notices/{notice}"))
        for verb in ("withdraw", "refuse", "archive"):
            if verb in found["verbs"] or verb == "archive":
                more = {"reason": "fin"} if verb == "refuse" else {}
                accepted(officers.verb("everywhere", found, verb, **more))


def test_words_have_a_picture_of_the_library_which_is_kept_replaced_and_described(bureau: Bureau):
    officers = Officers(bureau.site)
    old, new = described(bureau, "La place"), described(bureau, "La gare", size=(80, 40))
    film = bureau.add(video())
    accepted(bureau.describe(film, fr="Un film"))
    words = {"kind": "text", "titles": {"fr": "Le marché"}, "bodies": {"fr": "<p>À midi.</p>"}}
    words |= {"targets": {"sites": [HALL]}, "composition": "behind", "focus": {"x": 20, "y": 70}}
    for wrong in (film, "nothing"):
        answer = officers.post("officer", "/notices/publish", {"content": words | {"picture": wrong}})
        refused(answer, 422, "document_refused")
    content = words | {"picture": old}
    notice = accepted(officers.post("officer", "/notices/publish", {"content": content}), 201)["notice"]
    [item, *_] = items_of(officers.screen(), notice)
    address = bureau.see(old)["files"][0]["url"]
    shown = {"url": address, "width": 64, "height": 40, "text": "La place", "composition": "behind"}
    assert item["content"]["picture"] == shown | {"focus": {"x": 20, "y": 70}}
    refused(bureau.remove(old), 409, "medium_in_use")
    refused(bureau.describe(old, fr="Autre"), 409, "medium_frozen")
    public = read_public_notices(bureau.site.database, HALL, lambda key, *_, **__: key)["notices"]
    [blocks] = [each["texts"][0]["blocks"] for each in public if each["id"] == notice]
    assert [block["kind"] for block in blocks] == ["picture", "text", "text"]
    assert bureau.fetch(f"/infos/{HALL}/fichiers/{address.rpartition('/')[2]}").status_code == 200
    [change] = accepted(replace(officers, "officer", old, new, **{notice: 1}))["notices"]
    [item, *_] = items_of(officers.screen(), change["correction"])
    assert item["content"]["picture"]["text"] == "La gare"
    until(bureau, new, "2026-11-23")
    assert items_of(officers.screen(), change["correction"]) == []
    clear(officers, change["correction"])


def test_the_captions_of_a_film_reach_screens_in_the_language_of_the_item(bureau: Bureau):
    officers, medium = Officers(bureau.site), bureau.add(video())
    path = f"/api/v1/media/{medium}/captions"

    def send(language: str, file: bytes) -> Any:
        more = {"headers": bureau.headers, "content_type": "text/vtt"}
        return bureau.browser.put(f"{path}/{language}", data=file, **more)

    webvtt = b"WEBVTT\n\n00:00.000 --> 00:01.000\n<b>Ouvert</b>\n"
    assert accepted(send("fr", webvtt))["captions"] == ["fr"]
    assert accepted(send("en", webvtt.replace(b"Ouvert", b"Open")))["captions"] == ["en", "fr"]
    assert accepted(bureau.browser.delete(f"{path}/en", headers=bureau.headers))["captions"] == ["fr"]
    refused(send("tlh", webvtt), 422, "wrong_language")
    refused(send("fr", b"WEBVTT" + b" " * 200_000), 413, "captions_too_large")
    assert send("fr", b"WEBVTT" + b" " * 50_000_000).status_code == 413
    refused(send("fr", webvtt.replace(b"<b>", b"<script>")), 422, "captions_markup")
    accepted(bureau.describe(medium, fr="Le film"))
    assert accepted(bureau.browser.get("/api/v1/media?q=film"))["media"][0]["captions"] == ["fr"]
    content = picture(medium) | {"kind": "video"}
    notice = accepted(officers.post("officer", "/notices/publish", {"content": content}), 201)
    item, *_ = items_of(officers.screen(), notice["notice"])
    assert item["content"]["captions"] == [{"from_ms": 0, "until_ms": 1000, "text": "Ouvert"}]
    other = webvtt.replace(b"Ouvert", b"Rouvert")
    drafter, headers = officers.browser("bureau")
    more = {"headers": headers, "content_type": "text/vtt", "data": other}
    refused(drafter.put(f"{path}/fr", **more), 409, "captions_frozen")
    assert accepted(send("fr", other))["captions"] == ["fr"]
    item, *_ = items_of(officers.screen(), notice["notice"])
    said = [{"from_ms": 0, "until_ms": 1000, "text": "Rouvert"}]
    assert item["content"]["captions"] == said
    assert accepted(bureau.browser.get(f"{path}/fr"))["captions"] == said
    clear(officers, notice["notice"])
    still = bureau.add(image("PNG"))
    answer = bureau.browser.put(f"/api/v1/media/{still}/captions/fr", data=webvtt, headers=bureau.headers)
    refused(answer, 409, "captions_of_film")
    accepted(bureau.remove(medium))
    assert bureau.site.count("medium_captions") == 0
