"""The small HTML a notice may hold: sanitised once, when it is written, by an allow-list.

No link (nobody presses one on a screen), no style, no address of anything; words in another language keep
their `lang` and `dir`.
"""

import html
import re

import nh3

TAGS = frozenset({"p", "br", "strong", "b", "em", "i", "ul", "ol", "li", "h3"})
ATTRIBUTES = {tag: {"lang", "dir"} for tag in ("p", "li", "h3", "strong", "b", "em", "i")}
SILENCED = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "math"})
"""What goes with all that is inside it; of any other tag that is not allowed the words stay."""
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_BREAKS = re.compile(r"<br>|</(?:p|li|h3)>")


def safe_html(text: str) -> str:
    """The text with what is allowed of its HTML, and without empty paragraphs."""
    cleaned = nh3.clean(text, tags=set(TAGS), attributes=ATTRIBUTES, clean_content_tags=set(SILENCED))
    return _EMPTY.sub("", cleaned).strip()


def words_of_html(text: str) -> str:
    """The words alone, blocks apart by line ends: what is counted, read aloud and compared."""
    bare = nh3.clean(_BREAKS.sub("\n", text), tags=set(), clean_content_tags=set(SILENCED))
    lines = (" ".join(line.split(" ")).strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)


def html_of_words(words: str) -> str:
    """Plain text as one paragraph of HTML."""
    return f"<p>{html.escape(words, quote=False)}</p>"
