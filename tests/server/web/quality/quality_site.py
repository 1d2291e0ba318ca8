"""The pages of figures of two halls, without a server."""

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from server.language import LANGUAGES, Catalogues
from server.store.people.accounts import EVERY_SITE, Grant
from server.store.transactions.database import Database
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.pages import QualityPages, quality_pages
from server.web.rendering.menu import install_frame
from server.web.rendering.viewer import Viewer, WorkContext, install_page_context

SERVER = Path(__file__).parents[4] / "server"
CATALOGUES = SERVER / "web/pages/quality/translations"
DRAWINGS = Drawings()


class Site:
    """The quality pages of two halls, read as the person that a test chooses."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.viewer: Viewer | None = Viewer("camille", "Camille Dupont", (Grant("quality", EVERY_SITE),))
        domains = ("quality", "quality_levels")
        folders = (("server", SERVER / "translations"), *((domain, CATALOGUES) for domain in domains))
        translate = Catalogues(folders).translate
        app = Flask("quality-test", template_folder=str(SERVER / "web/templates"), static_folder=None)
        app.jinja_env.globals["csrf_token"] = lambda: "token"
        self.halls = [database.configuration(hall) for hall in ("laon", "vervins")]
        work = WorkContext(translate, lambda: self.viewer, lambda _: self.halls)
        install_page_context(app, work, languages=LANGUAGES, is_demonstration=True)
        install_frame(app, work, count_alarms=dict)
        needs = QualityPages(database, work, DRAWINGS)
        app.register_blueprint(quality_pages(needs))
        self.client: FlaskClient = app.test_client()

    def sign_in(self, role: str) -> None:
        self.viewer = Viewer("x", "X", (Grant(role, EVERY_SITE),))

    def page(self, url: str) -> str:
        answer = self.client.get(url)
        assert answer.status_code == 200, answer.status
        return answer.text
