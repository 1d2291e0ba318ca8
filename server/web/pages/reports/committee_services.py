"""What the pages of the users' committee share: the reader's sites, forms, and refusals at their fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort, request

from server.domain.hall.configuration import Site
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.reports.committee import DecisionRequest, MeetingRequest, MemberRequest
from server.store.transactions.database import Database
from server.web.pages.quality.wording import short_day
from server.web.rendering.problems import problems_of
from server.web.rendering.viewer import WorkContext, sites_for_page

PLACE = "/voix/comite"
READS, WRITES = Permission.READ_FIGURES, Permission.WRITE_REPORTS


@dataclass(frozen=True, slots=True)
class CommitteePages:
    """What the pages need of the rest of the server."""

    database: Database
    work: WorkContext

    def sites(self, permission: Permission) -> list[Site]:
        """The reader's sites with a permission."""
        return sites_for_page(self.work, permission)

    def site(self, permission: Permission) -> Site:
        """The site of the request, the reader's first one where it names none. Answers 404 for another."""
        slug = request.values.get("site", "")
        found = next((each for each in self.sites(permission) if slug in ("", each.slug)), None)
        if found is None:
            abort(404)
        return found

    def may_write(self, site: Site) -> bool:
        """Whether the reader writes reports at a site."""
        return site in self.sites(WRITES)

    def problems(self, refusal: Refusal | None) -> dict[str, str]:
        """The sentence of a refusal by its field; "" where it is about none."""
        return problems_of(refusal)


def site_address(site: Site) -> str:
    """The page of the committee of a site."""
    return f"{PLACE}?{urlencode({'site': site.slug})}"


def typed_member(fields: Mapping[str, str]) -> MemberRequest:
    """What is typed of a member."""
    return MemberRequest(_text(fields, "function"), _text(fields, "mandate_ends_on"))


def typed_meeting(fields: Mapping[str, str]) -> MeetingRequest:
    """What is typed of a meeting."""
    return MeetingRequest(
        met_on=_text(fields, "met_on"),
        starts_at=_text(fields, "starts_at"),
        agenda=_text(fields, "agenda"),
        is_held="is_held" in fields,
    )


def typed_decision(fields: Mapping[str, str]) -> DecisionRequest:
    """What is typed of a decision."""
    return DecisionRequest(*(_text(fields, name) for name in ("text", "target", "owner", "due_on")))


def day_in_words(language: str) -> Any:
    """Writes a local date in a language."""
    return lambda on: short_day(on, language)


def _text(fields: Mapping[str, str], name: str) -> str:
    return fields.get(name, "")[:8000]
