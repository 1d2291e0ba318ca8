"""Marks in texts that people write freely."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.texts import MarkKind, Piece, mark_kinds, pieces_of, screen_text


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
