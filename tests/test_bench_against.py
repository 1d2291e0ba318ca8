"""`make bench AGAINST=…`: a change counts only beyond what a version differs from itself."""

import pytest

from tests.bench.against import compared


def test_a_change_within_twice_the_noise_is_kept_and_a_larger_one_is_not():
    rounds = [
        ({"a": 1.00, "b": 1.00, "gone": 1.0}, {"a": 1.06, "b": 1.40, "new": 1.0}, {"a": 1.04, "b": 1.02}),
        ({"a": 1.02, "b": 0.98, "gone": 1.0}, {"a": 1.00, "b": 1.38, "new": 1.0}, {"a": 0.98, "b": 1.00}),
        ({"a": 1.04, "b": 1.00, "gone": 1.0}, {"a": 1.03, "b": 1.42, "new": 1.0}, {"a": 1.00, "b": 1.02}),
    ]
    kept, differs = compared(rounds)
    assert (kept.what, kept.is_kept) == ("a", True)
    assert (differs.what, differs.is_kept) == ("b", False)
    assert differs.by == pytest.approx(0.39, abs=0.02)
    assert differs.noise == pytest.approx(0.02, abs=0.005)
