"""The help: what everybody may read, what asks for a sign-in, and that a document cannot harm its reader."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.domain.roles import ROLES
from server.language import LANGUAGES, Catalogues
from server.store.accounts import EVERY_SITE, Grant
from server.web.frame import install_frame
from server.web.help.documents import Library
from server.web.help.pages import blueprint
from server.web.help.rendering import anchor_of, render
from server.web.viewer import Viewer, install_page_context
from tests.harness.programs import PROJECT

SERVER = PROJECT / "server"
DOCS = PROJECT / "docs"
AGENT = Viewer("camille", "Camille Dupont", (Grant("agent", EVERY_SITE),))


def client(viewer: Viewer | None, docs_dir: Path = DOCS) -> FlaskClient:
    """The help pages alone, seen by someone or by nobody."""
    folders = (("server", SERVER / "translations"), ("help", SERVER / "web/help/translations"))
    translate = Catalogues(folders).translate
    app = Flask("help-test", template_folder=str(SERVER / "web/templates"), static_folder=None)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    install_page_context(
        app, translate=translate, languages=LANGUAGES, viewer=lambda: viewer, is_demonstration=False
    )
    install_frame(app, viewer=lambda: viewer, halls=lambda _: (), count_alarms=dict)
    app.register_blueprint(blueprint(translate=translate, viewer=lambda: viewer, docs_dir=docs_dir))
    return app.test_client()


def test_the_first_sentence_is_told_with_its_own_spaces():
    text = "# Titre\n\nLa page **Accueil** (`/accueil`) dit\u00a0: l’*aide* est là\u00a0;\nrien d’autre. Et"
    told = render(text, address_of=lambda _: None).summary
    assert told == "La page Accueil (/accueil) dit\u00a0: l’aide est là\u00a0; rien d’autre."


def rendered(text: str, folder: str = "") -> str:
    return render(
        text, folder=folder, address_of=lambda name: f"/aide/{name}" if "gone" not in name else None
    ).html


@pytest.mark.parametrize("name", ["manuels/usager", "accessibilite"])
def test_the_visitors_manual_and_the_accessibility_declaration_are_open_to_all(name: str):
    assert client(None).get(f"/aide/{name}").status_code == 200


def test_everything_else_asks_for_a_sign_in_and_comes_back():
    answer = client(None).get("/aide/manuels/agent")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/connexion?next=%2Faide%2Fmanuels%2Fagent"


def test_whoever_is_not_signed_in_does_not_learn_which_documents_exist():
    assert client(None).get("/aide/nothing").status_code == 302
    assert "manuels/agent" not in client(None).get("/aide").text


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_reads_its_own_manual_first(role: str):
    reader = client(Viewer("x", "X", (Grant(role, EVERY_SITE),)))
    own = re.search(r'class="button primary" href="([^"]+)"', reader.get("/aide").text)
    assert own is not None
    assert reader.get(own[1]).status_code == 200


def test_every_document_is_listed_and_opens_with_its_title():
    reader = client(AGENT)
    index = reader.get("/aide").text
    for document in Library(DOCS).documents().values():
        assert f'href="{document.address}"' in index
        page = reader.get(document.address)
        assert page.status_code == 200, document.name
        assert re.search(r"<h1[^>]*>", page.text), document.name


def test_every_link_inside_the_help_leads_to_a_page_and_a_heading():
    reader = client(AGENT)
    pages = {each.address: reader.get(each.address).text for each in Library(DOCS).documents().values()}
    for address, page in pages.items():
        for href in re.findall(r'href="([^"]*)"', page.partition('<main id="main"')[2]):
            path, _, anchor = href.partition("#")
            assert path in ("", *pages) or "://" in href, f"{address} → {href}"
            assert not anchor or f'id="{anchor}"' in pages.get(path or address, ""), f"{address} → {href}"


def test_a_document_that_is_not_there_is_not_found():
    assert client(AGENT).get("/aide/nothing").status_code == 404


def test_nothing_outside_the_documents_is_read():
    for name in ("../README", "..%2FREADME", "manuels/../../README", "%2Fetc%2Fpasswd"):
        assert client(AGENT).get(f"/aide/{name}").status_code in (308, 404)


def test_a_changed_document_is_read_again(tmp_path: Path):
    file = tmp_path / "page.md"
    file.write_text("# Before\n", encoding="utf-8")
    reader = client(AGENT, tmp_path)
    assert "<h1" in reader.get("/aide/page").text
    (tmp_path / "other.md").write_text("# After\n", encoding="utf-8")
    assert "After" in reader.get("/aide/other").text


def test_pages_hold_nothing_a_strict_content_policy_blocks():
    for address in ("/aide", "/aide/manuels/agent", "/aide/rules/indicators", "/aide/settings"):
        page = client(AGENT).get(address).text
        assert not re.findall(r"<script|<style|\sstyle=|\son[a-z]+=", page)


def test_each_document_says_which_language_it_is_in():
    reader = client(AGENT)
    assert '<article lang="fr">' in reader.get("/aide/manuels/agent?lang=en").text
    assert '<article lang="en">' in reader.get("/aide/settings").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_left_untranslated(language: str):
    for address in ("/aide", "/aide/manuels/agent"):
        assert not re.search(r">[^<]*\bhelp\.[a-z_]", client(AGENT).get(f"{address}?lang={language}").text)


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[press](javascript:alert(1))",
        "[press](data:text/html,x)",
        '<p style="color:red" onclick="x()">x</p>',
    ],
)
def test_a_document_cannot_run_anything(harm: str):
    html = rendered(f"# Title\n\n{harm}\n")
    assert not re.search(r"<script|<img|href=\"(javascript|data):|<p [a-z]", html)


def test_links_between_documents_become_addresses_of_the_help():
    assert 'href="/aide/rules/state#restore"' in rendered("[x](../rules/state.md#restore)", "manuels")
    assert "href" not in rendered("[x](gone.md)")
    assert 'href="https://example.org/"' in rendered("[x](https://example.org/)")


def test_headings_have_anchors_of_their_own():
    html = rendered("# A\n\n## L’été à Laon\n\n## L’été à Laon\n")
    assert 'id="l-ete-a-laon"' in html
    assert 'id="l-ete-a-laon-2"' in html
    assert anchor_of("— ?") == "section"


def test_a_wide_table_is_reached_by_the_keyboard_and_named_by_its_heading():
    html = rendered("# T\n\n## Figures\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert '<div class="wide" tabindex="0" role="group" aria-labelledby="figures"><table>' in html
    assert "style" not in html
