"""What a site decides of its register of suggestions and complaints."""

from typing import Annotated

from pydantic import Field

from server.documents.values import Part
from server.domain.complaints.entries import ComplaintRules


class ComplaintsPart(Part):
    """The register of a site: off unless turned on.

    `answer_days`: within how many days a suggestion or complaint is answered; `contact_days`: how many days
    after the answer the contact of its author is erased.
    """

    has_register: bool = False
    answer_days: Annotated[int, Field(ge=1, le=90)] = 15
    contact_days: Annotated[int, Field(ge=1, le=180)] = 30

    def to_rules(self) -> ComplaintRules:
        """The rules they make."""
        return ComplaintRules(self.has_register, self.answer_days, self.contact_days)
