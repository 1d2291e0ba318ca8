"""Photographs of a check of the hall: added, refused beside their field, shown to few, removed, erased."""

import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from PIL import Image

from server.domain.hall_checks import OF_CHECK, SentPhotograph
from server.domain.quality.periods import parse_period
from server.store.people.accounts import Grant
from server.usecases import hall_checks as photographs_module
from server.usecases.hall_checks import add_photographs
from server.usecases.journal.maintenance import purge
from server.web.pages.voice.pack_lines import check_lines
from tests.harness.waiting import begun_before
from tests.server.web.api_site import HALL, OTHER, ApiSite, csrf_of
from tests.server.web.test_hall_checks import CHECK, CHECKS, FINDING, new_check, post
from tests.signage.media.uploads import image

PHOTOGRAPHS = f"/voix/controles/{CHECK}/photographies"
BIG = b"\xff\xd8\xff" + bytes(OF_CHECK.largest)


def taken(shade: int) -> bytes:
    """A photograph with the maker of its camera in its metadata."""
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    return image("JPEG", (60 + shade, 40), exif=exif)


def send(browser: Any, *contents: bytes, nobody: str = "yes", place: str = PHOTOGRAPHS) -> Any:
    """Sends the form as a browser writes it: the test client would leave a file of its own open."""
    head = b'--x\r\nContent-Disposition: form-data; name="'
    parts = [head + b'csrf_token"\r\n\r\n' + csrf_of(browser).encode()]
    parts += [head + b'nobody"\r\n\r\n' + nobody.encode()]
    for number, content in enumerate(contents, 1):
        name = f'photographs"; filename="photo-{number}.jpg"\r\n\r\n'.encode()
        parts.append(head + name + content)
    body = b"\r\n".join([*parts, b"--x--\r\n"])
    return browser.post(f"{place}?hall={HALL}", data=body, content_type="multipart/form-data; boundary=x")


def with_check(site: ApiSite) -> Any:
    """A browser of the quality manager, who has just kept a check of the hall."""
    browser = site.person("quality")
    assert new_check(browser, "/voix/controles", 5).status_code == 303
    return browser


@pytest.mark.both_databases
def test_photographs_are_shown_without_metadata_to_who_reads_checks_and_go_with_them(api: ApiSite):
    quality = with_check(api)
    for _ in range(2):  # the same sent again is not added again
        sent = send(quality, taken(1), taken(2))
        assert sent.headers["Location"].endswith(f"#check-{CHECK}")
    assert quality.get(CHECKS).text.count("<img ") == 2
    shown = quality.get(f"{PHOTOGRAPHS}/1?hall={HALL}")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"Appareil" not in shown.data
    assert Image.open(io.BytesIO(shown.data)).size == (61, 40)
    for stranger, status in ((api.person("quality", OTHER), 404), (api.person("reception"), 403)):
        assert stranger.get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == status
        assert send(stranger, taken(3)).status_code == status
    assert api.app.test_client().get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == 302
    assert post(quality, f"{PHOTOGRAPHS}/1/suppression?hall={HALL}").status_code == 303
    assert quality.get(f"{PHOTOGRAPHS}/1?hall={HALL}").status_code == 404
    lines = check_lines(api.database, [HALL], parse_period("2026-11"), lambda key, **_: key)
    assert {line[-1] for line in lines} == {"2"}
    api.hands.now += timedelta(days=3 * 365 + 1)
    assert purge(api.database)["check_photograph"] == 1


def test_what_is_no_photograph_is_refused_beside_its_field_and_the_check_stays(api: ApiSite):
    quality = with_check(api)
    for contents, nobody, status, field, said in (
        ((taken(1),), "", 422, "nobody", "personne n’y est reconnaissable"),
        ((), "yes", 422, "photographs", "au moins une photographie"),
        (
            [taken(shade) for shade in range(OF_CHECK.most + 1)],
            "yes",
            409,
            "photographs",
            "4 photographies",
        ),
        ((BIG,), "yes", 413, "photographs", "15 Mo au plus"),
        ((bytes(50_000_000),), "yes", 413, "photographs", "15 Mo au plus"),
        ((bytes(70_000_000),), "yes", 413, "photographs", "15 Mo au plus"),
        ((b"<svg>", taken(1)), "yes", 422, "photographs", "photo-1.jpg"),
        ((b"\x00\x00\x00\x18ftypheic" + bytes(40),), "yes", 422, "photographs", "Le plus compatible"),
    ):
        answer = send(quality, *contents, nobody=nobody)
        assert (answer.status_code, said in answer.text) == (status, True), said
        hint = f"photographs-{CHECK}-hint " if field == "photographs" else ""
        assert f'aria-describedby="{hint}{field}-{CHECK}-refused"' in answer.text, said
    assert quality.get(CHECKS).text.count("<img ") == 1
    assert send(quality, *[taken(shade) for shade in range(2, 6)]).status_code == 409
    assert send(quality, taken(1), place=PHOTOGRAPHS.replace(CHECK, "none")).status_code == 404


@pytest.mark.both_databases
def test_a_photograph_that_is_sent_twice_at_once_is_kept_once(api: ApiSite):
    with_check(api)

    def call_here[Result](function: Callable[..., Result], /, *values: object) -> Result:
        return function(*values)

    sent = [SentPhotograph("photo.jpg", taken(1))]
    again = partial(add_photographs, api.database, call_here, HALL, CHECK, sent, nobody_is_recognisable=True)
    with begun_before(photographs_module, "insert_photograph", again) as other:
        again()
    other[0].result()
    assert api.count("check_photograph") == 1


def test_a_finding_is_found_in_its_hall_by_a_reader_of_several(api: ApiSite):
    with_check(api)
    reader = api.person_of(Grant("quality", OTHER), Grant("quality", HALL))
    found = reader.get(f"/voix/controles/constat/{FINDING}")
    assert found.headers["Location"] == f"{CHECKS}#constat-{FINDING}"
    assert api.person("quality", OTHER).get(f"/voix/controles/constat/{FINDING}").status_code == 404
    assert reader.get("/voix/controles/constat/none-2").status_code == 404
