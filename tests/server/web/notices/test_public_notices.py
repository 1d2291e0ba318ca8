"""A hall’s notices for everybody at `/infos/<hall>`, and for its kiosk: what runs now, and its files."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.domain.notices.public import NOT_READ
from server.usecases.notices.read_public_notices import read_public_notices
from server.web.pages.notices import public_notices
from tests.server.web.api_site import HALL, ApiSite, accepted, refused
from tests.server.web.media.bureau import Bureau
from tests.server.web.officers import TEXT, Officers
from tests.signage.media.uploads import image

ADDRESS = f"/infos/{HALL}"
AIMED = TEXT | {"targets": {"halls": [HALL]}}


@pytest.fixture
def phone(api: ApiSite) -> FlaskClient:
    """A browser that nobody knows."""
    return api.app.test_client()


def opened(phone: FlaskClient, path: str, status: int = 200) -> str:
    answer = phone.get(path)
    assert answer.status_code == status
    if status == 200:
        assert "Set-Cookie" not in answer.headers, "nothing is kept"
    return answer.text


def publish(officers: Officers, content: dict[str, Any]) -> dict[str, Any]:
    return accepted(officers.post("officer", "/notices/publish", {"content": content}), 201)


def test_a_notice_is_read_until_it_ends_in_its_languages_and_an_unknown_hall_is_not_there(
    api: ApiSite, phone: FlaskClient
):
    officers = Officers(api)
    links = {"https": "https://www.aisne.gouv.fr/a?b=1&c=2", "http": "http://intranet.example"}
    safe, plain = (publish(officers, AIMED | {"link": link}) for link in links.values())
    draft = officers.draft(AIMED)["notice"]
    page = opened(phone, f"{ADDRESS}?lang=en")
    assert page.count("Open at noon") == 2
    assert draft not in page
    read = opened(phone, f"{ADDRESS}/{safe['notice']}?lang=en&in=fr")
    assert '<article class="box reading" lang="fr" dir="ltr" data-reading>' in read
    assert "Le mercredi" in read
    assert '<a href="https://www.aisne.gouv.fr/a?b=1&amp;c=2"' in read
    assert links["http"] in (other := opened(phone, f"{ADDRESS}/{plain['notice']}"))
    assert f'href="{links["http"]}' not in other, "an address without https is words"
    for gone in (f"{ADDRESS}/{draft}", "/infos/nowhere", "/infos/nowhere/a"):
        opened(phone, gone, 404)
    accepted(officers.verb("everywhere", safe, "withdraw"))
    opened(phone, f"{ADDRESS}/{safe['notice']}", 404)


@pytest.mark.both_databases
def test_the_files_of_what_runs_are_open_to_everybody_and_no_other_and_a_missing_one_is_told(
    api: ApiSite, phone: FlaskClient
):
    bureau, officers = Bureau(api), Officers(api)
    shown, other = bureau.add(image("PNG")), bureau.add(image("PNG", size=(80, 40)))
    for medium in (shown, other):
        accepted(bureau.describe(medium, fr="Un plan du hall"))
    titles = {"fr": "Plan", "en": "Map", "es": "Plano"}
    content = {"kind": "image", "medium": shown, "titles": titles, "targets": {"halls": [HALL]}}
    notice = publish(officers, content)
    names = [bureau.see(medium)["files"][0]["url"].removeprefix("/media/") for medium in (shown, other)]
    files = [f"{ADDRESS}/fichiers/{name}" for name in names]
    with phone.get(files[0]) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, max-age=300"
    opened(phone, files[1], 404)
    opened(phone, files[0].replace(HALL, "vervins"), 404)
    page = opened(phone, f"{ADDRESS}/{notice['notice']}?lang=en")
    assert files[0] in page
    assert "This part is not translated: here it is in French." in page
    assert '<p lang="fr" dir="ltr">Un plan du hall</p>' in page
    [path] = [bureau.media.files.path(names[0])]
    assert path is not None
    path.unlink()
    page = opened(phone, f"{ADDRESS}/{notice['notice']}")
    assert files[0] not in page
    assert "Un plan du hall" in page


def test_a_kiosk_reads_and_speaks_the_notices_of_its_hall(api: ApiSite):
    officers = Officers(api)
    notice = publish(officers, AIMED)["notice"]
    found = accepted(api.get(f"/halls/{HALL}/public-notices", token=api.kiosk))
    assert [each["id"] for each in found["notices"]] == [notice, "priority-card"]
    assert not NOT_READ & {each["kind"] for each in found["notices"]}
    refused(api.get(f"/halls/{HALL}/public-notices", token=api.screen), 403, "forbidden")


def test_a_hall_without_notices_says_so_and_a_ticket_leads_to_those_it_has(
    api: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    phone = api.app.test_client()
    token = api.ticket()["token"]
    api.hands.now += timedelta(minutes=1)
    assert f'href="{ADDRESS}?lang=fr"' in phone.get(f"/t/{token}?lang=fr").text
    assert "priority-card" in phone.get(ADDRESS).text
    nothing = read_public_notices(api.database, HALL, lambda key, *_, **__: key) | {"notices": []}
    monkeypatch.setattr(public_notices, "read_public_notices", lambda *_: nothing)
    assert "There is no information to read" in phone.get(f"{ADDRESS}?lang=en").text
