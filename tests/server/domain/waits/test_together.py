"""One honest wait for linked tickets: never the sum of theirs, never without the people of others ahead."""

from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.waits.estimate import Quote
from server.domain.waits.together import LinkedTicket, Together, wait_together

STEP_S = 300


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    low = draw(st.integers(0, 12)) * STEP_S
    high = low + draw(st.integers(1, 6)) * STEP_S
    return Quote(low, draw(st.integers(low, high)), high)


TICKETS = st.lists(
    st.builds(LinkedTicket, st.sampled_from("abc"), st.integers(0, 40), st.none() | quotes()),
    min_size=1,
    max_size=6,
)
COUNTERS = st.lists(st.frozensets(st.sampled_from("abcd")), max_size=4)
SOON, LATER = Quote(300, 500, 900), Quote(1500, 1800, 2700)
TWO = [LinkedTicket("a", 1, SOON), LinkedTicket("b", 6, LATER)]


@given(TICKETS, COUNTERS)
@example([LinkedTicket("a", 1, None), LinkedTicket("a", 1, SOON), LinkedTicket("b", 0, None)], [])
def test_the_wait_lies_within_those_of_the_tickets_and_their_order_does_not_matter(tickets, counters):
    found = wait_together(tickets, counters)
    assert wait_together(tickets[::-1], counters[::-1]).ahead == found.ahead
    assert found.ahead in {each.ahead for each in tickets}
    known = [each.quote for each in tickets if each.quote is not None]
    if found.quote is not None:
        assert found.quote.low_s is not None
        assert min(each.low_s for each in known if each.low_s is not None) <= found.quote.low_s
        assert found.quote.high_s is not None
        assert found.quote.high_s <= max(each.high_s for each in known if each.high_s is not None)


@given(st.integers(0, 40), quotes(), st.lists(st.integers(0, 9), max_size=5), COUNTERS)
def test_people_who_come_for_one_service_wait_as_the_first_of_them(ahead, quote, more, counters):
    others = [
        LinkedTicket("a", ahead + each, Quote(quote.low_s, quote.median_s + 900, None)) for each in more
    ]
    alone = LinkedTicket("a", ahead, quote)
    assert wait_together([alone, *others], counters) == Together(ahead, quote)


def test_one_counter_for_both_matters_is_waited_for_once():
    assert wait_together(TWO, [{"a", "b"}, {"a", "b", "c"}, {"c"}]) == Together(1, SOON)


def test_two_counters_are_waited_for_at_the_same_time_not_one_after_the_other():
    assert wait_together(TWO, [{"a"}, {"b"}]) == Together(6, LATER)


def test_where_some_counters_serve_both_the_wait_lies_between():
    assert wait_together(TWO, [{"a", "b"}, {"b"}]) == Together(6, Quote(300, 1800, 2700))


def test_what_nobody_serves_now_is_not_guessed():
    unknown = LinkedTicket("b", 0, None)
    assert wait_together([TWO[0], unknown], [{"a"}]) == Together(1, None)


def test_a_last_call_after_closing_is_announced_as_such():
    late = LinkedTicket("b", 9, Quote(None, 9000, None))
    assert wait_together([TWO[0], late], [{"a"}, {"b"}]) == Together(9, Quote(None, 9000, None))
