"""Pages are structure, without sentences or inline code; their scripts are short and name what they hold."""

import re
from pathlib import Path

from tests.harness.programs import PROJECT
from tests.harness.sources import PACKAGES, assert_faultless, files, name_of

TEMPLATES = list(files(".html"))
SCRIPTS = list(files(".js"))
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LONGEST_LINE = 140
CLASS_BLOCK = re.compile(r"\{% block body_class %\}.*?\{% endblock %\}")
# names that are the same in every language
PROPER = re.compile(r"\b(?:Parvis|CSV|SVG)\b")


def structure(path: Path) -> str:
    """A template without its expressions, statements and comments."""
    html = CLASS_BLOCK.sub(" ", path.read_text(encoding="utf-8"))
    return re.sub(r"<!--.*?-->", " ", JINJA.sub(" ", html), flags=re.DOTALL)


def inline_code(template: Path) -> list[str]:
    html = structure(template)
    found: list[str] = re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:", html)
    return found + [
        tag
        for tag in re.findall(r"<script\b[^>]*>", html)
        if "src=" not in tag and not re.search(r"application/(ld\+)?json", tag)
    ]


def words_shown(template: Path) -> list[str]:
    html = re.sub(
        r"<script\b.*?</script>|<title>\s*Parvis\s*</title>", " ", structure(template), flags=re.DOTALL
    )
    attributes = re.findall(r"\s(?:title|alt|placeholder|aria-label)\s*=\s*\"([^\"]*)\"", html)
    shown = " ".join([*attributes, re.sub(r"<[^>]*>", " ", html)])
    words = re.findall(r"[^\W\d_]{2,}", PROPER.sub(" ", shown))
    return [word for word in words if word not in {"min", "nbsp"}]


def long_lines(template: Path) -> list[str]:
    lines = template.read_text(encoding="utf-8").splitlines()
    return [f"line {n}" for n, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]


def sentences(script: Path) -> list[str]:
    code = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", script.read_text(encoding="utf-8"), flags=re.DOTALL)
    quoted = [text for quote in re.findall(r'"([^"\n]*)"|\'([^\'\n]*)\'', code) for text in quote]
    return [text for text in quoted if re.search(r"[À-ÿ]|[A-Z][a-z]+ [a-z]+ [a-z]+", text)]


def markup_of_text(script: Path) -> list[str]:
    code = script.read_text(encoding="utf-8")
    return re.findall(
        r"\.innerHTML\s*=|\.outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function", code
    )


def test_a_template_holds_no_inline_script_or_style():
    assert_faultless(TEMPLATES, inline_code, name=name_of)


def test_a_template_holds_no_sentence():
    assert_faultless(TEMPLATES, words_shown, name=name_of)


def test_no_line_of_a_template_is_too_long():
    assert_faultless(TEMPLATES, long_lines, name=name_of)


def test_a_script_holds_no_sentence():
    assert_faultless(SCRIPTS, sentences, name=name_of)


def test_a_script_builds_no_markup_from_text():
    assert_faultless(SCRIPTS, markup_of_text, name=name_of)


MOST_LINES = 400


BARE = re.compile(r"\b(?:const|let|function) (told|wanted|asked|seen|shown|known|beside|who|looked)\b")
"""A participle alone names neither a thing nor an action."""


def scripts() -> list[Path]:
    return [path for root in PACKAGES for path in (PROJECT / root).rglob("static/**/*.js")]


def test_no_script_of_a_page_has_more_than_four_hundred_lines():
    assert len(scripts()) > 100
    lines = {str(path.relative_to(PROJECT)): len(path.read_text("utf-8").splitlines()) for path in scripts()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_name_in_a_script_is_a_bare_participle():
    found = {str(path.relative_to(PROJECT)): BARE.findall(path.read_text("utf-8")) for path in scripts()}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_bare_name_is_found():
    assert BARE.findall("const told = 1;") == ["told"]
    assert BARE.findall("let toldAt = wanted; const { seen: order } = state;") == []


STYLED = re.compile(r"\sstyle=[\"$]")
"""The policy of pages refuses it; a template of lit-html writes `.style=${…}`."""


def test_no_script_of_a_page_at_work_writes_a_style_attribute():
    pages = [path for path in scripts() if path.is_relative_to(PROJECT / "server")]
    assert [path.name for path in pages if STYLED.search(path.read_text("utf-8"))] == []
    assert STYLED.search("html`<i class=over style=${length}></i>`")
    assert not STYLED.search("html`<i .style=${length}></i>`")
