"""Two hosts on a network of their own: one with a server, one with a Chromium, joined by one cable.

The Chromium trusts the authority of the site by the policy file the manual describes, and knows the server
by its name. Both are namespaces, for a cable that came and went on this machine would end what the browsers
of other tests are loading (net::ERR_NETWORK_CHANGED). Needs root.
"""

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserType

from tests.harness.chromium import ARGUMENTS
from tests.harness.programs import program
from tests.harness.servers.served import Served

NAMELESS = "--host-resolver-rules"
CHROMIUM_FOLDER = Path("/etc/chromium")
CABLE = "cable"
HERE, THERE = "10.213.0.1", "10.213.0.2"


@dataclass(frozen=True)
class SecondHost:
    """`address`: that of the server's machine on the cable, whose namespace is `server`."""

    namespace: str
    server: str
    address: str
    folder: Path

    @contextmanager
    def chromium(self, playwright: BrowserType, policies: Path, *, name: str) -> Iterator[Browser]:
        """A browser there, with a file of policies, to which a name stands for the server's machine.

        `playwright` is that of a browser of this worker: one process has one.
        """
        own = self.folder / "chromium"
        shutil.copytree(CHROMIUM_FOLDER, own, dirs_exist_ok=True)
        managed = own / "policies" / "managed"
        managed.mkdir(parents=True, exist_ok=True)
        shutil.copy(policies, managed)
        start = self.folder / "start_chromium.sh"
        inside = f'mount --bind {own} {CHROMIUM_FOLDER} && exec ip netns exec {self.namespace} "$0" "$@"'
        start.write_text(f"#!/bin/sh\nexec unshare -m sh -c '{inside}' {program('chromium')} \"$@\"\n")
        start.chmod(0o700)
        known = [argument for argument in ARGUMENTS if not argument.startswith(NAMELESS)]
        rules = f"{NAMELESS}=MAP {name} {self.address}, MAP * ~NOTFOUND, EXCLUDE {self.address}"
        browser = playwright.launch(executable_path=start, args=[*known, rules])
        try:
            yield browser
        finally:
            browser.close()


class ServedThere(Served):
    """A server on the first of the two hosts."""

    def __init__(self, host: SecondHost, var: Path, **settings: Any) -> None:
        super().__init__(var, host=host.address, **settings)
        self._network = namespace_file(host.server)

    def command(self) -> list[str]:
        """The server, in its namespace."""
        python, option, *real = super().command()
        return [python, option, "tests.harness.servers.second_host", self._network.name, *real]

    def is_ready(self) -> bool:
        """Checked from its own network, which a thread may have for itself."""

        def asked() -> bool:
            with self._network.open("rb") as network:
                os.setns(network.fileno(), os.CLONE_NEWNET)
            return Served.is_ready(self)

        with ThreadPoolExecutor(1) as elsewhere:
            return elsewhere.submit(asked).result()


def namespace_file(namespace: str) -> Path:
    """The file that represents a namespace of `ip netns`."""
    return Path("/run/netns") / namespace


@contextmanager
def second_host(folder: Path) -> Iterator[SecondHost]:
    """The two hosts, for as long as they are needed; several pairs may exist at once."""
    server, namespace = (f"parvis-{os.getpid()}-{name}" for name in ("server", "visitor"))
    with ExitStack() as made:
        for each in (server, namespace):
            _ip("netns", "add", each)
            made.callback(_ip, "netns", "delete", each)
        _ip("-n", server, "link", "add", CABLE, "type", "veth", "peer", "name", CABLE, "netns", namespace)
        for each, address in ((server, HERE), (namespace, THERE)):
            _ip("-n", each, "address", "add", f"{address}/30", "dev", CABLE)
            # no address that comes a second later: a browser would take it for another network
            _ip("-n", each, "link", "set", CABLE, "addrgenmode", "none")
            _ip("-n", each, "link", "set", CABLE, "up")
            _ip("-n", each, "link", "set", "lo", "up")
        yield SecondHost(namespace, server, HERE, folder)


def _ip(*words: str) -> None:
    subprocess.run([program("ip"), *words], check=True)


if __name__ == "__main__":
    _, namespace, *module = sys.argv
    with namespace_file(namespace).open("rb") as network:
        os.setns(network.fileno(), os.CLONE_NEWNET)
    sys.argv = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)
