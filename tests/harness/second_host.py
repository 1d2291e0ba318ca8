"""A second host on the network: a network namespace with a Chromium of its own, joined by one cable.

Its Chromium trusts the authority of the site by the policy file the manual describes, and knows the server
by its name. Needs root.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserType

from tests.harness.chromium import ARGUMENTS
from tests.harness.programs import program

NAMELESS = "--host-resolver-rules"
CHROMIUM_FOLDER = Path("/etc/chromium")


@dataclass(frozen=True)
class SecondHost:
    """`address`: that of the server's machine on the cable."""

    namespace: str
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


@contextmanager
def second_host(folder: Path) -> Iterator[SecondHost]:
    """A namespace on a network of its own, for as long as it is needed; several may stand side by side."""
    number = os.getpid()
    network = f"10.213.{number // 64 % 256}.{number % 64 * 4}"
    here, there = (f"{network.rpartition('.')[0]}.{int(network.rpartition('.')[2]) + n}" for n in (1, 2))
    namespace, cable = f"parvis-{number}", f"pv{number}"
    _ip("netns", "add", namespace)
    try:
        _ip("link", "add", f"{cable}a", "type", "veth", "peer", "name", f"{cable}b", "netns", namespace)
        _ip("address", "add", f"{here}/30", "dev", f"{cable}a")
        _ip("link", "set", f"{cable}a", "up")
        _ip("-n", namespace, "address", "add", f"{there}/30", "dev", f"{cable}b")
        _ip("-n", namespace, "link", "set", f"{cable}b", "up")
        _ip("-n", namespace, "link", "set", "lo", "up")
        yield SecondHost(namespace, here, folder)
    finally:
        _ip("netns", "delete", namespace)


def _ip(*words: str) -> None:
    subprocess.run([program("ip"), *words], check=True)
