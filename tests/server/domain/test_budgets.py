"""How much may happen in a period."""

from server.domain.budgets import Budget


def test_a_budget_allows_so_many_in_a_period_that_begins_with_the_first():
    budget = Budget(most=2, period_s=10.0)
    assert [budget.take(at_s) for at_s in (100.0, 101.0, 102.0, 109.9)] == [True, True, False, False]
    assert [budget.take(at_s) for at_s in (110.0, 119.9, 119.95, 125.0)] == [True, True, False, True]


def test_nothing_is_counted_before_the_first_and_after_a_period():
    budget = Budget(most=2, period_s=10.0)
    assert budget.is_over(0.0)
    assert budget.used == 0
    budget.take(3.0)
    assert [budget.is_over(at_s) for at_s in (3.0, 12.9, 13.0, 40.0)] == [False, False, True, True]
