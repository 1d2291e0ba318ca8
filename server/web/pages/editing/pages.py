"""The editing page of a document, `/configuration/<document>/edit`."""

from collections.abc import Callable, Sequence

from flask import Blueprint, render_template

from server.documents.installation import InstallationDocument
from server.domain.hall.configuration import HallConfiguration
from server.domain.people.roles import Permission
from server.store.configuration.configurations import INSTALLATION
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.configuration.editing import Kind, form_of
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import Viewer, WorkContext, page_language

ICONS = (
    *(
        "ticket",
        "circle-help",
        "info",
        "id-card",
        "file-text",
        "folder-open",
        "clipboard-list",
        "badge-check",
    ),
    *("calendar-check", "user", "users", "baby", "house", "building-2", "landmark", "globe", "languages"),
    *("car", "briefcase", "handshake", "heart-handshake", "graduation-cap", "scale", "shield", "key-round"),
    *("monitor-smartphone", "smartphone", "phone", "accessibility"),
)
"""Those a service may carry; the menu of a kiosk shows them."""
OFFERED_LANGUAGES = (
    *("fr", "en", "es", "ar", "de", "it", "pt", "ro", "pl", "uk", "ru", "tr", "sq", "fa", "ps", "ur", "bn"),
    *("zh", "vi", "so", "am", "ti"),
)
"""Those an installation may speak here; one imported with another keeps it."""

type FindInstallation = Callable[[], InstallationDocument | None]
type EveryHall = Callable[[], Sequence[HallConfiguration]]


def blueprint(
    work: WorkContext,
    *,
    every_hall: EveryHall,
    installation: FindInstallation,
) -> Blueprint:
    """The route. What a person may save there, and of which site, the API decides."""
    routes = Blueprint("editing_pages", __name__, template_folder="templates")

    @routes.get("/configuration/<document>/edit")
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE)
    def edit(document: str) -> str:
        language, person = page_language(), work.viewer()
        shown = _shown(document, person, every_hall(), installation())
        return render_template(
            "editing/edit.html",
            page={**shown, "language": language},
            sentences=page_sentences(
                "editing.", "document_words.field.", "document_words.choice.", "console.refused."
            ),
        )

    return routes


def _shown(
    document: str,
    person: Viewer | None,
    halls: Sequence[HallConfiguration],
    installation: InstallationDocument | None,
) -> dict[str, object]:
    """What the page's script knows without asking: the form, and the documents around this one."""
    is_hall = document != INSTALLATION
    kind: Kind = "hall" if is_hall else "installation"
    spoken = installation.languages if installation else ()
    names = {hall.hall: hall.name for hall in halls}
    organisation = installation.organisation if installation else document
    return {
        "document": document,
        "kind": kind,
        "name": names.get(document, document) if is_hall else organisation,
        "viewer": person.name if person is not None else "",
        "form": form_of(kind),
        "icons": ICONS,
        "languages": spoken if is_hall else OFFERED_LANGUAGES,
        "halls": [{"slug": slug, "name": name} for slug, name in names.items()],
        "sites": [
            {"slug": site.slug, "name": site.name, "calendar": site.calendar.model_dump(mode="json")}
            for site in (installation.sites if installation else ())
        ],
    }
