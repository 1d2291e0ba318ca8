"""Which texts are addresses that letters may go to."""

import pytest

from server.domain.texts import LONGEST_EMAIL, is_email

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
