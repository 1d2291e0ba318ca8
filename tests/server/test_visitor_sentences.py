"""A translator's file: out with every sentence that visitors read, in again as the site's own."""

from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from server.app import CATALOGUES
from server.domain.refusals import Refusal
from server.language import Catalogues
from server.usecases.visitor_sentences import export_sentences, keep_sentences, read_sentences

TITLE, AHEAD = "kiosk.start.title", "kiosk.ticket.ahead"


def exported(tmp_path, language="ar") -> Catalog:
    return read_po(BytesIO(export_sentences(CATALOGUES, language, tmp_path)))


def sent_back(catalogue: Catalog):
    out = BytesIO()
    write_po(out, catalogue)
    return read_sentences(CATALOGUES, out.getvalue())


def sentence(catalogue: Catalog, key: str):
    return next(each for each in catalogue if each.context == key)


def test_a_changed_sentence_is_shown_instead_of_the_shipped_one_and_exported_again(tmp_path):
    catalogue = exported(tmp_path)
    assert sentence(catalogue, TITLE).id.startswith("Bonjour")
    sentence(catalogue, TITLE).string = "أهلًا بكم"
    sentence(catalogue, AHEAD).string = ("لا أحد", "واحد", "اثنان", *["{count} قبلكم"] * 3)
    read = sent_back(catalogue)
    assert (read.faults, len(read.catalogue)) == ((), 2)
    keep_sentences(read, tmp_path)
    said = Catalogues(CATALOGUES, tmp_path).translate
    assert said(TITLE, "ar") == "أهلًا بكم"
    assert [said(AHEAD, "ar", count=count) for count in (1, 2, 7)] == ["واحد", "اثنان", "7 قبلكم"]
    assert said("kiosk.action.back", "ar") == Catalogues(CATALOGUES).translate("kiosk.action.back", "ar")
    assert sentence(exported(tmp_path), TITLE).string == "أهلًا بكم"


def test_simple_french_goes_out_and_comes_in_under_the_name_that_gettext_gives_it(tmp_path):
    catalogue = exported(tmp_path, "fr-x-simple")
    assert catalogue.locale_identifier == "fr@simple"
    sentence(catalogue, TITLE).string = "Bonjour. Que voulez-vous faire ?"
    read = sent_back(catalogue)
    assert (read.language, read.faults, len(read.catalogue)) == ("fr-x-simple", (), 1)
    keep_sentences(read, tmp_path)
    said = Catalogues(CATALOGUES, tmp_path).translate
    assert said(TITLE, "fr-x-simple") == "Bonjour. Que voulez-vous faire ?"


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("kiosk.not_live", "منذ {when}", "placeholders"),
        ("kiosk.not_live", "منذ", "placeholders"),
        ("kiosk.not_live", "منذ {at:>99999999}", "placeholders"),
        ("kiosk.not_live", "منذ {at.__class__}", "placeholders"),
        ("kiosk.not_live", "منذ {at", "placeholders"),
        (TITLE, "<b>أهلًا</b>", "markup"),
        (TITLE, "أهلًا &amp; سهلًا", "markup"),
        (TITLE, "\u202eأهلًا", "markup"),
        (TITLE, "أهلًا " * 30, "length"),
        (AHEAD, ("", *["{count}"] * 5), "forms"),
    ],
)
def test_a_sentence_that_cannot_be_shown_is_named_with_its_fault(key, text, code, tmp_path):
    catalogue = exported(tmp_path)
    sentence(catalogue, key).string = text
    [fault] = sent_back(catalogue).faults
    assert (fault.key, fault.code) == (key, code)


def test_a_sentence_that_visitors_do_not_read_is_a_fault(tmp_path):
    catalogue = exported(tmp_path)
    catalogue.add("Se connecter", "دخول", context="server.sign_in")
    assert [each.code for each in sent_back(catalogue).faults] == ["unknown"]


@pytest.mark.parametrize("content", [b"no PO file", b"\xff\xfe", b'msgid "', b"#" * 2_000_001])
def test_what_is_no_such_file_is_refused(content):
    with pytest.raises(Refusal) as refused:
        read_sentences(CATALOGUES, content)
    assert refused.value.code in ("translations_unreadable", "unknown_language")


def test_visitors_have_no_sentences_in_a_language_without_a_row(tmp_path):
    with pytest.raises(Refusal, match="unknown_language"):
        export_sentences(CATALOGUES, "../fr", tmp_path)
