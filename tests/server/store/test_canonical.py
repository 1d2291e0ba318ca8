"""The canonical text of a fact is RFC 8785 JSON, byte for byte, as an implementation not ours writes it."""

import hashlib

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from server.store.journal.chain import canonical, fact_hash

keys = st.text(st.characters(min_codepoint=97, max_codepoint=122) | st.just("_"), min_size=1, max_size=12)
# what a fact may hold: no floats, integers a double keeps exactly, no lone surrogates
leaves = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
)
bodies = st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(bodies)
def test_a_body_is_written_as_rfc_8785_says(body):
    assert canonical(body).encode() == rfc8785.dumps(body)


@given(st.dictionaries(keys, bodies), st.text(st.characters(codec="utf-8")))
def test_the_hash_covers_the_canonical_text_of_the_whole_fact(body, author):
    columns = {"author": author, "device": None, "happened_at": 1, "id": "f", "kind": "K", "position": 1}
    whole = rfc8785.dumps(columns | {"body": body})
    expected = hashlib.sha256(b"previous\n" + whole).hexdigest()
    assert fact_hash("previous", columns, canonical(body)) == expected
