"""The help: what everybody may read, what asks for a sign-in, and that a document cannot harm its reader."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.documents.brand import Brand
from server.domain.people.roles import ROLES
from server.language import LANGUAGES, Catalogues
from server.store.people.accounts import EVERY_SITE, Grant
from server.usecases.media.read_look import Branding
from server.web.pages import help as help_module
from server.web.pages.help import help_pages, search
from server.web.pages.help_documents import (
    MANUALS,
    PUBLIC,
    TRANSLATED,
    HelpDocument,
    HelpLibrary,
    anchor_of,
    render,
)
from server.web.pages.help_words import SAME_MEANING, meanings, plain_words
from server.web.rendering.menu import install_frame
from server.web.rendering.page import install
from server.web.rendering.viewer import Viewer, WorkContext
from tests.harness.programs import PROJECT

SERVER = PROJECT / "server"
DOCS = PROJECT / "docs"
AGENT = Viewer("camille", "Camille Dupont", (Grant("agent", EVERY_SITE),))


def client(viewer: Viewer | None, docs_dir: Path = DOCS) -> FlaskClient:
    """The help pages alone, for a signed-in or an unknown reader."""
    folders = (("server", SERVER / "translations"), ("help", SERVER / "web/pages/translations"))
    translate = Catalogues(folders).translate
    app = Flask("help-test", template_folder=str(SERVER / "web/templates"), static_folder=None)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    work = WorkContext(translate, lambda: viewer, lambda _: ())
    install(app, work, languages=LANGUAGES, is_demonstration=False)
    install_frame(app, work, count_alarms=dict)
    app.register_blueprint(help_pages(docs_dir=docs_dir))
    return app.test_client()


def test_the_first_sentence_keeps_its_spaces():
    text = "# Titre\n\nLa page **Accueil** (`/accueil`) dit\u00a0: l’*aide* est là\u00a0;\nrien d’autre. Et"
    told = render(text, address_of=lambda _: None).summary
    assert told == "La page Accueil (/accueil) dit\u00a0: l’aide est là\u00a0; rien d’autre."


def test_search_ignores_paths_of_code_in_a_document():
    text = "# Alarms\n\nCode: `server/domain/alarms/alarms.py`, `watch.py` (the rule). An alarm is a fault.\n"
    assert render(text, address_of=lambda _: None).summary == "An alarm is a fault."


def rendered(text: str, folder: str = "") -> str:
    return render(
        text, folder=folder, address_of=lambda name: f"/aide/{name}" if "gone" not in name else None
    ).html


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_the_visitors_manual_and_the_accessibility_declaration_are_open_to_all(name: str):
    assert client(None).get(f"/aide/{name}").status_code == 200


def test_other_documents_need_a_sign_in_that_leads_back_to_them():
    answer = client(None).get("/aide/manuels/agent")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/connexion?next=%2Faide%2Fmanuels%2Fagent"


def test_an_anonymous_reader_does_not_learn_which_documents_exist():
    assert client(None).get("/aide/nothing").status_code == 302
    assert "manuels/agent" not in client(None).get("/aide").text


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_help_opens_with_the_manual_of_the_role(role: str):
    index = client(Viewer("x", "X", (Grant(role, EVERY_SITE),))).get("/aide?lang=fr").text
    assert f'data-manual="{MANUALS[role]}"' in index
    assert index.index("<article") < index.index('id="section-manuals"')


@pytest.mark.parametrize("role", ["agent", "supervisor", "quality", "administrator"])
def test_a_reader_of_english_opens_the_english_manual_and_may_turn_to_the_french_one(role: str):
    reader = client(Viewer("x", "X", (Grant(role, EVERY_SITE),)))
    assert f'data-manual="{TRANSLATED[MANUALS[role]]}"' in reader.get("/aide?lang=en").text
    assert f'href="/aide/{MANUALS[role]}" lang="fr"' in reader.get(f"/aide/{TRANSLATED[MANUALS[role]]}").text


def test_a_reader_of_spanish_opens_the_english_manual_with_its_language_named():
    own = client(AGENT).get("/aide?lang=es").text
    assert '<article lang="en" data-manual="manuals/agent"' in own
    assert "Este manual está escrito en inglés." in own
    assert 'href="/aide/manuels/agent" lang="fr"' in own.partition("<article")[0]
    committee = client(Viewer("x", "X", (Grant("committee", EVERY_SITE),)))
    assert "Este manual está escrito en francés." in committee.get("/aide?lang=es").text


def test_visitors_open_the_help_with_their_manual():
    assert 'data-manual="manuels/usager"' in client(None).get("/aide?lang=fr").text
    assert 'data-manual="manuals/visitor"' in client(None).get("/aide?lang=en").text


def found(page: str) -> list[str]:
    return re.findall(
        r'<li lang="[a-z]+"><a href="([^"]+)"', page.partition('class="help-found"')[2].partition("</ol>")[0]
    )


def test_search_ignores_accents_and_capitals_in_all_manuals():
    reader = client(AGENT)
    assert found(reader.get("/aide?q=REORIENTER file").text)[0].startswith("/aide/manuels/")
    assert found(reader.get("/aide?lang=en&q=set aside").text)[0].startswith("/aide/manuals/")
    assert found(reader.get("/aide?q=xyzzy").text) == []
    assert "«\u00a0&lt;b&gt;\u00a0»" in reader.get("/aide?lang=fr&q=<b>").text


@pytest.mark.parametrize(
    ("query", "language", "place"),
    [
        ("famille", "fr", "/aide/manuels/visites"),
        ("pause midi", "fr", "/aide/manuels/chef-d-accueil#a-la-coupure-de-midi"),
        ("rendez-vous en retard", "fr", "/aide/manuels/accueil#les-rendez-vous-du-jour"),
        ("déjeuners", "fr", "/aide/manuels/chef-d-accueil#a-la-coupure-de-midi"),
        ("late appointment", "en", "/aide/rules/calling"),
        ("lunch", "en", "/aide/manuals/supervisor#at-the-midday-break"),
    ],
)
def test_a_search_in_other_words_than_the_manuals_finds_the_passage(query: str, language: str, place: str):
    addresses = [each.address for each in search(HelpLibrary(DOCS).documents().values(), query, language)]
    assert any(each.startswith(place) for each in addresses[:5])


def test_a_short_word_is_no_beginning_of_another_and_keeps_its_last_letter():
    assert meanings("sondage voix cartes", 8) == [("sondage",), ("voix",), ("carte",)]


@pytest.mark.parametrize("role", ["agent", "supervisor"])
def test_the_readers_own_manual_is_first(role: str):
    library = HelpLibrary(DOCS)
    own = library.documents()[MANUALS[role]]
    assert search(library.documents().values(), "pause midi", "fr", own)[0].document == own


def test_passages_with_most_of_the_words_stand_for_those_with_all():
    text = "# Titre\n\nLe papier.\n\n## Autre\n\nLe papier de la borne.\n"
    document = HelpDocument("manuels/x", "manuals", "fr", lambda: render(text, address_of=lambda _: None))
    [only] = search([document], "papier borne xyzzy", "fr")
    assert only.address == "/aide/manuels/x#autre"


def test_each_word_of_a_group_of_meanings_leads_somewhere():
    texts = " ".join(
        plain_words(passage.text)
        for document in HelpLibrary(DOCS).documents().values()
        for passage in document.rendered.passages
    )
    assert [group for group in SAME_MEANING if not any(f" {word}" in texts for word in group)] == []


def test_an_anonymous_search_finds_only_public_documents():
    assert {
        address.partition("#")[0] for address in found(client(None).get("/aide?lang=fr&q=ticket").text)
    } <= {f"/aide/{name}" for name in PUBLIC}


def test_a_passage_with_the_words_in_its_heading_is_first():
    text = "# Titre\n\nLe papier manque. Autre chose.\n\n## Le papier\n\nRien ici.\n"
    document = HelpDocument("manuels/x", "manuals", "fr", lambda: render(text, address_of=lambda _: None))
    first, second = search([document], "papiér", "fr")
    assert (first.address, second.excerpt) == ("/aide/manuels/x#le-papier", "Le papier manque.")


def test_documents_for_developers_are_not_in_the_help():
    served = set(HelpLibrary(DOCS).documents())
    assert not [name for name in served if name.startswith("decisions/")]
    assert served.isdisjoint({"glossary", "facts", "messages", "state", "threats", "measured"})
    linked = {
        link.removesuffix(".md")
        for folder in ("manuels", "manuals")
        for file in (DOCS / folder).glob("*.md")
        for link in re.findall(r"\]\(\.\./([a-z/-]+\.md)", file.read_text(encoding="utf-8"))
    }
    assert linked <= served, "a manual links to a document that the help does not have"


def test_every_document_is_listed_and_opens_with_its_title():
    reader = client(AGENT)
    index = reader.get("/aide").text
    for document in HelpLibrary(DOCS).documents().values():
        assert f'href="{document.address}"' in index
        page = reader.get(document.address)
        assert page.status_code == 200, document.name
        assert re.search(r"<h1[^>]*>", page.text), document.name


def test_every_link_inside_the_help_leads_to_a_page_and_a_heading():
    reader = client(AGENT)
    pages = {each.address: reader.get(each.address).text for each in HelpLibrary(DOCS).documents().values()}
    for address, page in pages.items():
        for href in re.findall(r'href="([^"]*)"', page.partition('<main id="main"')[2]):
            path, _, anchor = href.partition("#")
            assert path in ("", "/aide", *pages) or "://" in href, f"{address} → {href}"
            assert not anchor or f'id="{anchor}"' in pages.get(path or address, ""), f"{address} → {href}"


def test_a_document_that_is_not_there_is_not_found():
    assert client(AGENT).get("/aide/nothing").status_code == 404


def test_nothing_outside_the_documents_is_read():
    for name in ("../README", "..%2FREADME", "manuels/../../README", "%2Fetc%2Fpasswd"):
        assert client(AGENT).get(f"/aide/{name}").status_code in (308, 404)


@pytest.mark.parametrize("name", ["", "/manuels/usager"])
def test_a_stranger_is_given_a_page_that_was_made_once_until_the_look_changes(
    name: str, monkeypatch: pytest.MonkeyPatch
):
    made: list[str] = []

    def make(template: str, **_: object) -> str:
        made.append(template)
        return "a page"

    monkeypatch.setattr(help_module, "render_template", make)
    stranger = client(None)
    for language in ("fr", "en", "fr", "en"):
        assert stranger.get(f"/aide{name}?lang={language}").text == "a page"
    assert len(made) == 2
    look = Branding(Brand(name="Préfecture"), "", "0" * 16, None, frozenset(), None, None)
    stranger.application.extensions["parvis_look"] = lambda _: look
    stranger.get(f"/aide{name}")
    assert len(made) == 3
    person = client(AGENT)
    for _ in range(2):
        person.get(f"/aide{name}")
    assert len(made) == 5


def test_the_documents_are_read_once(monkeypatch: pytest.MonkeyPatch):
    reader = client(AGENT)
    reader.get("/aide")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("read again"))
    assert reader.get("/aide/manuels/agent").status_code == 200


def test_pages_hold_nothing_a_strict_content_policy_blocks():
    for address in (
        "/aide",
        "/aide?q=ticket",
        "/aide/manuels/agent",
        "/aide/rules/indicators",
        "/aide/settings",
    ):
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
