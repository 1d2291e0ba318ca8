"""What an application says of its routes; run as a module it is one of which nothing is made once."""

import json
import sys
from pathlib import Path

from server.app import create_app
from server.clock import Clock
from server.settings import Settings


def told_routes(folder: Path, database_url: str) -> str:
    """The description of the API, and of each route its address as it is read, as JSON.

    The database of this address has its tables.
    """
    settings = Settings.model_validate(
        {"var": folder, "database_url": database_url, "voice": False, "secret_key": "tests"}
    )
    app = create_app(settings, clock=Clock(), async_mode="threading")
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    read = [
        f"{rule.rule} {rule.endpoint} {rule.methods and sorted(rule.methods)} {sorted(rule.arguments)}"
        f" {rule._trace} {rule._parts}"
        for rule in app.url_map.iter_rules()
    ]
    app.extensions["parvis"].database.close()
    return json.dumps([described, sorted(read)])


if __name__ == "__main__":
    sys.stdout.write(told_routes(Path(sys.argv[1]), sys.argv[2]))
