"""The message of one call, shown on screens before the next board. It names the counter as boards do."""

from collections.abc import Callable
from typing import TypedDict

from hardware.json_types import InstantText, Texts
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.instants import to_text
from server.domain.languages import FRENCH
from server.store.transactions.commits import CommittedFact
from server.usecases.hall.read_board import place_of
from signage.announcement import written_text
from signage.board import counter_message
from signage.board_messages import AudioFiles, CalledCounter


class CallVoice(TypedDict, total=False):
    """The voice of a call, once it is rendered: the brief sentence; `loop`: the whole one for a hearing loop.

    `once_ms`, `loop_once_ms`: milliseconds after which the first of the two sentences ends.
    """

    brief: AudioFiles
    once_ms: dict[str, int]
    loop: AudioFiles
    loop_once_ms: dict[str, int]


class CallAnnounced(CallVoice):
    """One call or recall. Sent again with its audio once that is ready.

    `once_ms`, `loop_once_ms`: milliseconds after which the first of the two sentences ends.
    """

    call: str
    rank: int
    number: str
    counter: CalledCounter
    text: Texts
    audio: AudioFiles
    at: InstantText


def call_message(
    fact: CommittedFact, configuration: HallConfiguration, translate: Callable[..., str]
) -> CallAnnounced:
    """The message of a call or recall: number, place, sentence in French."""
    today = business_day(configuration.calendar, fact.happened_at)
    counter = counter_message(place_of(configuration, fact.body["counter"], today))
    number = fact.body["number"]
    template = translate("signage.announcement.written", FRENCH)
    return {
        "call": fact.body["call"],
        "rank": fact.body.get("rank", 1),
        "number": number,
        "counter": counter,
        "text": {FRENCH: written_text(number, counter["label"], template=template)},
        "audio": {},
        "at": to_text(fact.happened_at),
    }
