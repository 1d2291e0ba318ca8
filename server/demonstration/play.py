"""The play of one hall: visitors come, wait, leave or are served; agents call, serve, pause and close.

This module knows neither the database nor the network: `Acts` does the acts, `Timeline` says when. The same
random numbers give the same acts at the same instants.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from server.demonstration.acts import Agent, CalledPerson, CounterPost, VisitEnd
from server.demonstration.visitors import HallVisitors, Visitor, duration_s, habits, pick

NO_SHOW_SHARE = 0.025
COMES_BACK_SHARE = 0.4
LEFT_AFTER_CALL_SHARE = 0.006
SLOW_SHARE = 0.08
USUAL_RECALLS = 3
"""The number of recalls without an answer before an agent gives up."""
OUTCOME_SHARE = 0.7
"""The share of services after which the agent notes an outcome."""
START_PRESSED_SHARE = 0.83
PAUSE_SHARE = 0.012
"""The share of visits after which an agent pauses."""
LOOKS_UP_S = 130.0
"""Mean time until an idle agent calls a visitor."""
FILES_S = 100.0
"""Mean time for the file of a visit once the visitor has left, before the next call."""
LOOKS_AGAIN_S = 60.0
EAGER_WITHIN_S = 8.0
NOBODY_THERE = VisitEnd()


@dataclass
class HallPlay(HallVisitors):
    """One hall's visitors and agents. `means_s`: the mean service time of each service.

    `self_service`: counters at which visitors work by themselves. `eager_until_s`: up to this instant agents
    call and visitors come to the counter within seconds.
    """

    means_s: dict[str, int]
    self_service: frozenset[str] = frozenset()
    posts: dict[str, CounterPost] = field(default_factory=dict)
    eager_until_s: float = 0.0

    # --- agents -----------------------------------------------------------------------------------

    def greet(self) -> None:
        """Someone is helped at an open counter without a ticket."""
        open_posts = self._list_open_posts()
        if open_posts:
            post, session = self.chance.choice(open_posts)
            self._may_fail(None, lambda: self.acts.greet(post.services[0], post.counter, session))

    def _list_open_posts(self) -> list[tuple[CounterPost, str]]:
        """The open posts, each with its session."""
        return [(post, post.session) for post in self.posts.values() if post.session is not None]

    def open(self, counter: str) -> None:
        """An agent takes a counter, and those held with it, and calls."""
        for post in self._posts_with(counter):
            self._open(post)

    def _open(self, post: CounterPost) -> None:
        post.is_leaving = False
        if post.session is None:
            self._may_fail(post, lambda: self._take(post))

    def _posts_with(self, counter: str) -> list[CounterPost]:
        if counter not in self.posts:
            agent = Agent()
            for each in self.own.posts_with(counter):
                self.posts[each] = CounterPost(each, agent, is_self_service=each in self.self_service)
                agent.posts.append(self.posts[each])
        return self.posts[counter].agent.posts

    def _take(self, post: CounterPost) -> None:
        post.session, post.services = self.acts.open(post.counter, post.agent.session)
        post.state = "idle"
        if post.may_receive:
            self._coming(post, self.chance.uniform(5, 40))

    def leave(self, counter: str, *, serves_all: bool) -> None:
        """The agent will leave after the present visits, or once nobody waits for the counters."""
        for post in self._posts_with(counter):
            if post.session is not None:
                post.is_leaving, post.serves_all = True, serves_all
        for post in self._posts_with(counter):
            if post.session is not None and post.state in ("idle", "paused") and post.may_receive:
                self._may_fail(post, lambda post=post: self._close(post))  # type: ignore[misc]

    def wake(self, service: str) -> None:
        """An idle agent who serves this looks up: the one with the fewest services."""
        idle = [
            post
            for post in self.posts.values()
            if post.state == "idle" and service in post.services and post.may_receive
        ]
        if idle:
            self._coming(
                min(idle, key=lambda post: len(post.services)),
                duration_s(self.chance, LOOKS_UP_S, spread=0.7),
            )

    def close_all(self) -> None:
        """Closes every counter now. Visitors who were called and have not come are no longer awaited."""
        for act in (self._answer_now, self._close_now):
            for post in self.posts.values():
                if post.session is not None:
                    self._may_fail(post, lambda act=act, post=post: act(post))  # type: ignore[misc]

    def serves(self, service: str) -> bool:
        """Whether an agent whose counter stays open serves this now."""
        return any(
            post.session is not None and not post.is_leaving and service in post.services
            for post in self.posts.values()
        )

    def _coming(self, post: CounterPost, delay_s: float) -> None:
        post.state = "coming"
        self._later(post, self._eager(delay_s), self._press_next)

    def _eager(self, delay_s: float) -> float:
        return min(delay_s, EAGER_WITHIN_S) if self.time.now_s < self.eager_until_s else delay_s

    def _later(self, post: CounterPost, delay_s: float, act: Callable[[CounterPost], None]) -> None:
        post.turn += 1
        turn = post.turn

        def due() -> None:
            if post.turn == turn and post.session is not None:
                self._may_fail(post, lambda: act(post))

        self.time.after(delay_s, due)

    def _press_next(self, post: CounterPost, end: str | None = None) -> None:
        assert post.session is not None
        ending = NOBODY_THERE
        if post.leg is not None:
            outcome = self._outcome() if end == "served" else None
            ending = VisitEnd(post.leg.leg, end, outcome)
        if self._calls(post, ending):
            return
        post.state = "idle"
        others = [] if post.is_self_service else [each for each in post.others if each.state == "idle"]
        if any(self._calls(other) for other in others):
            return
        if post.is_leaving:
            self._close(post)

    def _calls(self, post: CounterPost, ending: VisitEnd = NOBODY_THERE) -> bool:
        """Whether a visitor is called to this post."""
        assert post.session is not None
        post.leg = called = self.acts.next(post.counter, post.session, ending)
        if called is None:
            return False
        post.state = "busy"
        self._called(post, called)
        return True

    def _outcome(self) -> str | None:
        return pick(self.chance, habits().outcomes) if self.chance.random() < OUTCOME_SHARE else None

    def _called(self, post: CounterPost, called: CalledPerson) -> None:
        visitor = self.visitors.get(called.visit)
        is_gone = visitor is not None and visitor.is_gone
        if visitor is not None:
            visitor.is_waiting = False
        if is_gone or self.chance.random() < NO_SHOW_SHARE:
            self._later(post, self.chance.uniform(50, 75), self._recall_in_vain)
        elif visitor is not None and self.chance.random() < LEFT_AFTER_CALL_SHARE:
            self._later(post, 30, lambda post: self._left_after_call(post, visitor))
        elif self.chance.random() < SLOW_SHARE:
            self._later(post, self.chance.uniform(55, 80), self._recall_slow)
        else:
            self._later(post, self._eager(duration_s(self.chance, 28, spread=0.4)), self._start)

    def _recall_slow(self, post: CounterPost) -> None:
        self._verb(post, "recall")
        self._later(post, duration_s(self.chance, 30, spread=0.4), self._start)

    def _recall_in_vain(self, post: CounterPost, before: int = 0) -> None:
        self._verb(post, "recall")
        goes_on = self.chance.random() < 0.35 and before + 1 < USUAL_RECALLS
        again = partial(self._recall_in_vain, before=before + 1) if goes_on else self._no_show
        self._later(post, self.chance.uniform(45, 75), again)

    def _no_show(self, post: CounterPost) -> None:
        assert post.leg is not None
        missed = post.leg
        visitor = self.visitors.get(missed.visit)
        if self.chance.random() < 0.5 and not post.is_leaving:
            self._press_next(post, "no_show")
        else:
            self._verb(post, "no-show")
            post.leg = None
            self._free(post, self.chance.uniform(5, 20))
        if visitor is None or (not visitor.is_gone and self.chance.random() < COMES_BACK_SHARE):
            delay_s = self.chance.uniform(3 * 60, 15 * 60)
            self.time.after(delay_s, lambda: self._come_back(missed))

    def _come_back(self, missed: CalledPerson) -> None:
        open_posts = self._list_open_posts()
        if open_posts and self.serves(missed.service):
            post, session = open_posts[0]
            reinstate = partial(self.acts.verb, "reinstate", session, leg=missed.leg, counter=post.counter)
            self._may_fail(None, reinstate)
            self.wake(missed.service)

    def _left_after_call(self, post: CounterPost, visitor: Visitor) -> None:
        self.acts.give_up(visitor.ticket.token)
        post.leg = None
        self._free(post, self.chance.uniform(20, 60))

    def _start(self, post: CounterPost) -> None:
        assert post.leg is not None
        if self.chance.random() < START_PRESSED_SHARE:
            self._verb(post, "start")
        mean_s = self.means_s.get(post.leg.service, 600)
        self._later(post, duration_s(self.chance, mean_s), self._served)

    def _served(self, post: CounterPost) -> None:
        assert post.leg is not None
        assert post.session is not None
        to = self._sent_on(post.leg.service)
        if to is not None:
            self.acts.transfer(post.counter, post.session, leg=post.leg.leg, service=to)
            visitor = self.visitors.get(post.leg.visit)
            if visitor is not None:
                visitor.is_waiting, visitor.service = True, to
            post.leg = None
            self.wake(to)
            self._free(post, duration_s(self.chance, FILES_S / 2))
        elif self.chance.random() < PAUSE_SHARE and self._may_pause(post):
            self._finish(post)
            self._pause(post)
        elif self.chance.random() < 0.45 or post.others or (post.is_leaving and not post.serves_all):
            self._finish(post)
            self._free(post, duration_s(self.chance, FILES_S))
        else:
            self._later(
                post, duration_s(self.chance, FILES_S / 2), lambda post: self._press_next(post, "served")
            )

    def _sent_on(self, service: str) -> str | None:
        if service != self.own.sent_on_from:
            return None
        drawn = self.chance.random() * 100
        for to, percent in self.own.sent_on.items():
            if drawn < percent:
                return to if self.serves(to) else None
            drawn -= percent
        return None

    def _free(self, post: CounterPost, delay_s: float) -> None:
        """The visitor has left the post: the agent leaves it, or continues at another one held with it."""
        post.state = "idle"
        if post.is_leaving and not post.serves_all:
            self._close(post)
            return
        posts = [post] if post.is_self_service else [post, *post.others]
        self._coming(self.chance.choice([each for each in posts if each.state == "idle"]), delay_s)

    def _may_pause(self, post: CounterPost) -> bool:
        return not post.is_leaving and all(other.state == "idle" for other in post.others)

    def _pause(self, post: CounterPost) -> None:
        assert post.session is not None
        self.acts.pause(post.counter, post.session, self.chance.choice(habits().pause_reasons))
        for each in (post, *post.others):
            each.state = "paused"
        self._later(post, self.chance.uniform(4 * 60, 12 * 60), self._resume)

    def _resume(self, post: CounterPost) -> None:
        assert post.session is not None
        self.acts.pause(post.counter, post.session, None)
        for other in post.others:
            other.state = "idle"
            if other.is_self_service:
                self._coming(other, self.chance.uniform(5, 40))
        self._free(post, 5)

    def _finish(self, post: CounterPost) -> None:
        assert post.leg is not None
        assert post.session is not None
        self.acts.finish(post.counter, post.session, leg=post.leg.leg, outcome=self._outcome())
        post.leg = None

    def _verb(self, post: CounterPost, verb: str) -> None:
        assert post.leg is not None
        assert post.session is not None
        self.acts.verb(verb, post.session, leg=post.leg.leg, counter=post.counter)

    def _close(self, post: CounterPost) -> None:
        """The agent leaves this post; with the last one the session ends."""
        assert post.session is not None
        if post.agent.is_engaged:
            self.acts.leave(post.counter, post.session)
            post.leave()
            return
        self.acts.close(post.counter, post.session)
        for each in post.agent.posts:
            each.leave()

    def _answer_now(self, post: CounterPost) -> None:
        """The visitor called to this post did not come."""
        counter = self.acts.read_counter(post.counter)
        if counter.session == post.session and counter.leg is not None and not counter.leg.is_started:
            post.leg = counter.leg
            self._verb(post, "no-show")

    def _close_now(self, post: CounterPost) -> None:
        assert post.session is not None
        if self.acts.read_counter(post.counter).session == post.session:
            self.acts.close(post.counter, post.session)
        post.leave()

    # --- what others do meanwhile -----------------------------------------------------------------

    def _look_again(self, post: CounterPost) -> None:
        """Another person acted at this counter: takes its present state, or leaves it to its holder."""
        counter = self.acts.read_counter(post.counter)
        if post.session is None or counter.session != post.session:
            post.leave()
            self.time.after(LOOKS_AGAIN_S, lambda: self._open(post))
            return
        post.leg = counter.leg
        if counter.leg is None:
            post.state = "idle"
            if post.may_receive:
                self._coming(post, 10)
        else:
            post.state = "busy"
            self._later(post, 10, self._served if counter.leg.is_started else self._start)
