"""The help: `/aide`, its index, and one page a document."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from server.domain.roles import Permission
from server.web.access import Access, open_to
from server.web.help.documents import MANUALS, Document, Library
from server.web.menu import help_at
from server.web.viewer import FindViewer


def blueprint(*, translate: Callable[..., str], viewer: FindViewer, docs_dir: Path) -> Blueprint:
    """The routes. The visitor's manual and the accessibility declaration are public.

    Everything else asks for `read_help`. `translate` serves the page context; the documents say themselves
    which language they are in.
    """
    routes = Blueprint(
        "help",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/help",
    )
    library = Library(docs_dir)

    def may_read_all() -> bool:
        person = viewer()
        return person is not None and person.may(Permission.READ_HELP)

    @routes.get("/aide")
    @open_to(Access.EVERYBODY)
    def index() -> str | Response:
        explained = help_at(request.args.get("page", ""))
        if explained is not None and may_read_all():
            return redirect(library.address_of(explained.manual, explained.heading))
        person = viewer()
        own = library.documents().get(MANUALS.get(person.role, "")) if person is not None else None
        sections = library.by_section(is_public_only=not may_read_all())
        return render_template("help/index.html", sections=sections, own=own if may_read_all() else None)

    @routes.get("/aide/<path:name>")
    @open_to(Access.EVERYBODY)
    def page(name: str) -> str | Response:
        document = library.documents().get(name)
        if (document is None or not document.is_public) and not may_read_all():
            return _keep_out(viewer)
        if document is None:
            abort(404)
        return _shown(document)

    return routes


def _keep_out(viewer: FindViewer) -> Response:
    """The way to sign in; 403 for a person without the permission."""
    if viewer() is not None:
        abort(403)
    return redirect("/connexion?" + urlencode({"next": request.full_path.rstrip("?")}))


def _shown(document: Document) -> str:
    # the HTML was cleaned by nh3 when the document was read
    return render_template("help/page.html", document=document, html=Markup(document.rendered.html))
