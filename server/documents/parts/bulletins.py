"""The warnings of authorities that a site takes: their sources, and how it finds itself in them."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from server.documents.problems import broken_rule
from server.documents.values import Line, Part, web_address
from server.domain.bulletins.proposals import ProposalKind, SiteBulletins

LONGEST_SOURCE = 500
DEPARTMENT = r"^([0-9]{2}|2[AB])$"
POSITION = r"-?[0-9]{1,2}(\.[0-9]{1,6})?, ?-?[0-9]{1,3}(\.[0-9]{1,6})?"


def _position(text: str) -> str:
    """A latitude and a longitude in degrees, like `49.564, 3.62`."""
    if not re.fullmatch(POSITION, text):
        raise broken_rule("wrong_position", text=text)
    latitude, longitude = map(float, text.split(","))
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise broken_rule("wrong_position", text=text)
    return text


class BulletinSourcePart(Part):
    """The address of one bulletin (CAP 1.2), or of an Atom feed of them."""

    url: Annotated[str, Field(max_length=LONGEST_SOURCE), AfterValidator(web_address)]


class AreaCodePart(Part):
    """A code of the site’s own area, as bulletins name it: `INSEE` and `02408`, `NUTS3` and `FRE21`."""

    scheme: Line
    code: Line


class BulletinsPart(Part):
    """What a site takes of bulletins: none without a code or a position that says where it is.

    `position`: latitude and longitude in degrees, like `49.564, 3.62`.
    `department`: whose vigilance of the weather is shown, like `02`; None: of none.
    `automatic`: the kinds that screens show without a person.
    """

    sources: Annotated[tuple[BulletinSourcePart, ...], Field(max_length=5)] = ()
    codes: Annotated[tuple[AreaCodePart, ...], Field(max_length=40)] = ()
    position: Annotated[str, Field(max_length=40), AfterValidator(_position)] | None = None
    department: Annotated[str, Field(pattern=DEPARTMENT)] | None = None
    automatic: Annotated[tuple[Literal["alert", "notice"], ...], Field(max_length=2)] = ()

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if (self.sources or self.automatic) and not self.codes and self.position is None:
            raise broken_rule("bulletins_nowhere")
        return self

    def to_rules(self) -> SiteBulletins:
        """The rules they make."""
        position = None
        if self.position is not None:
            latitude, longitude = map(float, self.position.split(","))
            position = (latitude, longitude)
        codes = frozenset((each.scheme, each.code) for each in self.codes)
        return SiteBulletins(codes, position, frozenset(map(ProposalKind, self.automatic)))
