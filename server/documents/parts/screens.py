"""The part of a hall's document about one screen: its size, its readers, what it is for."""

from typing import Annotated

from pydantic import Field, model_validator

from server.documents.problems import broken_rule
from server.documents.values import Line, Part, Slug
from server.domain.hall.devices import Arrow, SoundOutput
from signage.lettering import Layout, LettersTooSmall, text_scale


class ScreenPart(Part):
    """A hall display: its diagonal in centimetres and the distance of the last seat in metres.

    `zone`: where its loudspeaker is heard; one screen of a zone has sound, so that no call is said twice.
    `output`: what its sound feeds, loudspeakers or the amplifier of the induction loop.
    `layout`: what the screen is for; `arrow`: which way from it the counters are; `counter`: the one whose
    screen it is. `panel_watts`: what the panel draws lit, less what it draws off.
    """

    id: Slug
    label: Line
    has_sound: bool = True
    diagonal_cm: Annotated[int, Field(ge=25, le=300)] = 140
    viewing_m: Annotated[int, Field(ge=1, le=40)] = 6
    zone: Slug = "hall"
    output: SoundOutput = "loudspeaker"
    layout: Layout = "hall"
    arrow: Arrow | None = None
    counter: Slug | None = None
    panel_watts: Annotated[
        Annotated[int, Field(ge=1, le=5000)] | None, Field(exclude_if=lambda watts: watts is None)
    ] = None
    is_retired: bool = False

    @model_validator(mode="after")
    def _is_read_from_the_last_seat(self) -> "ScreenPart":
        try:
            text_scale(self.diagonal_cm, self.viewing_m, self.layout)
        except LettersTooSmall as refused:
            values = {"viewing": self.viewing_m, "farthest": refused.farthest_m}
            raise broken_rule("letters_too_small", **values) from refused
        return self

    @model_validator(mode="after")
    def _is_made_for_its_place(self) -> "ScreenPart":
        if self.layout == "window" and self.has_sound:
            raise broken_rule("window_with_sound")
        if self.output == "loop" and not self.has_sound:
            raise broken_rule("loop_without_sound")
        if (self.layout == "counter") != (self.counter is not None):
            raise broken_rule("counter_of_screen")
        return self
