"""Any exported document is read again unchanged; a value that is no document is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.problems import DocumentRefused
from server.documents.reading import export_text, parse_hall, parse_installation
from tests.server.documents.contents import (
    SITES,
    changed,
    demonstration,
    hall_contents,
    small_hall,
)


@pytest.mark.parametrize("slug", SITES)
def test_exporting_and_importing_a_demonstration_hall_gives_the_same_bytes(slug):
    assert export_text(parse_hall(demonstration(slug))) == demonstration(slug)


def test_exporting_and_importing_the_demonstration_installation_gives_the_same_bytes():
    assert export_text(parse_installation(demonstration("installation"))) == demonstration("installation")


@given(hall_contents())
def test_exporting_and_importing_gives_the_same_bytes(content):
    text = export_text(parse_hall(content))
    again = parse_hall(text)
    assert again == parse_hall(content)
    assert export_text(again) == text


def test_a_kiosk_that_offers_everything_is_exported_without_a_list():
    kiosk = {"id": "guise-b", "label": "Borne"}
    absent = parse_hall(small_hall(kiosks=[kiosk]))
    empty = parse_hall(small_hall(kiosks=[kiosk | {"services": []}]))
    assert export_text(absent) == export_text(empty)
    assert "services" not in absent.model_dump(mode="json")["kiosks"][0]


@given(hall_contents(), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_change_the_export(content, order):
    assert export_text(parse_hall(_keys_shuffled(content, order))) == export_text(parse_hall(content))


def _keys_shuffled(content, order):
    if isinstance(content, dict):
        pairs = [(key, _keys_shuffled(value, order)) for key, value in content.items()]
        order.shuffle(pairs)
        return dict(pairs)
    return [_keys_shuffled(value, order) for value in content] if isinstance(content, list) else content


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_value_anywhere_is_read_or_refused_with_problems(data):
    content = small_hall(
        kiosks=[{"id": "guise-b", "label": "B", "printer": {"host": None}}],
    )
    path = data.draw(st.sampled_from(sorted(_paths(content))))
    problems = _problems_or_none(changed(content, path, data.draw(json_values)))
    assert problems is None or (
        problems and all(each.key.startswith("documents.problem.") for each in problems)
    )


def _problems_or_none(content):
    try:
        parse_hall(content)
    except DocumentRefused as refused:
        return refused.problems
    return None


def _paths(content, start=""):
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in items:
        yield f"{start}{key}"
        if isinstance(value, dict | list):
            yield from _paths(value, f"{start}{key}.")
