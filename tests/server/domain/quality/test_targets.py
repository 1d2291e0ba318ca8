"""Which target a day has: whatever is decided and withdrawn, a day that is over keeps its own."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.targets import Target, Withdrawal, WithdrawalReason, spans

FIRST = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAYS = st.integers(0, 6)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["decide", "withdraw"]), DAYS, st.integers(0, 20)),
    max_size=14,
)
"""Days that pass, a gesture, how many days ahead, and which target it is about."""


def applying(targets: list[Target], withdrawals: list[Withdrawal], on: date) -> str | None:
    found = [span.target.id for span in spans(targets, withdrawals) if span.applies(on)]
    assert len(found) <= 1
    return found[0] if found else None


@given(steps=STEPS)
def test_no_gesture_changes_the_target_of_a_day_that_is_over(
    steps: list[tuple[int, str, int, int]],
):
    targets: list[Target] = []
    withdrawals: list[Withdrawal] = []
    over: dict[date, str | None] = {}
    today = FIRST
    for count, (passed, gesture, ahead, which) in enumerate(steps):
        for _ in range(passed):
            over[today] = applying(targets, withdrawals, today)
            today += timedelta(days=1)
        day, name = today + timedelta(days=ahead), f"{count:02}"
        if gesture == "decide":
            targets.append(Target("a", 600, 80, day, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) == name
        elif targets:
            span = spans(targets, withdrawals)[which % len(targets)]
            days = span.days_to_withdraw(today)
            assert (days is not None) == any(
                span.applies(today + timedelta(days=n)) for n in range(len(steps) * 2 + 8)
            )
            if days is None or not days[0] <= day <= days[1]:
                continue
            reason = WithdrawalReason.MISTAKE
            withdrawals.append(Withdrawal(span.target.id, day, reason, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) != span.target.id
        assert over == {on: applying(targets, withdrawals, on) for on in over}
