"""`parvis alarms`: lists the recipients of alarms and sends their deliveries again."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from server.commands.say import open_database, say, sentence
from server.domain.alarms.alarms import AlarmChoice
from server.domain.instants import to_text
from server.jobs import writers
from server.jobs.local_socket import write
from server.settings import Settings
from server.usecases.alarms.alarm_recipients import read_recipients

alarms = typer.Typer(no_args_is_help=True, help="List who is told of alarms, send them again.")

DAY = ["%Y-%m-%d"]


@alarms.command("recipients")
def list_recipients() -> None:
    """List the recipients of alarms: id, channel, site, address, choice, and state of their deliveries."""
    database = open_database(Settings())
    try:
        found = read_recipients(database, lambda _: True)
    finally:
        database.close()
    for each in found:
        stands = sentence("command.alarms.stands", waiting=each["underway"], given_up=each["given_up"])
        failing = "" if each["failure"] is None else f", {each['failure']}"
        what = f"{each['channel']:8} {each['site']:16} {each['address']}"
        say(f"{each['recipient']}  {what}  {_chosen(each['choice'])}  {stands}{failing}")


def _chosen(choice: AlarmChoice) -> str:
    listed = choice.listed_kinds()
    kinds = sentence("command.alarms.every_kind") if listed is None else ",".join(listed)
    key = "command.alarms.choice" if choice.hall is None else "command.alarms.choice.hall"
    return sentence(key, kinds=kinds, hall=choice.hall, language=choice.language)


@alarms.command("replay")
def replay(
    recipient: Annotated[str, typer.Argument(help="Id of the recipient, as `recipients` lists it.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY, help="From that day on (UTC), at most thirty days ago; yesterday by default."
        ),
    ] = None,
) -> None:
    """Send again, in their order and with their ids, the deliveries that went to a recipient."""
    settings = Settings()
    from_day = since or datetime.now(UTC) - timedelta(days=1)
    count = write(
        settings.var,
        lambda: open_database(settings),
        writers.send_alarms_again,
        recipient=recipient,
        since=to_text(from_day.replace(tzinfo=UTC)),
    )
    say(sentence("command.alarms.again", recipient=recipient, count=count))
