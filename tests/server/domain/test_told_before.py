"""When the turn is near, which numbers are French mobiles, where browsers take messages."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.instants import EPOCH
from server.domain.refusals import Refusal
from server.domain.visits.told_before import (
    SENT_WITHIN,
    Subscription,
    ToldBefore,
    check_subscription,
    may_defer,
    phone_number,
    try_again_at,
)
from server.domain.waits.estimate import AfterClosing, WaitRange

BROWSER = Subscription("https://fcm.googleapis.com/fcm/send/x", "B" * 87, "a" * 22)


@pytest.mark.parametrize(
    ("wait", "ahead", "is_soon"),
    [
        (WaitRange(0, 600, 300.0), 4, True),
        (WaitRange(300, 900, 301.0), 2, False),
        (WaitRange(600, 1200, 900.0), 1, True),
        (WaitRange(0, 0, 0.0), 0, True),
        (WaitRange(1200, 3900, 2400.0, counts_return=True), 0, False),
        (AfterClosing(60.0), 0, False),
        (None, 0, False),
    ],
)
def test_the_turn_is_near_by_the_likely_wait_or_by_few_people_never_without_an_estimate(
    wait: WaitRange | AfterClosing | None, ahead: int, is_soon: bool
):
    assert ToldBefore().is_soon(wait, ahead) is is_soon


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (0)7.12.34.56.78".replace("(0)", ""), "+33712345678"),
        ("0033 6-12-34-56-78", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("+596 696 12 34 56", "+596696123456"),
    ],
)
def test_a_french_mobile_number_is_read_however_it_is_typed(typed: str, number: str):
    assert phone_number(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "0123456789", "0899123456", "+447911123456", "+262612345678", "061234567", "06123456789"]
)
def test_other_numbers_are_refused(typed: str):
    with pytest.raises(Refusal, match="bad_phone_number"):
        phone_number(typed)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.example.org/x",
        "https://example.org/fcm.googleapis.com",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://evilnotify.windows.com/x",
        "https://10.0.0.1/x",
        "https://[::1/x",
        "https://fcm.googleapis.com/" + "x" * 1_000,
    ],
)
def test_a_subscription_elsewhere_than_at_a_known_push_service_is_refused(endpoint: str):
    check_subscription(BROWSER)
    check_subscription(replace(BROWSER, endpoint="https://wns2.notify.windows.com/w/?token=a"))
    with pytest.raises(Refusal, match="bad_subscription"):
        check_subscription(replace(BROWSER, endpoint=endpoint))
    with pytest.raises(Refusal, match="bad_subscription"):
        check_subscription(replace(BROWSER, auth="short"))


def test_a_late_message_is_given_up_and_others_pass_once():
    assert try_again_at(EPOCH, EPOCH) is not None
    assert try_again_at(EPOCH, EPOCH + SENT_WITHIN - timedelta(seconds=9)) is None
    assert may_defer(is_waiting=True, is_held=False, postponements=None)
    assert not may_defer(is_waiting=True, is_held=False, postponements=1)
    assert not may_defer(is_waiting=True, is_held=True, postponements=None)
