"""No text enters with a control character; one of which nothing can be seen is empty."""

import pytest

from server.domain.refusals import Refusal
from server.domain.texts import entered_text, entered_values, has_control


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
