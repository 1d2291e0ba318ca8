"""Told before the turn: when a visitor hears of it, by which way, and what is checked of an address. Pure.

The rules in prose: docs/rules/told-before.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

from annotated_types import Interval

from server.domain.refusals import Refusal
from server.domain.waits.estimate import Estimate, WaitRange

type ReminderChannel = Literal["push", "sms"]
"""A way that reaches a visitor whose page is closed."""
type ReminderRule = Literal["soon", "called"]
"""What a visitor is told of, each once in a visit: the turn comes near, the call."""
RULES: tuple[ReminderRule, ...] = ("soon", "called")


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """What a hall offers to visitors who do not wait inside; all that leaves the house is off at first.

    `soon_minutes`, `soon_people`: the turn is near when the likely wait is so short, or so few people are
    ahead. `has_push`, `has_sms`: messages to a closed page, to a telephone. `has_door_code`: a code at the
    door gives a ticket on the visitor's own phone.
    """

    soon_minutes: Annotated[int, Interval(ge=1, le=30)] = 5
    soon_people: Annotated[int, Interval(ge=0, le=20)] = 1
    has_push: bool = False
    has_sms: bool = False
    has_door_code: bool = False

    def offers(self, channel: ReminderChannel) -> bool:
        """Whether the hall tells its visitors by this way."""
        return self.has_push if channel == "push" else self.has_sms

    def is_soon(self, wait: Estimate, ahead: int | None) -> bool:
        """Whether a waiting visitor's turn is near. Never without an honest estimate: nobody serves then."""
        if ahead is None or not isinstance(wait, WaitRange):
            return False
        is_near = ahead <= self.soon_people and not wait.counts_return
        return is_near or wait.median_s <= self.soon_minutes * 60


def may_defer(*, is_waiting: bool, is_held: bool, postponements: int | None) -> bool:
    """Whether a visitor may let others pass: once a leg, and not where it was put back already."""
    return is_waiting and not is_held and not postponements


SENT_WITHIN = timedelta(minutes=3)
"""A message that could not leave for so long is not sent any more: the turn would be over."""
_TRY_AGAIN = timedelta(seconds=10)


def try_again_at(queued_at: datetime, now: datetime) -> datetime | None:
    """When a message that failed is tried again; None: it is given up."""
    again = now + _TRY_AGAIN
    return again if again - queued_at <= SENT_WITHIN else None


_SEPARATORS = re.compile(r"[\s.\-/()\u00a0\u202f]")
_MOBILE = re.compile(r"(?:\+33|0033|0)([67]\d{8})")
_OVERSEAS: Mapping[str, str] = {
    "639": "262", "690": "590", "691": "590", "692": "262", "693": "262", "694": "594", "696": "596",
    "697": "596",
}  # fmt: skip
"""The country codes behind the first three digits of mobile numbers overseas (ARCEP's numbering plan)."""
_FROM_OVERSEAS = re.compile(r"\+(262|590|594|596)(\d{9})")


def phone_number(typed: str) -> str:
    """A French mobile number as E.164, however it was typed. Refusal: bad_phone_number, also for others.

    Other countries are refused: messages there cost much, and some numbers earn from them.
    """
    digits = _SEPARATORS.sub("", typed)
    if (overseas := _FROM_OVERSEAS.fullmatch(digits)) and _OVERSEAS.get(overseas[2][:3]) == overseas[1]:
        return digits
    if (mobile := _MOBILE.fullmatch(digits)) is None:
        raise Refusal("bad_phone_number")
    return f"+{_OVERSEAS.get(mobile[1][:3], '33')}{mobile[1]}"


PUSH_SERVICES = (
    "fcm.googleapis.com", ".push.services.mozilla.com", ".push.apple.com", ".notify.windows.com",
)  # fmt: skip
"""The push services of browsers; a leading point means every name below. Nothing is sent elsewhere."""
LONGEST_ENDPOINT = 1_000
_POINT = re.compile(r"[A-Za-z0-9_-]{87}=?")
_SECRET = re.compile(r"[A-Za-z0-9_-]{22}={0,2}")


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser takes messages: the address of its push service, its public key and a shared secret."""

    endpoint: str
    p256dh: str
    auth: str


def check_subscription(subscription: Subscription, services: tuple[str, ...] = PUSH_SERVICES) -> None:
    """Checks that a subscription is one, at a known push service. Refusal: bad_subscription."""
    endpoint = subscription.endpoint
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        is_plain = parts.scheme == "https" and parts.port in (None, 443) and parts.username is None
    except ValueError:
        raise Refusal("bad_subscription") from None
    is_known = any(host == each or (each.startswith(".") and host.endswith(each)) for each in services)
    is_text = endpoint.isascii() and endpoint.isprintable() and len(endpoint) <= LONGEST_ENDPOINT
    has_keys = _POINT.fullmatch(subscription.p256dh) and _SECRET.fullmatch(subscription.auth)
    if not (is_plain and is_known and is_text and has_keys):
        raise Refusal("bad_subscription")


AWAY_MINUTES = (5, 10, 15, 20, 30)
"""How far away a visitor may say to be."""
