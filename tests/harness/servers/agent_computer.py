"""A kiosk's computer: its agent, the line to a served demonstration, and a simulated printer."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx

from hardware.simulator.network_line import SimulatedLine
from hardware.simulator.printer import SimulatedPrinter
from tests.harness.programs import PYTHON, child_of_tests
from tests.harness.servers.served import Served
from tests.harness.sharing import free_port

HALL = "laon"


class AgentComputer:
    """The computer of the kiosk of Laon: its agent as a process, a line to the server, and a printer."""

    def __init__(
        self, folder: Path, server: Served, printer: SimulatedPrinter, cores: set[int] | None = None
    ) -> None:
        self.server, self.folder, self.printer, self.cores = server, folder, printer, cores
        self.line = SimulatedLine(leads_to=server.port).start()
        self.port = free_port()
        folder.mkdir(mode=0o700)
        [site] = [each for each in server.demonstration["sites"] if each["slug"] == HALL]
        (folder / "token.json").write_text(json.dumps(site["kiosk"]["token"]), encoding="utf-8")
        self.settings = folder / "kiosk.toml"
        self.settings.write_text(
            f'server = "http://127.0.0.1:{self.line.port}"\nport = {self.port}\nstate = "{folder}"\n'
            "tickets_a_minute = 0\n"
            f'[printer]\nnetwork = "127.0.0.1:{self.printer.port}"\n',
            encoding="utf-8",
        )
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(PYTHON), "-m", "kiosk.agent.command", "run", "--settings", str(self.settings)]
        self.program = child_of_tests(command, cores=self.cores, output=self.folder / "agent.log")

    def kill(self) -> None:
        if self.program is not None:
            self.program.kill()
            self.program.wait()
            self.program = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def is_up(self) -> bool:
        """Whether requests reach the server through the agent."""
        try:
            return httpx.get(f"{self.base_url}/health/ready", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def is_provided(self) -> bool:
        """Whether the agent could go on alone."""
        return (self.folder / "provision.json").exists() and self.is_up()

    def rss_kb(self) -> int:
        """Resident memory of the agent at its highest."""
        assert self.program is not None
        status = Path(f"/proc/{self.program.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]

    def close(self) -> None:
        self.kill()
        self.line.stop()
        self.printer.stop()


def prints_at_its_computer(content: dict[str, Any]) -> None:
    """Changes the hall's document: the agent of its kiosk drives the printer."""
    content["kiosks"][0]["printer"] = {"kind": "gateway", "profile": "text-80", "paper_mm": 80}
