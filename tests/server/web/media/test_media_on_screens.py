"""Media in notices: until which day screens show them, where they are used, and what replaces them."""

from typing import Any

from tests.server.web.api_site import HALL, accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.server.web.officers import Officers, items_of
from tests.signage.media.uploads import image


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


def test_no_screen_shows_a_medium_after_its_last_day(lone: Bureau):
    officers, medium = Officers(lone.site), described(lone, "Plan")
    notice = published(officers, medium)
    assert items_of(officers.screen(), notice["notice"])
    until(lone, medium, "2026-11-25")
    (ends,) = {item["windows"][0][1] for item in items_of(officers.screen(), notice["notice"])}
    assert ends == 1_795_647_600_000  # 26 November 2026, midnight in Paris
    until(lone, medium, "2026-11-23")
    assert items_of(officers.screen(), notice["notice"]) == []
    refused(officers.post("officer", "/notices/publish", {"content": picture(medium)}), 409, "medium_expired")
    until(lone, medium, "2026-11-24")  # today is included
    again = published(officers, medium)
    for each in (notice, again):
        accepted(officers.verb("officer", each, "withdraw"))
        accepted(officers.verb("officer", each, "archive"))
