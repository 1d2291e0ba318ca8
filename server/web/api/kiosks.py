"""The agent of a kiosk: its sign of life, what it needs without the server, the presses that it took alone.

Protocol: docs/rules/off-line.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field, model_validator

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.domain.tickets import LONGEST_PREFIX, PREFIX_LETTERS, number_text
from server.domain.visits.off_line import LONGEST_AGE_S, Pressed
from server.domain.visits.verb_facts import Need
from server.usecases.tickets import kiosk_agent, off_line
from server.web.access.callers import Caller, require_caller, someone
from server.web.access.requirements import DEVICES
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, write_key
from server.web.api.shapes import LINE, OPAQUE, Instant, RequestShape, Slug, Spoken

MOST_PRESSES = 50
NUMBER = rf"^[{''.join(sorted(PREFIX_LETTERS))}]{{1,{LONGEST_PREFIX}}}[0-9]{{3,5}}$"


class AgentBody(RequestShape):
    """An agent that is live. `incarnation`: its name for this life; `now`: its clock; `leaves`: it stops."""

    incarnation: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    program: str = Field(min_length=1, max_length=40, pattern=LINE)
    now: Instant
    leaves: bool = False


class PressBody(RequestShape):
    """A press that the agent answered with a number of the kiosk’s own series.

    `age_s`: seconds since the press, counted without the clock; null: the computer started again since.
    `verdict`: of its paper, null: none.
    """

    press_id: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    service: str = Slug
    language: str = Spoken
    priority: bool = False
    needs: list[Need] = Field(default=[], max_length=len(Need))
    number: str = Field(pattern=NUMBER)
    rank: int = Field(ge=1, le=99_999)
    pressed_at: Instant
    age_s: float | None = Field(ge=-LONGEST_AGE_S, le=LONGEST_AGE_S, allow_inf_nan=False)
    verdict: off_line.PaperVerdict | None = None

    @property
    def series(self) -> str:
        """The prefix of the number."""
        return self.number.rstrip("0123456789")

    @model_validator(mode="after")
    def _is_one_number(self) -> "PressBody":
        if self.number != number_text(self.series, self.rank):
            raise ValueError("number and rank differ")
        return self


class PressesBody(RequestShape):
    """Presses of one incarnation, in the order of their ranks; `now`: the agent’s clock as it sends them."""

    incarnation: str = Field(min_length=8, max_length=64, pattern=OPAQUE)
    now: Instant
    presses: list[PressBody] = Field(min_length=1, max_length=MOST_PRESSES)


@dataclass(frozen=True, slots=True)
class Agents:
    """What the routes of agents need besides: the file of the logo, and a brake for each route."""

    read_logo: kiosk_agent.ReadLogo
    slow_signs: Callable[[], None]
    slow_provisions: Callable[[], None]
    slow_presses: Callable[[], None]


def kiosks_api(api: Api, agents: Agents) -> ApiRoutes:
    routes = ApiRoutes("kiosks")

    @routes.put("/kiosks/<kiosk>/agent", Permission.ISSUE, of=DEVICES)
    def agent(kiosk: str, body: AgentBody) -> kiosk_agent.AgentAnswer:
        """Says that the agent of a kiosk is live; 409 (kiosk_twice) while another one of it is."""
        _, hall = _own_kiosk(kiosk)
        agents.slow_signs()
        report = kiosk_agent.AgentReport(kiosk, body.incarnation, body.program, body.leaves)
        return kiosk_agent.hear_from_agent(api.database, hall, report)

    @routes.get("/kiosks/<kiosk>/provision", Permission.ISSUE, of=DEVICES)
    def provision(kiosk: str) -> kiosk_agent.Provision:
        """What a kiosk needs to go on without the server for seven days."""
        _, hall = _own_kiosk(kiosk)
        agents.slow_provisions()
        return kiosk_agent.read_provision(api.database, hall, kiosk, agents.read_logo)

    @routes.post("/kiosks/<kiosk>/presses", Permission.ISSUE, of=DEVICES)
    def presses(kiosk: str, body: PressesBody) -> off_line.MergedAnswer:
        """Merges presses that were answered off line; repeated, the answer is the same. Never refused."""
        caller, hall = _own_kiosk(kiosk)
        agents.slow_presses()
        batch = off_line.OffLineBatch(kiosk, body.incarnation, body.now, list(map(_press, body.presses)))
        answer = off_line.merge_presses(
            api.database, hall, caller.author, batch, write_key=write_key(caller.author)
        )
        api.breathe()
        return answer

    return routes


def _own_kiosk(kiosk: str) -> tuple[Caller, str]:
    """The kiosk that calls, and its hall (id). Refusal: foreign_device for any other caller."""
    caller = someone()
    if caller.kind != "device" or caller.name != "kiosk" or caller.configured != kiosk:
        raise Refusal("foreign_device")
    return require_caller(Permission.ISSUE, caller.hall or "")


def _press(body: PressBody) -> off_line.OffLinePress:
    return off_line.OffLinePress(
        press_id=body.press_id,
        service=body.service,
        pressed=Pressed(body.pressed_at, body.age_s),
        series=body.series,
        rank=body.rank,
        language=body.language,
        is_priority=body.priority,
        needs=tuple(body.needs),
        verdict=body.verdict,
    )
