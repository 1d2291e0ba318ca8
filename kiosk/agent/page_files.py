"""The files of the kiosk's page on this computer's disk: the page opens without the network.

The server names them in the page's service worker, by release. A release takes the place of the former one
only when all of it is there, so that no mixture of two is served. A damaged file counts as missing.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path

from hardware.lettering import FONT_FILES
from kiosk.agent.kept_files import write_whole
from kiosk.agent.server_line import Answer, ServerSilent

WORKER = "/kiosk/worker.js"
_RELEASE = b"const RELEASE = "
_HEADERS = (
    *("Content-Type", "Content-Encoding", "Cache-Control", "ETag", "Content-Security-Policy"),
    *("Referrer-Policy", "X-Content-Type-Options", "X-Frame-Options", "Service-Worker-Allowed"),
)

type Fetch = Callable[[str], Answer]
"""Asks the server for a file. Raises ServerSilent, ServerRefused."""
type KeptAnswer = tuple[dict[str, str], bytes]
"""The headers and the body of a file, as the server answered it."""


class PageFiles:
    """The files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.fonts = folder / "fonts"
        self.fonts.mkdir(exist_ok=True, parents=True, mode=0o700)

    def find(self, address: str) -> KeptAnswer | None:
        """The file of an address; None: it is not kept, or damaged."""
        try:
            head, _, body = self._place(address).read_bytes().partition(b"\n")
            said = json.loads(head)
            is_whole = said["sha256"] == hashlib.sha256(body).hexdigest()
            return (said["headers"], body) if is_whole else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def refresh(self, fetch: Fetch, also: Collection[str] = ()) -> None:
        """Fetches a new release, the fonts of papers, and `also`, files that only the menu names.

        Raises ServerSilent, ServerRefused, OSError: the former release is still whole.
        """
        for names in FONT_FILES.values():
            if not (self.fonts / names[0]).is_file():
                write_whole(self.fonts / names[0], fetch(f"/assets/fonts/{names[0]}").expect(200).body)
        worker = fetch(WORKER).expect(200)
        kept, named = self.find(WORKER), _files_in(worker.body)
        is_new = kept is None or kept[1] != worker.body
        wanted = {*named, *also} if is_new else {each for each in also if self.find(each) is None}
        found = {address: fetch(address).expect(200) for address in wanted}
        for address in sorted(found, key=lambda each: each == "/kiosk"):  # the page last
            self._keep(address, found[address])
        self._keep(WORKER, worker)
        for each in set(self._folder.glob("*.kept")) - {*map(self._place, (WORKER, *named, *also))}:
            each.unlink()

    def _keep(self, address: str, answer: Answer) -> None:
        known = self.find(address)
        if known is not None and known[1] == answer.body:
            return
        headers = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        head = {"sha256": hashlib.sha256(answer.body).hexdigest(), "headers": headers}
        write_whole(self._place(address), json.dumps(head).encode() + b"\n" + answer.body)

    def _place(self, address: str) -> Path:
        return self._folder / f"{hashlib.sha256(address.encode()).hexdigest()[:40]}.kept"


def _files_in(worker: bytes) -> list[str]:
    """The addresses that a service worker names. Raises ServerSilent where it names none."""
    try:
        head = worker.partition(b";\n")[0]
        return list(json.loads(head.removeprefix(_RELEASE))["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ServerSilent("no release") from error
