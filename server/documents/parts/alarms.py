"""The alarms of a hall's document: their thresholds, and the kinds that are not watched."""

from typing import Annotated

from pydantic import Field

from server.documents.values import Part
from server.domain.alarms.alarms import AlarmKind, AlarmRules

_USUAL = AlarmRules()
People = Annotated[int, Field(ge=1, le=500)]


class AlarmsPart(Part):
    """Counts and seconds; what is left out is as usual. `off`: kinds of alarms that are not raised here."""

    unprinted_jobs: Annotated[int, Field(ge=1, le=20)] = _USUAL.unprinted_jobs
    silent_after_s: Annotated[int, Field(ge=30, le=3_600)] = _USUAL.silent_after_s
    queue_people: People = _USUAL.queue_people
    queue_for_s: Annotated[int, Field(ge=0, le=3_600)] = _USUAL.queue_for_s
    counter_after_s: Annotated[int, Field(ge=0, le=7_200)] = _USUAL.counter_after_s
    off: Annotated[tuple[AlarmKind, ...], Field(max_length=len(AlarmKind))] = ()

    def to_rules(self) -> AlarmRules:
        """The thresholds as the rules read them."""
        return AlarmRules(**self.model_dump(exclude={"off"}), off=frozenset(self.off))
