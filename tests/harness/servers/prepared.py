"""What servers of tests begin with: the demonstration, and the voices that a server at rest prepares."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hardware.speech import AudioFiles
from server.app import CATALOGUES
from server.language import Catalogues
from signage.announcement import prepared_alerts, spoken_alert
from tests.harness.servers.served import Layout, Served


def make_demonstration(folder: Path, voices: Path, **settings: Any) -> Path:
    """Makes the five sites with the command a person uses."""
    Served(folder, **settings).parvis("demo")
    shutil.copytree(voices / "audio", folder / "audio", dirs_exist_ok=True)
    return folder


def prepare_voices(folder: Path) -> None:
    """Speaks each alert that a server at rest prepares."""
    voices, translate = AudioFiles(folder / "audio"), Catalogues(CATALOGUES).translate
    for alert in prepared_alerts():
        voices.small_file(spoken_alert(alert, translate), "fr")


def made_server(
    request: pytest.FixtureRequest,
    running: ExitStack,
    var: Path,
    layout: Layout = "embedded",
    *,
    demonstration: bool = True,
    served: type[Served] = Served,
    **settings: Any,
) -> Served:
    """A server with its database, that lasts as long as `running`."""
    kind = "sqlite" if layout == "embedded" else "postgresql"
    made = request.getfixturevalue(f"demonstration_{kind}") if demonstration else None
    chosen: dict[str, Any] = dict(settings)
    if layout == "workers":
        template = made[1] if made else request.getfixturevalue("migrated_postgresql")
        cluster = request.getfixturevalue("postgresql")
        database_url = running.enter_context(cluster.fresh(template))
        redis_url = request.getfixturevalue("redis_server").url
        chosen |= {"redis_url": redis_url, "workers": 2, "database_url": database_url}
    server = running.enter_context(served(var, **chosen))
    if made is None:
        server.parvis("migrate")
    else:
        server.take_demonstration(made if layout == "embedded" else made[0])
    return server
