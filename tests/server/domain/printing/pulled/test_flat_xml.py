"""Small XML of strangers: what is read of it, and where it is too deep or too long."""

from server.domain.printing.epson_direct import XmlElement, elements_of


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


def listed(count: int) -> str:
    """A document of so many elements, its root included."""
    return f"<a>{'<b/>' * (count - 1)}</a>"


def test_elements_come_in_order_without_prefixes_each_with_its_own_text():
    document = '<p:a xmlns:p="urn:p" k="1">x<b>y</b>z<p:c/></p:a>'
    assert elements_of(document) == [
        XmlElement("a", {"xmlns:p": "urn:p", "k": "1"}, "xz"),
        XmlElement("b", {}, "y"),
        XmlElement("c", {}, ""),
    ]


def test_twenty_elements_one_in_another_are_read_and_no_more():
    for depth in (1, 19, 20):
        assert len(elements_of(nested(depth)) or ()) == depth
    for depth in (21, 22, 50):
        assert elements_of(nested(depth)) is None
    assert elements_of(f"<a>{nested(19) * 2}</a>") is not None, "the depth is that of what is open"


def test_two_hundred_elements_are_read_and_no_more():
    for count in (199, 200):
        assert len(elements_of(listed(count)) or ()) == count
    for count in (201, 202, 300):
        assert elements_of(listed(count)) is None


def test_a_document_type_is_refused_with_or_without_entities():
    assert elements_of("<!DOCTYPE a><a/>") is None
    assert elements_of('<!DOCTYPE a [<!ENTITY b "c">]><a/>') is None


def test_what_breaks_off_is_no_document():
    for document in ("", "x", "<a>", "<a/><b/>"):
        assert elements_of(document) is None
