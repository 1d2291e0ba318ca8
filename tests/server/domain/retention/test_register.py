"""The texts of the register of processing: how long, and which are missing."""

import pytest

from server.domain.refusals import Refusal
from server.domain.retention import REQUIRED, TEXTS, checked_texts, gaps


def test_texts_are_trimmed_keep_their_lines_and_lose_what_has_no_place():
    kept = checked_texts({"contact": " Accueil\r\n2 rue Paul-Doumer ", "other": "x"})
    assert kept == dict.fromkeys(TEXTS, "") | {"contact": "Accueil\n2 rue Paul-Doumer"}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_of_600_characters_is_kept_and_one_more_is_refused(name: str):
    longest = "x" * 600
    assert checked_texts({name: f" {longest} "})[name] == longest
    with pytest.raises(Refusal, match="register_text_too_long"):
        checked_texts({name: f"{longest}x"})


def test_each_missing_text_is_a_gap_but_those_that_a_site_need_not_write():
    assert gaps({}) == list(REQUIRED)
    assert gaps(dict.fromkeys(REQUIRED, "x") | {"dpo": ""}) == ["dpo"]
