from datetime import time

import pytest

from server.domain.calling.rules import RULES
from server.domain.calling.work_profiles import (
    DEFAULT_RULE,
    PRESETS,
    Condition,
    CountersAtMost,
    LocalHours,
    PeopleExceed,
    RuleName,
    WorkProfile,
    check_profile,
    rule_named,
)
from server.domain.refusals import Refusal
from tests.server.domain.calling.waiting_halls import QUEUES, profile


def test_every_rule_has_a_name_and_the_default_is_among_the_presets():
    assert set(RULES) == set(RuleName)
    assert DEFAULT_RULE is RuleName.GCMU_SAFE
    assert PRESETS == (RuleName.ARRIVAL_ORDER, RuleName.GCMU_SAFE)


def test_a_profile_that_serves_nothing_is_refused():
    with pytest.raises(Refusal) as refused:
        check_profile(profile(queues=()), hall_queues=QUEUES)
    assert refused.value.code == "profile_serves_nothing"


@pytest.mark.parametrize(
    "wrong",
    [
        profile(queues=("front", "attic")),
        profile(weights={"attic": 2}),
        profile(conditions=(Condition((PeopleExceed("front", 1),), "attic"),)),
        profile(conditions=(Condition((PeopleExceed("attic", 1),), "front"),)),
        profile(conditions=(Condition((CountersAtMost(1, "attic"),), "front"),)),
    ],
)
def test_a_profile_that_names_an_unknown_queue_is_refused(wrong: WorkProfile):
    with pytest.raises(Refusal) as refused:
        check_profile(wrong, hall_queues=QUEUES)
    assert refused.value.code == "unknown_queue"
    assert refused.value.details["queue"] == "attic"


def test_an_unknown_rule_is_refused_by_its_name():
    assert rule_named("longest_queue") is RuleName.LONGEST_QUEUE
    with pytest.raises(Refusal) as refused:
        rule_named("random")
    assert refused.value.code == "unknown_rule"


def test_conditions_about_the_hour_and_the_whole_hall_name_no_queue():
    tests = (LocalHours(time(9), time(10)), CountersAtMost(1))
    check_profile(profile(conditions=(Condition(tests, "front"),)), hall_queues=QUEUES)
