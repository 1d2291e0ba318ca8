"""The running agent: its parts, put together, and its three threads: page, link, printer."""

import threading
from urllib.parse import urlsplit

from kiosk.agent import AgentFault, AgentSettings
from kiosk.agent.agent_clock import AgentClock
from kiosk.agent.gateway import HELD_FOR_S, Gateway, OwnPaper, PaperServer, PrinterIdentity, Reporter
from kiosk.agent.hall_link import HallLink, incarnation_of
from kiosk.agent.kept_files import KeptFiles
from kiosk.agent.local_printer import LocalPrinter, address_in
from kiosk.agent.own_tickets import provision_in
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
        printer, own = LocalPrinter(address_in(settings)), KioskPapers(self)
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


class KioskPapers:
    """The papers of the kiosk's own tickets, drawn for its printer."""

    def __init__(self, agent: KioskAgent) -> None:
        self._agent = agent

    def next(self) -> OwnPaper | None:
        """The oldest that was not tried and that somebody still waits for; it counts as tried from now on."""
        journal, provision = self._agent.journal, provision_in(self._agent.kept)
        if provision is None or provision.profile is None:
            return None
        while (press := journal.to_print()) is not None:
            age_s = self._agent.clock.age_s(press.moment)
            if age_s is None or age_s > HELD_FOR_S:
                journal.note(press.id, verdict="unknown" if age_s is None else "refused")
                continue
            try:
                blob = provision.paper(press, self._agent.files.fonts)
            except (OSError, ValueError, KeyError):
                journal.note(press.id, verdict="refused")
                continue
            journal.note(press.id, verdict="printing")
            return OwnPaper(press.id, blob, age_s)
        return None

    def confirm(self, press: str, verdict: str) -> None:
        """Keeps what became of one."""
        self._agent.journal.note(press, verdict=verdict)

    def may_fetch(self) -> bool:
        """Whether papers of the server may be printed: no press may get one of each."""
        link = self._agent.link
        return link.state == "up" and not self._agent.journal.is_paper_open(self._agent.clock)

    def count(self) -> int:
        """How many presses were sent to the server so far."""
        return self._agent.journal.sent_count
