"""The running agent: its parts, put together, and its three threads: page, link, printer."""

import threading
from urllib.parse import urlsplit

from kiosk.agent import AgentFault, AgentSettings
from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.gateway import Gateway, OwnPapers, PaperServer, PrinterIdentity, Reporter
from kiosk.agent.hall_link import HallLink, incarnation_of
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.local_printer import LocalPrinter, address_in
from kiosk.agent.page_files import PageFiles
from kiosk.agent.page_server import PageParts, PageServer
from kiosk.agent.press_journal import PressJournal
from kiosk.agent.presses import Presses
from kiosk.agent.server_line import Answer, ServerLine, ServerRefused, ServerSilent

FILES_EVERY_S = 300.0
AGAIN_S = 5.0
PAPER_WITHIN_S = 5.0


class KioskAgent:
    """One run of the program."""

    def __init__(self, settings: AgentSettings, report: Reporter) -> None:
        self._settings, self._report = settings, report
        self.kept = KeptFiles(settings.state)
        if not self.kept.hold():
            raise AgentFault("runs_already", folder=settings.state)
        self.files = PageFiles(settings.state / "page")
        self.journal = PressJournal(settings.state)
        self.clock = AgentClock(self.journal.offset_s)
        self.link = HallLink(
            ServerLine(settings),
            self.kept,
            self.journal,
            self.clock,
            incarnation=incarnation_of(self.kept, self.clock),
            report=report,
        )
        line = ServerLine(settings, within_s=PAPER_WITHIN_S)
        self._papers = PaperServer(line, self._identity, former=self.kept.read("run"))
        self.kept.keep("run", self._papers.program)
        printer, own = LocalPrinter(address_in(settings)), OwnPapers(self.link, self.files.fonts)
        self._gateway = Gateway(self._papers, printer, report, own=own)
        host, most = urlsplit(settings.server).netloc, settings.tickets_a_minute
        presses = Presses(self.link, on_given=self._hurry, a_minute=most)
        parts = PageParts(host, lambda: ServerLine(settings), self.files, self.link, presses)
        self.page = PageServer(settings.port, parts)

    def run(self, stopping: threading.Event) -> None:
        """Works until `stopping` is set."""
        threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (
                ("page", lambda: self.page.serve_forever(0.2)),
                ("link", lambda: self.link.run(stopping)),
                ("files", lambda: self._keep_files(stopping)),
            )
        ]
        for each in threads:
            each.start()
        while not stopping.is_set():
            self.link.changed.wait(self._gateway.step())
            self.link.changed.clear()
        self.page.shutdown()
        self._gateway.leave()
        self.link.look()
        threads[1].join()
        self.page.server_close()
        self.journal.close()

    def stop(self, stopping: threading.Event) -> None:
        """Ends the run soon."""
        stopping.set()
        self._hurry()

    def _hurry(self) -> None:
        """A paper of the kiosk's own waits: nothing that is asked of the server keeps it."""
        self._papers.interrupt()
        self.link.changed.set()
        self.link.look()

    def _identity(self) -> PrinterIdentity | None:
        token, place = self.link.token, self.link.place
        return None if token is None or place is None else PrinterIdentity(*place, token)

    def _keep_files(self, stopping: threading.Event) -> None:
        line = ServerLine(self._settings)

        def fetch(address: str) -> Answer:
            return line.send("GET", address, {"Accept-Encoding": "identity"})

        while True:
            pause_s = AGAIN_S
            if self.link.is_up:
                try:
                    self.files.refresh(fetch, self._look())
                    pause_s = FILES_EVERY_S
                except (ServerSilent, ServerRefused, OSError) as error:
                    self._report("kiosk_agent.files", why=error)
            if stopping.wait(pause_s):
                line.close()
                return

    def _look(self) -> list[str]:
        """The files of the organisation's look, as the last menu named them."""
        look = (self.kept.read("menu") or {}).get("look") or {}
        logo = (look.get("logo") or {}).get("url")
        return [each for each in (look.get("stylesheet"), logo, *look.get("fonts", ())) if each]
