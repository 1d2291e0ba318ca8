"""Files and large pages are compressed and named by what they hold; none repeats what an address says."""

import gzip
import json
import re
from collections.abc import Iterator

import brotli
import pytest

from tests.harness.sql import make_tables
from tests.server.web.api_site import ApiSite

BOTH = {"Accept-Encoding": "gzip, deflate, br"}
FILES = (
    "/static/server/shared/base.css",
    "/static/signage/screen.js",
    "/assets/tokens.css",
    "/screen",
    "/kiosk",
    "/api/v1/openapi.json",
    "/aide",
    "/aide/manuels/usager",
)
FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    folder = tmp_path_factory.mktemp("compressed")
    url = f"sqlite:///{folder / 'parvis.db'}"
    make_tables(url)
    found = ApiSite(url, folder)
    yield found
    found.close()


@pytest.mark.parametrize("path", FILES)
def test_a_public_file_travels_small_and_once(site: ApiSite, path: str):
    client = site.app.test_client()
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    by_brotli, by_gzip = (
        client.get(path, headers={"Accept-Encoding": each}) for each in ("gzip, br", "gzip")
    )
    assert (by_brotli.headers["Content-Encoding"], by_gzip.headers["Content-Encoding"]) == ("br", "gzip")
    assert brotli.decompress(by_brotli.data) == gzip.decompress(by_gzip.data) == plain.data
    assert len(by_brotli.data) < len(plain.data) / 2
    assert "Accept-Encoding" in by_brotli.headers["Vary"]
    assert by_brotli.headers["ETag"] != by_gzip.headers["ETag"]
    again = client.get(path, headers={"Accept-Encoding": "br", "If-None-Match": by_brotli.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_name_files_by_their_release_and_browsers_keep_them(site: ApiSite):
    client = site.app.test_client()
    for page in ("/pair", "/kiosk", "/screen"):
        named = set(re.findall(r'"(/static/[^"]+)"', client.get(page).text))
        assert named
        for path in named:
            answer = client.get(path, headers=BOTH)
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_A_YEAR), path
            answer.close()
    worker = client.get("/screen/worker.js").text
    assert set(re.findall(r'"(/static/[^"]+/screen.js)"', worker)) <= named
    for path in ("/static/server/shared/base.css", "/static/0123456789abcdef/server/shared/base.css"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache"), (
            "of another release"
        )
        answer.close()
    assert client.get(f"/static/{'0' * 16}/server/nothing.css").status_code == 404


def test_the_description_is_made_once(site: ApiSite, monkeypatch: pytest.MonkeyPatch):
    first = site.app.test_client().get("/api/v1/openapi.json")
    monkeypatch.setattr(site.app, "spec_json", {})
    monkeypatch.setattr(site.app, "generate_spec_json", lambda: pytest.fail("made again"))
    assert site.app.test_client().get("/api/v1/openapi.json").data == first.data


@pytest.mark.parametrize("path", ["/connexion", "/pair", "/aide?q=guess"])
def test_an_answer_that_may_hold_a_token_is_not_compressed(site: ApiSite, path: str):
    answer = site.app.test_client().get(path, headers=BOTH)
    assert "Content-Encoding" not in answer.headers
    answer.close()


@pytest.mark.parametrize("path", ["/screen", "/kiosk", "/console"])
def test_a_compressed_page_repeats_nothing_that_came_with_the_request(site: ApiSite, path: str):
    marked = dict.fromkeys(("next", "counter", "code", "guess41"), "guess41")
    answer = site.person("agent").get(
        path, query_string=marked, headers={"Accept-Encoding": "br", "Referer": "https://guess41.example/"}
    )
    assert answer.headers["Content-Encoding"] == "br"
    assert b"guess41" not in brotli.decompress(answer.data)


@pytest.mark.parametrize(("answer", "role"), [("screen", "supervisor"), ("public-notices", "reception")])
def test_the_notices_of_a_screen_and_of_a_kiosk_travel_small(site: ApiSite, answer: str, role: str):
    browser = site.person(role)
    path = f"/api/v1/halls/laon/{answer}"
    plain, packed = browser.get(path), browser.get(path, headers={"Accept-Encoding": "br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert packed.headers["Cache-Control"] == "no-store"
    assert len(packed.data) < len(plain.data)
    assert json.loads(brotli.decompress(packed.data)).keys() == plain.get_json().keys()
    waits = browser.get("/api/v1/halls/laon/board", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in waits.headers


def test_a_part_of_a_file_is_a_part_of_the_file_itself(site: ApiSite):
    answer = site.app.test_client().get(
        "/static/server/shared/base.css", headers=BOTH | {"Range": "bytes=0-9"}
    )
    assert answer.status_code == 206
    assert "Content-Encoding" not in answer.headers
    answer.close()
