"""The small HTML a notice may hold, sanitised once, when it is written, and its words."""

import html
import re

import nh3

from signage import safe_html as signage_html

TAGS = signage_html.TAGS
_EMPTY = re.compile(r"<p>(?:\s|&nbsp;|<br>)*</p>")
_BREAKS = re.compile(r"<br>|</(?:p|li|h2|h3|blockquote)>")


def safe_html(text: str) -> str:
    """The text with what a screen may show of its HTML, and without empty paragraphs."""
    return _EMPTY.sub("", signage_html.safe_html(text)).strip()


def words_of_html(text: str) -> str:
    """The words only, with a line end after each block: for counting, reading aloud and comparing."""
    bare = nh3.clean(_BREAKS.sub("\n", signage_html.safe_html(text)), tags=set())
    lines = (line.strip() for line in html.unescape(bare).splitlines())
    return "\n".join(line for line in lines if line)
