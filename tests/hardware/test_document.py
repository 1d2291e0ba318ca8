"""Documents are kept with print jobs: what is read back is what was written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.document import Document, Qr, Rule, Space, Text, UnreadableDocument

texts = st.builds(
    Text,
    text=st.text(max_size=80),
    size_dots=st.integers(8, 1000),
    weight=st.integers(100, 900),
    align=st.sampled_from(["start", "center", "end"]),
    direction=st.sampled_from(["ltr", "rtl"]),
    language=st.text(max_size=8),
    fit=st.booleans(),
    inverse=st.booleans(),
)
elements = st.one_of(
    texts,
    st.builds(
        Qr,
        content=st.text(min_size=1, max_size=100),
        module_dots=st.integers(1, 16),
        beside=st.lists(texts, max_size=2).map(tuple),
    ),
    st.builds(Rule, thickness_dots=st.integers(1, 64)),
    st.builds(Space, height_dots=st.integers(0, 4096)),
)
documents = st.builds(
    Document,
    width_dots=st.integers(64, 4096),
    elements=st.lists(elements, max_size=8).map(tuple),
    cut=st.booleans(),
)


@given(documents)
def test_a_document_reads_back_as_it_was_written(document: Document):
    assert Document.from_json(document.to_json()) == document


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_other_json_is_refused_with_a_code(form: object):
    with pytest.raises(UnreadableDocument):
        Document.from_json(json.dumps(form))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"width_dots": "576"},
        {"elements": [{"kind": "picture"}]},
        {"elements": [{"kind": "rule", "thickness_dots": 2, "colour": "red"}]},
        {"elements": [{"kind": "text", "text": "x", "size_dots": 34, "align": "left"}]},
    ],
)
def test_a_document_that_was_tampered_with_is_refused(change: dict[str, object]):
    form = json.loads(Document(576, (Rule(),)).to_json()) | change
    with pytest.raises(UnreadableDocument):
        Document.from_json(json.dumps(form))


def test_text_that_is_no_json_is_refused():
    with pytest.raises(UnreadableDocument):
        Document.from_json("{")
