"""No text enters with a control character; one of which nothing can be seen is empty."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.refusals import Refusal
from server.domain.texts import (
    LONGEST_EMAIL,
    MarkKind,
    Piece,
    entered_text,
    entered_values,
    has_control,
    is_email,
    is_private_way,
    mark_kinds,
    network_of,
    pieces_of,
    plain_cell,
    screen_text,
    wider_network_of,
)
from tests.harness.programs import PROJECT


@pytest.mark.parametrize(
    ("text", "in_lines", "in_one_line"),
    [
        ("Élodie d’Ornano", False, False),
        ("un\ndeux\tdrei\r", False, True),
        ("a\0b", True, True),
        ("\x1b[2J", True, True),
        ("\x9b", True, True),
        ("\ud800", True, True),
    ],
)
def test_ends_of_lines_are_controls_of_a_single_line_only(text: str, in_lines: bool, in_one_line: bool):
    assert has_control(text, has_lines=True) == in_lines
    assert has_control(text, has_lines=False) == in_one_line


def test_values_keep_their_shape_and_lose_what_nobody_sees():
    content = {"name": "\u200b \u2060", "lines": ["a\nb", 3, None], "more": {"ü": True}}
    assert entered_values(content) == content | {"name": ""}
    assert entered_text(" a\u200b", "name") == " a\u200b"


@pytest.mark.parametrize(
    ("content", "field"),
    [("a\0", ""), (["a", "b\0"], "1"), ({"a": {"b": ["\x7f"]}}, "a.b.0"), ({"a": {"b\0": 1}}, "a")],
)
def test_a_control_character_is_refused_where_it_stands(content: object, field: str):
    with pytest.raises(Refusal, match="control_characters") as refused:
        entered_values(content)
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1 02", "'+33 1 02"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("-12,5", "-12,5"),
        (-0.25, "-0.25"),
        ("A042", "A042"),
        (None, ""),
    ],
)
def test_a_cell_like_a_formula_is_quoted_and_a_number_is_not(value: object, cell: str):
    assert plain_cell(value) == cell


def test_every_sheet_is_written_by_these_cells():
    """A row that is written otherwise holds words of the product alone, its heads."""
    rows = [
        (file.name, row)
        for file in sorted((PROJECT / "server").rglob("*.py"))
        for row in re.findall(r"\.writerows?\((.*)", file.read_text(encoding="utf-8"))
        if "plain_cell" not in row
    ]
    assert [
        (Path(name).stem, row)
        for name, row in rows
        if not re.match(r"(COLUMNS|values|\[(?:words|say)\()", row)
    ] == []


@pytest.mark.parametrize(
    ("text", "marked", "kind"),
    [
        ("Répondez à jean.dupont@exemple.fr merci", "jean.dupont@exemple.fr", MarkKind.EMAIL),
        ("jean (at) exemple (point) fr", "jean (at) exemple (point) fr", MarkKind.EMAIL),
        ("Appelez le 06 12 34 56 78 svp", "06 12 34 56 78", MarkKind.PHONE),
        ("Tel +33.6.12.34.56.78.", "+33.6.12.34.56.78", MarkKind.PHONE),
        ("Mon dossier est le 4821, attend", "4821", MarkKind.DIGITS),
        ("Ma plaque AB-123-CD", "AB-123", MarkKind.DIGITS),
        ("Mon ticket A042 a été sauté", "A042", MarkKind.DIGITS),
        ("رقمي ٤٨٢١ هنا", "٤٨٢١", MarkKind.DIGITS),
        ("C’est Monsieur Dupont qui m’a reçu", "Monsieur Dupont", MarkKind.NAME),
        ("Merci à Mme Lefèvre-Martin.", "Mme Lefèvre-Martin", MarkKind.NAME),
        ("Reçu par M. D’Almeida", "M. D’Almeida", MarkKind.NAME),
        ("Je m’appelle Inès Lopez", "Je m’appelle Inès Lopez", MarkKind.NAME),
        ("Me atendió la señora García", "señora García", MarkKind.NAME),
        ("The agent was Mr. Brown", "Mr. Brown", MarkKind.NAME),
        ("L’agente Julie Martin est aimable", "Julie Martin", MarkKind.NAME),
        ("Je vais vous TUER", "TUER", MarkKind.THREAT),
        ("I will bomb this place", "bomb", MarkKind.THREAT),
        ("Je pense au suicide", "suicide", MarkKind.THREAT),
        ("los voy a matar", "matar", MarkKind.THREAT),
    ],
)
def test_what_needs_attention_is_marked(text: str, marked: str, kind: MarkKind) -> None:
    assert Piece(marked, kind) in pieces_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "Madame, Monsieur, il manque des sièges près du guichet 12.",
        "J’ai attendu 45 minutes à 14h30, le 3 mars 2026.",
        "Monsieur le préfet devrait venir voir. Merci pour l’accueil !",
        "Une armée de mouches",
    ],
)
def test_a_plain_remark_has_no_mark(text: str) -> None:
    assert screen_text(text) == ()


def test_kinds_are_named_once_in_a_fixed_order() -> None:
    text = "Monsieur Durand, 06 12 34 56 78 ou 06 12 34 56 79, a@b.fr"
    assert mark_kinds(text) == (MarkKind.EMAIL, MarkKind.PHONE, MarkKind.NAME)


@given(st.text(alphabet="aéM. @0123456789-()’\n١Monsieur Dupont", max_size=80))
def test_pieces_are_the_whole_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces_of(text)) == text


SUFFIX = "@exemple.fr"


@pytest.mark.parametrize("text", ["claire@exemple.fr", "a.b+c@sous.exemple.fr", '"a b"@exemple.fr'])
def test_an_address_has_a_name_and_a_domain(text):
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "claire",
            "@exemple.fr",
            "claire@",
            "claire exemple.fr",
            "claire@@exemple.fr",
            "claire@exemple fr",
        ),
        *(
            "clàire@exemple.fr",
            "claire@exemplé.fr",
            "claire\n@exemple.fr",
            "claire@exemple.fr\t",
            "a b@exemple.fr",
        ),
        *(" claire@exemple.fr", "claire@exemple.fr ", '"claire"@exemple.fr', "(note)claire@exemple.fr"),
    ],
)
def test_other_texts_are_none(text):
    assert not is_email(text)


def test_an_address_has_254_characters_at_most():
    assert LONGEST_EMAIL == 254
    longest = "a" * (LONGEST_EMAIL - len(SUFFIX)) + SUFFIX
    assert is_email(longest)
    assert not is_email(f"a{longest}")


@pytest.mark.parametrize(
    ("address", "is_private"),
    [
        *(("https://compte.exemple.fr", True), ("http://localhost:8080/x", True), ("http://[::1]", True)),
        *(("http://compte.exemple.fr", False), ("https://", False), ("ws://localhost", False)),
        *(("ftp://localhost", False), ("https:", False), ("http://[", False), ("localhost", False)),
    ],
)
def test_a_way_is_private_by_encryption_or_on_this_machine(address, is_private):
    assert is_private_way(address) is is_private


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7")),
        *(("2001:db8:1:3:4:5:6:7", "2001:db8:1:3::/64"), ("::1", "::/64")),
        *(("fe80::1%eth0", "fe80::/64"), ("unknown", "unknown"), ("", "")),
    ],
)
def test_an_ipv6_caller_is_its_network_of_64_bits(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.7", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.0/24"), ("unknown", "unknown")),
        ("2001:db8:1:3:4:5:6:7", "2001:db8:1::/48"),
    ],
)
def test_neighbours_of_a_caller_share_a_wider_network(address, network):
    assert wider_network_of(address) == network
