"""What notices are made of: HTML that runs, styles, loads and leads nowhere, signs of steps, codes to scan.

Nobody clicks on a screen: a link becomes its words, which should contain the address if it matters.
"""

import html
import re

import nh3
import segno

TAGS = frozenset({"p", "br", "h2", "h3", "strong", "b", "em", "i", "ul", "ol", "li", "blockquote"})
"""The elements that are kept; any other element loses its marks, scripts and styles also their text."""
_SILENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title"})
_DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ENDS = re.compile(r"</(?:p|h2|h3|li|blockquote)>|<br>")
STEP_ICONS = (
    "id-card", "file-text", "clipboard-list", "folder-open", "image", "pencil", "printer", "upload",
    "download", "calendar", "calendar-check", "clock", "hourglass", "timer", "ticket", "bell", "megaphone",
    "smartphone", "phone", "monitor", "tablet", "keyboard", "qr-code", "globe", "key-round", "search",
    "user", "users", "user-check", "handshake", "hand", "footprints", "baby", "accessibility", "ear", "eye",
    "map-pin", "house", "building-2", "landmark", "briefcase", "graduation-cap", "car", "scale", "shield",
    "info", "message-square", "languages", "circle-check", "triangle-alert", "ban",
)  # fmt: skip
"""Names of files in `/assets/icons`, those of papers first, then of time, machines, people and places."""


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


def code_to_scan(address: str) -> str:
    """A QR code of an address (ISO/IEC 18004, level M or better, quiet zone of 4 modules) as a data URL."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True, encode_minimal=True)
