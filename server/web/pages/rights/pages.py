"""Rights, `/droits`: roles, devices and API keys against permissions."""

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, render_template

from server.domain.hall.configuration import AT_SELF_SERVICE, REACHING, HallConfiguration
from server.domain.people.roles import DEVICE_KINDS, ROLES, SCOPES, Permission
from server.store.people.accounts import EVERY_SITE
from server.usecases.people.directory import names_of_places
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.viewer import WorkContext, page_language

GROUPS: Mapping[str, tuple[Permission, ...]] = {
    "visitors": (
        Permission.ISSUE,
        Permission.DISTRIBUTE,
        Permission.CALL,
        Permission.RECEIVE,
        Permission.REPRINT,
        Permission.READ_QUEUE,
        Permission.READ_BOARD,
    ),
    "appointments": (Permission.READ_APPOINTMENTS, Permission.BOOK),
    "safety": (
        *(Permission.NOTE_INCIDENTS, Permission.RECEIVE_INCIDENTS, Permission.ASK_HELP),
        *(Permission.RAISE_ALERT, Permission.END_ALERT, Permission.SEND_BULLETINS),
    ),
    "display": (Permission.DRAFT_NOTICES, Permission.PUBLISH_NOTICES),
    "figures": (
        Permission.READ_FIGURES,
        Permission.EXPORT_VISITS,
        Permission.DECIDE_TARGETS,
        Permission.TYPE_FIGURES,
        Permission.WRITE_REPORTS,
        Permission.RUN_SURVEYS,
        Permission.ANSWER_COMPLAINTS,
    ),
    "running": (
        Permission.SUPERVISE,
        Permission.READ_JOURNAL,
        Permission.CONFIGURE,
        Permission.ADMINISTER_PEOPLE,
        Permission.READ_RETENTION,
        Permission.READ_HELP,
    ),
}
"""Every permission, in the order of the table."""


def blueprint(work: WorkContext, *, every_hall: Callable[[], Sequence[HallConfiguration]]) -> Blueprint:
    """The route, for signed-in people."""
    routes = Blueprint("rights", __name__, template_folder="templates")

    @routes.get("/droits")
    @requires(Permission.READ_HELP, of=PEOPLE, anywhere=True)
    def rights() -> str:
        person = work.viewer()
        assert person is not None
        halls = every_hall()
        return render_template(
            "rights/rights.html",
            own=person.grants,
            names={hall.site.slug: hall.site.name for hall in halls}
            | names_of_places(halls, page_language()),
            every_site=EVERY_SITE,
            at_self_service=AT_SELF_SERVICE,
            reaching=REACHING,
            groups=GROUPS,
            roles=ROLES,
            devices=DEVICE_KINDS,
            scopes=SCOPES,
        )

    return routes
