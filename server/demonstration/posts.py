"""The counters of agents: a post is one counter, and an agent holds one or several posts."""

from dataclasses import dataclass, field

from server.demonstration.acts import CalledPerson


@dataclass(eq=False)
class CounterPost:
    """A counter and its agent. `state`: closed, idle, coming (about to press next), busy or paused.

    `is_self_service`: the visitor works there, and the agent receives people at other posts meanwhile.
    """

    counter: str
    agent: "Agent"
    is_self_service: bool = False
    services: tuple[str, ...] = ()
    session: str | None = None
    state: str = "closed"
    leg: CalledPerson | None = None
    is_leaving: bool = False
    serves_all: bool = False
    turn: int = 0

    @property
    def others(self) -> "list[CounterPost]":
        """The agent's further posts that are open."""
        return [post for post in self.agent.posts if post is not self and post.session is not None]

    @property
    def may_receive(self) -> bool:
        """Whether the agent is free of visitors at the other posts."""
        return self.is_self_service or not any(
            post.state in ("coming", "busy") for post in self.others if not post.is_self_service
        )

    def leave(self) -> None:
        """Closes the post; acts planned there are dropped."""
        self.state, self.session, self.leg, self.is_leaving = "closed", None, None, False
        self.turn += 1


@dataclass(eq=False)
class Agent:
    """An agent with the posts of one session."""

    posts: list[CounterPost] = field(default_factory=list)

    @property
    def session(self) -> str | None:
        """The session that is open, at any post."""
        return next((post.session for post in self.posts if post.session is not None), None)

    @property
    def is_engaged(self) -> bool:
        """Whether a visitor is called or served at any post, or will be at once."""
        return any(post.state in ("coming", "busy") for post in self.posts)
