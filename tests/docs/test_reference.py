"""Pages of reference are made from the code; rules name each indicator, verb and reason for attention."""

import re
import runpy

from server.domain.attention import AttentionKind
from server.domain.notices.lifecycle import NOTICE_TRANSITIONS, VERB_NEEDS, NoticeState, NoticeVerb
from server.domain.quality.indicators import INDICATORS
from tests.docs.documents import named_in, rows_of, text_of
from tests.harness.programs import PROJECT


def test_the_pages_of_reference_are_those_that_the_code_makes():
    made = runpy.run_path(str(PROJECT / ".ci" / "reference.py"))["pages"]()
    assert {name: text_of(name) for name in made} == made, "type: make reference"


def test_every_kind_of_what_asks_for_attention_is_documented_and_none_else():
    named = [re.match(r"`(\w+)`", row[0]) for row in rows_of("rules/attention")]
    assert sorted(found[1] for found in named if found) == sorted(AttentionKind)


def test_every_indicator_has_a_heading_of_its_own():
    headings = set(re.findall(r"^### ([a-z0-9_]+)$", text_of("rules/indicators"), re.MULTILINE))
    assert headings == set(INDICATORS)


def test_the_table_of_a_notice_in_prose_is_the_one_in_code():
    documented = named_in("rules/notices")
    assert set(documented) == set(NoticeVerb)
    for verb in NoticeVerb:
        _, before, after, who = documented[verb]
        pairs = {(start, end) for (start, by), end in NOTICE_TRANSITIONS.items() if by is verb}
        [reached] = re.findall(r"^`([a-z]+)`", after)
        assert {
            (NoticeState(name), NoticeState(reached)) for name in re.findall(r"`([a-z]+)`", before)
        } == pairs
        needed = {"draft": "whoever drafts", "publish": "whoever publishes"}
        by_itself = {NoticeVerb.EXPIRE: "the clock", NoticeVerb.REPLACE: "the publication of its correction"}
        assert who.startswith(by_itself.get(verb) or needed[VERB_NEEDS[verb]]), verb
