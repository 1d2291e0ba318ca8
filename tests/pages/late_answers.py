"""Answers of the server that reach a page late, or only once the test lets them."""

from playwright.sync_api import APIResponse, Page, Route

from tests.harness.waiting import wait_until


class Held:
    """What the page reads of one address, kept from the server until `release`."""

    def __init__(self, page: Page, address: str) -> None:
        self._routes: list[Route] = []
        self._is_released = False
        page.route(address, self._attend)
        wait_until(lambda: self._holds(page, address.removeprefix("**")), "what the page asks is held")
        for route in self._routes:
            route.fulfill(status=204)
        self._routes.clear()

    def _holds(self, page: Page, path: str) -> bool:
        """A busy browser lets requests pass for a while after the command to hold them."""
        page.evaluate("(path) => void fetch(path)", path)
        page.title()  # lets what was held be told
        return bool(self._routes)

    def _attend(self, route: Route) -> None:
        if self._is_released:
            route.continue_()
        else:
            self._routes.append(route)

    def release(self) -> None:
        self._is_released = True
        for route in self._routes:
            route.continue_()


class Late:
    """The first answer of the server at one address, read at once, which the page gets with `arrive`."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address
        self._read: list[tuple[Route, APIResponse]] = []
        page.route(address, self._attend)

    def _attend(self, route: Route) -> None:
        if self._read:
            route.continue_()
        else:
            self._read.append((route, route.fetch()))

    def wait(self) -> None:
        wait_until(lambda: (self._page.title(), self._read)[1], f"{self._address} is read")

    def arrive(self) -> None:
        (route, answer), *_ = self._read
        with self._page.expect_response(self._address) as arrived:
            route.fulfill(response=answer)
        arrived.value.finished()
        self._page.evaluate("new Promise(requestAnimationFrame)")
