"""The limits of a hall's document: how often and how soon a counter may repeat a verb."""

from typing import Annotated

from pydantic import Field, model_validator

from server.documents.problems import broken_rule
from server.documents.values import Part
from server.domain.visits.verb_limits import Limits, ReturnPlace

_USUAL = Limits()
Calls = Annotated[int, Field(ge=0, le=20)]
ParkSeconds = Annotated[int, Field(ge=60, le=28_800)]
ForgottenSeconds = Annotated[int, Field(ge=60, le=3_600)]
AnswerSeconds = Annotated[int, Field(ge=30, le=1_800)]


class LimitsPart(Part):
    """Seconds and counts; what is left out is as usual."""

    recall_after_s: Annotated[int, Field(ge=0, le=120)] = _USUAL.recall_after_s
    most_recalls: Annotated[int, Field(ge=0, le=20)] = _USUAL.most_recalls
    postpone_after_calls: Calls = _USUAL.postpone_after_calls
    most_postponements: Annotated[int, Field(ge=0, le=10)] = _USUAL.most_postponements
    reinstate_after_calls: Calls = _USUAL.reinstate_after_calls
    most_reinstatements: Annotated[int, Field(ge=0, le=2)] = _USUAL.most_reinstatements
    park_s: ParkSeconds = _USUAL.park_s
    most_park_s: ParkSeconds = _USUAL.most_park_s
    park_return: ReturnPlace = _USUAL.park_return
    forgotten_after_s: ForgottenSeconds = _USUAL.forgotten_after_s
    forgotten_answer_s: AnswerSeconds = _USUAL.forgotten_answer_s

    @model_validator(mode="after")
    def _timer_within_the_longest(self) -> "LimitsPart":
        if self.most_park_s < self.park_s:
            raise broken_rule("range_ends_before_start", first=self.park_s, last=self.most_park_s)
        return self

    def to_limits(self) -> Limits:
        """The limits as the rules read them."""
        return Limits(**self.model_dump())
