"""An answer of the server that reaches a page late."""

from playwright.sync_api import APIResponse, Page, Route

from tests.harness.waiting import wait_until


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
