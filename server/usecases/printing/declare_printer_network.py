"""Declare one more network of printers: this edits the installation's document and publishes it at once."""

import json

from server.documents.checks.hall import printer_outside
from server.documents.configuring import networks_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.store.configuration.configurations import INSTALLATION
from server.store.transactions.database import Database
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.configuration.configuration_document import configuration_document
from server.usecases.configuration.publish_configuration import Terms, publish_installation


def declare_printer_network(database: Database, author: Author, network: str, *, of_host: str) -> None:
    """Declares the network in which a printer is. Nothing is published when it is declared already.

    Raises DocumentRefused, also when an address `of_host` is not in it; refusals: not_configured,
    stale_revision.
    """
    with database.read() as rows:
        content = installation_document(rows).model_dump(mode="json")
        revision = configuration_document(rows, INSTALLATION).revision
    listed = content.setdefault("printer_networks", [])
    document = parse_installation(json.dumps({**content, "printer_networks": [{"network": network}]}))
    [declared] = document.printer_networks
    if not networks_of(document, has_loopback=False).may_be_configured(of_host):
        raise DocumentRefused([printer_outside(of_host, declared.network)])
    if {"network": declared.network} not in listed:
        listed.append({"network": declared.network})
        publish_installation(database, author, json.dumps(content), Terms(base_revision=revision))
