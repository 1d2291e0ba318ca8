"""The frame of pages: menu, scripts, fonts of papers, and the pages that say what is wrong."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from server.domain.people.roles import ROLES
from server.store.people.accounts import Grant
from server.web.access.requirements import PEOPLE, required_of
from server.web.pages.help_documents import TRANSLATED, HelpLibrary
from server.web.rendering.menu import HELP_OF_PAGES, MENU, MenuGroup, WorkPage, help_at, page_at, pages_for
from server.web.rendering.pdf import font_fetcher
from server.web.rendering.viewer import Viewer
from tests.docs.documents import DOCS
from tests.harness.node import assert_module_behaves, faults_of
from tests.harness.programs import PROJECT
from tests.server.web.api_site import HALL, ApiSite

FRAME = re.compile(r'<header class="masthead page-frame">.*?</header>', re.DOTALL)
FURTHER = ("/", "/aide", "/compte", "/journal/tetes", "/personnes/inviter", "/configuration/laon")
"""Pages of work that are not in the menu."""


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiSite]:
    folder = tmp_path_factory.mktemp("menu")
    (folder / "parvis.db").write_bytes(migrated_sqlite.read_bytes())
    found = ApiSite(f"sqlite:///{folder / 'parvis.db'}", folder)
    yield found
    found.close()


TESTS = sorted((Path(__file__).parent / "js").glob("*.test.mjs"))


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    fonts = tmp_path / "assets" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "a font.woff2").write_bytes(b"font")
    (tmp_path / "assets" / "secret.css").write_bytes(b"secret")
    (fonts / "led-away.css").symlink_to(tmp_path / "assets" / "secret.css")
    return tmp_path / "assets"


HEADLINE = re.compile(r"<h1[^>]*>\s*[^<\s]")


@pytest.mark.parametrize("page", MENU, ids=lambda page: page.key)
def test_the_menu_requires_the_permission_of_the_pages_route(site: ApiSite, page: WorkPage):
    required = required_of(site.app, site.app.url_map.bind("localhost").match(page.path)[0])
    assert required is not None
    assert (required.permissions, required.kinds) == (page.permissions, PEOPLE)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_pages_in_one_order_and_may_open_each(site: ApiSite, role: str):
    browser = site.person(role)
    shown = pages_for(Viewer("x", "X", (Grant(role, HALL),)))
    addresses = [page.path for pages in shown.values() for page in pages]
    hub = browser.get("/").text
    tiles = re.findall(r'class="tile" href="([^"]+)"', hub)
    menu = re.findall(r'<li><a href="([^"]+)"', FRAME.findall(hub)[0])
    assert menu == addresses
    assert tiles == [*addresses, "/suivi", "/aide"]
    folded = re.sub(r"(?s)<details.*?</details>", "", hub)
    assert len(re.findall(r'class="tile"', folded)) == min(len(addresses), 9) + 2
    assert all(browser.get(address).status_code == 200 for address in addresses)


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (
            "reception",
            {"/accueil", "/alarmes", "/alerte", "/affichage", "/affichage/ecrans", "/affichage/medias"}
            | {"/incidents", "/voix", "/droits"},
        ),
        ("security", {"/securite", "/incidents", "/alerte", "/droits"}),
        (
            "quality",
            {"/incidents", "/qualite", "/objectifs", "/rapports", "/voix", "/conservation", "/droits"},
        ),
        (
            "supervisor",
            {"/console", "/accueil", "/mur", "/incidents", "/alerte", "/qualite", "/objectifs", "/rapports"}
            | {"/voix", "/affichage", "/affichage/ecrans", "/affichage/medias", "/supervision", "/appareils"}
            | {"/alarmes", "/configuration", "/journal", "/droits"},
        ),
    ],
)
def test_the_pages_of_a_role(role: str, paths: set[str]):
    shown = pages_for(Viewer("x", "X", (Grant(role, HALL),)))
    assert {page.path for pages in shown.values() for page in pages} == paths


def test_one_frame_on_every_page_of_work(site: ApiSite):
    browser = site.person("administrator")
    heads = {}
    for path in (*(page.path for page in MENU), *FURTHER):
        text = browser.get(path).text
        assert faults_of(text) == [], path
        head = FRAME.findall(text)
        assert len(head) == text.count('<header class="masthead') == 1, path
        assert text.index('class="skip"') < text.index(head[0]), path
        parts = ['class="product"', 'popovertarget="menu"', "data-alarm-count", 'class="icon icon-help"']
        places = [head[0].find(part) for part in (*parts, 'href="/compte"', 'action="/deconnexion"')]
        assert all(-1 < one < other for one, other in pairwise(places)), path
        heads[path] = re.findall(r'<a href="([^"?]+)[^>]*aria-current="page"', head[0])
    assert {path: heads[path] for path in heads if heads[path] != [path]} == {
        "/aide": [],
        "/compte": [],
        "/journal/tetes": ["/journal"],
        "/personnes/inviter": ["/personnes"],
        "/configuration/laon": ["/configuration"],
    }


def test_a_page_of_a_hall_leads_to_the_pages_of_that_hall(site: ApiSite):
    head = FRAME.findall(site.person("supervisor").get(f"/mur?hall={HALL}").text)[0]
    assert all(
        f'href="{page.path}?hall={HALL}"' in head for page in MENU if page.key in ("console", "quality")
    )
    assert 'href="/configuration"' in head


def test_every_page_of_the_menu_has_its_place_in_the_help(site: ApiSite):
    library, browser = HelpLibrary(DOCS), site.person("administrator")
    assert {page.path for page in MENU} <= {each.path for each in HELP_OF_PAGES}
    for each in HELP_OF_PAGES:
        address = library.address_of(each.manual, each.heading)
        assert ("#" in address) == bool(each.heading), f"{each.manual} has no part {each.heading}"
        for language in ("fr", "en"):
            answer = browser.get("/aide", query_string={"page": each.path, "lang": language})
            assert answer.headers["Location"] == library.address_of(each.manual, each.heading, language)
        assert answer.headers["Location"] != address or each.manual not in TRANSLATED


def test_a_page_below_another_is_explained_with_it():
    assert help_at("/journal/tetes") != help_at("/journal")
    assert help_at("/journal/export") == help_at("/journal")
    assert help_at("/journaux") is None
    page = page_at("/affichage/medias")
    assert page is not None
    assert page.key == "media"


def test_the_groups_stand_together_and_every_page_has_a_sign_that_is_drawn():
    assert [page.group for page in MENU] == sorted((page.group for page in MENU), key=list(MenuGroup).index)
    folder = PROJECT / "server/web/static/shared"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in ("base.css", "entrance.css"))
    drawn = dict(
        re.findall(r'\.icon-([a-z0-9-]+) \{ mask-image: url\("/assets/icons/([a-z0-9-]+)\.svg"\)', style)
    )
    signs = {page.icon for page in MENU}
    assert {sign: drawn.get(sign) for sign in signs} == {sign: sign for sign in signs}
    assert all((PROJECT / "var" / "assets" / "icons" / f"{sign}.svg").exists() for sign in signs)


@pytest.mark.parametrize("file", TESTS, ids=lambda path: path.stem)
def test_the_module_behaves(file: Path):
    assert_module_behaves(file)


def test_there_are_modules_to_test():
    assert len(TESTS) >= 23


def test_a_font_of_the_folder_is_opened(assets: Path):
    address = (assets / "fonts" / "a font.woff2").as_uri()
    assert font_fetcher(assets).fetch(address).read() == b"font"


@pytest.mark.parametrize(
    "path",
    ["fonts/../secret.css", "fonts/%2e%2e/secret.css", "fonts/%2E./secret.css", "fonts/led-away.css"],
)
def test_no_other_file_is_opened_however_its_address_is_written(assets: Path, path: str):
    with pytest.raises(ValueError, match="not a font"):
        font_fetcher(assets).fetch(f"{assets.as_uri()}/{path}")


@pytest.mark.parametrize("start", ["http://127.0.0.1:9", "file://elsewhere", "data:text/css,"])
def test_no_address_of_elsewhere_is_opened(assets: Path, start: str):
    with pytest.raises(ValueError, match="not a font"):
        font_fetcher(assets).fetch(f"{start}{assets}/fonts/a%20font.woff2")


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_a_missing_page_answers_in_the_readers_language(api: ApiSite, language: str):
    answer = api.app.test_client().get("/nothing-here", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.text
    assert HEADLINE.search(answer.text)


def test_a_page_of_another_role_says_so_in_a_sentence(api: ApiSite):
    answer = api.person("quality").get("/console")
    assert answer.status_code == 403
    assert HEADLINE.search(answer.text)
