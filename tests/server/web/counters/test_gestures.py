"""What a row of the table of gestures needs elsewhere: its sentences."""

from collections.abc import Iterator

from server.domain.visits.gestures import GESTURES, OTHER_KEYS
from server.domain.visits.transitions import GestureKind
from tests.harness.sources import assert_faultless, catalogues

KEYS = {
    message.id if isinstance(message.id, str) else message.id[0]
    for languages in catalogues().values()
    for message in languages["fr"]
}
ENDS = ("served", "no_show", "cancelled", "abandoned", "left_after_call", "closed_at_day_end")


def sentences(kind: GestureKind) -> Iterator[str]:
    """The keys of the sentences that pages say of a gesture, or of one that scripts choose from."""
    if kind.moves and kind.fact != "LegEnded":  # of an end they say how it ended
        yield f"reception.history.{kind.fact}"
    if kind.may_undo:
        yield f"console.gesture.{kind.fact}"
    if kind.offer is None:
        return
    if kind.offer.button:
        yield f"console.act.{kind.action}"
    if kind.offer.key:
        yield f"console.keys.action.{kind.action}"
    if kind.has_route and kind.moves and "chosen" not in kind.offer.path:
        yield f"console.outcome.{kind.action}"
    if kind.offer.asks in ("service", "other_service"):
        yield from (f"console.{kind.action}.{part}" for part in ("title", "explain"))
    yield from (f"console.{kind.action}.reason.{reason}" for reason in kind.offer.reasons)


def test_every_gesture_has_its_sentences():
    assert_faultless(GESTURES, lambda name: [key for key in sentences(GESTURES[name]) if key not in KEYS])
    assert [key for key in OTHER_KEYS if f"console.keys.action.{key}" not in KEYS] == []
    assert [end for end in ENDS if f"reception.history.{end}" not in KEYS] == []
