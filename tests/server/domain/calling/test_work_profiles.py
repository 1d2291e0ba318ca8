import pytest

from server.domain.calling.rules import DEFAULT_RULE, RULES, RuleName, rule_named
from server.domain.refusals import Refusal


def test_every_rule_has_a_name_and_the_default_keeps_waits_within_bounds():
    assert set(RULES) == set(RuleName)
    assert DEFAULT_RULE is RuleName.GCMU_SAFE


def test_an_unknown_rule_is_refused_by_its_name():
    assert rule_named("longest_queue") is RuleName.LONGEST_QUEUE
    with pytest.raises(Refusal) as refused:
        rule_named("random")
    assert refused.value.code == "unknown_rule"
