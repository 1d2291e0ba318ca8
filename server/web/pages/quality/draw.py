"""Draws Vega-Lite specifications as SVG in a process of its own, and keeps the drawings; a line without it.

The renderer is a JavaScript engine of some 80 MB: it lives only as long as one page's plots need it, so it
neither holds the server's loop nor its memory. A drawing depends on its specification alone, whose digest is
its key.
"""

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

DEADLINE_S = 20
KEPT = 256
"""Drawings kept, about 10 kB each; and specifications of pages whose drawings nobody has read yet."""

FONT = "Atkinson Hyperlegible Next Variable"
"""The letters that the specifications name."""

type Spec = dict[str, Any]


class Drawings:
    """Drawings by specification, with a cache of the last used; one renderer runs at a time.

    `font`: a file of the letters, which is put into each picture; None: the reader's own letters.
    """

    def __init__(self, font: Path | None = None) -> None:
        self._font = font
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._offered: OrderedDict[str, Sequence[Spec]] = OrderedDict()
        self._one_renderer = threading.Lock()

    def offer(self, specs: Sequence[Spec]) -> list[str]:
        """Keys of drawings that a page will ask for one by one; the first one draws them all."""
        keys = [_key(spec) for spec in specs]
        self._offered |= dict.fromkeys(keys, specs)
        while len(self._offered) > KEPT:
            self._offered.popitem(last=False)
        return keys

    def picture(self, key: str) -> str | None:
        """An offered drawing as a file of its own; None where it is not known or could not be drawn."""
        specs = self._offered.get(key)
        if specs is None:
            return None
        svg = self.svgs(specs)[[_key(spec) for spec in specs].index(key)]
        return None if svg is None else self._with_letters(svg)

    def _with_letters(self, svg: str) -> str:
        if self._font is None or not self._font.is_file():
            return svg
        letters = base64.b64encode(self._font.read_bytes()).decode()
        face = f'font-family:"{FONT}";src:url(data:font/woff2;base64,{letters});font-weight:200 800'
        start, end = svg.split(">", 1)
        return f"{start}><style>@font-face{{{face}}}</style>{end}"

    def svgs(self, specs: Sequence[Spec]) -> list[str | None]:
        """The SVG of each specification, in order; None where it could not be drawn."""
        keys = [_key(spec) for spec in specs]
        with self._one_renderer:
            missing = {key: spec for key, spec in zip(keys, specs, strict=True) if key not in self._kept}
            if missing:
                self._keep(dict(zip(missing, _render(list(missing.values())), strict=False)))
        for key in keys:
            if key in self._kept:
                self._kept.move_to_end(key)
        return [self._kept.get(key) for key in keys]

    def _keep(self, drawn: dict[str, str]) -> None:
        self._kept |= drawn
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _key(spec: Spec) -> str:
    return hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()


def _render(specs: list[Spec]) -> list[str]:
    command = [sys.executable, "-I", str(Path(__file__).resolve())]
    try:
        done = subprocess.run(
            command, input=json.dumps(specs).encode(), capture_output=True, timeout=DEADLINE_S, check=True
        )
        svgs: list[str] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        log.warning("plots_not_drawn", why=str(error))
        return []
    return svgs


def main() -> None:
    """Reads specifications as JSON on standard input and writes their SVG as JSON on standard output."""
    import vl_convert  # only this process pays for the engine

    specs = json.load(sys.stdin)
    json.dump([vl_convert.vegalite_to_svg(spec, vl_version="6.1") for spec in specs], sys.stdout)


if __name__ == "__main__":
    main()
