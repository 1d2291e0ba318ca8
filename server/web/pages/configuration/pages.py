"""The pages of the configuration: its documents, `/configuration`, and one of them."""

from flask import Blueprint, render_template

from server.domain.people.roles import Permission
from server.store.configuration.configurations import HALL, INSTALLATION
from server.web.access.requirements import PEOPLE, requires
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import page_language


def blueprint() -> Blueprint:
    """The routes. What a person may change, and of which site, the API decides."""
    routes = Blueprint("publishing_pages", __name__, template_folder="templates")

    def page(template: str, document: str | None = None) -> str:
        language = page_language()
        kind = INSTALLATION if document == INSTALLATION else HALL
        return render_template(
            template,
            page={"language": language, "document": document, "kind": kind},
            sentences=page_sentences("publishing.", "console.refused."),
        )

    @routes.get("/configuration")
    @requires(Permission.CONFIGURE, of=PEOPLE, anywhere=True)
    def documents() -> str:
        return page("publishing/documents.html")

    @routes.get("/configuration/<document>")
    @requires(Permission.CONFIGURE, of=PEOPLE, anywhere=True)
    def document(document: str) -> str:
        return page("publishing/document.html", document)

    return routes
