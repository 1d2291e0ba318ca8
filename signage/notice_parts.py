"""HTML of notices: what a screen may show, and nothing that runs, styles, loads or leads elsewhere.

Nobody clicks on a screen: a link becomes its words, which should contain the address if it matters.
"""

import html
import re

import nh3

TAGS = frozenset({"p", "br", "h2", "h3", "strong", "b", "em", "i", "ul", "ol", "li", "blockquote"})
"""The elements that are kept; any other element loses its marks, scripts and styles also their text."""
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title"})
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ENDS = re.compile(r"</(?:p|h2|h3|li|blockquote)>|<br>")


def safe_html(text: str) -> str:
    """The HTML with the elements of TAGS and their `lang` and `dir` only; done again, it changes nothing."""
    return _cleaner.clean(text)


def plain_text(text: str) -> str:
    """The words of an HTML text on one line, without any markup."""
    spaced = _ENDS.sub(lambda end: end.group() + " ", safe_html(text))
    return " ".join(html.unescape(nh3.clean(spaced, tags=set())).split())


def _kept(_: str, name: str, value: str) -> str | None:
    is_right = value in _DIRECTIONS if name == "dir" else _LANGUAGE.fullmatch(value) is not None
    return value if is_right else None


_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(_SILENT),
    attributes={"*": {"lang", "dir"}},
    attribute_filter=_kept,
    strip_comments=True,
    link_rel=None,
)
