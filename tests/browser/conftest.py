"""A browser for the tests: one Chromium, a fresh profile for each test, and whatever its console complains of.

One story of each file is told on a screen and on a phone, the others on one of them: that no page sticks out to the
side on either is shown for all of them at once, in test_accessibility.py.
"""

import re
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from viveka.stores.models import User

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
PATIENCE = 30_000  # milliseconds; nothing waits longer than it must, and a busy machine may take long
expect.set_options(timeout=PATIENCE)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture(scope="session")
def browser(chromium: str) -> Generator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


# What htmx says of a request that was under way when the person went on to another page.
LEFT_BEHIND = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")


class Window:
    """A signed-in page, and what went wrong in its console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", lambda said: self._note(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, text: str) -> None:
        if not text.startswith(LEFT_BEHIND):
            self.complaints.append(text)

    def open(self, path: str) -> Page:
        self.page.bring_to_front()  # what has the focus is asked of the page in front
        self.page.goto(self.address + path)
        return self.page

    def shoot(self, name: str) -> None:
        """Keep a picture of the page as it is, for looking at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.png"
        self.page.screenshot(path=path, caret="initial")  # hiding it would take an inline style


@pytest.fixture
def window(browser: Browser, live_server: LiveServer) -> Generator[Callable[..., Window]]:
    """Call it with a person to get a signed-in Window; the test fails where the console complained."""
    opened: list[Window] = []

    def sign_in(user: User, *, width: int = 1280, height: int = 800, javascript: bool = True) -> Window:
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="en-IN"
        )
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened.append(Window(context, live_server.url))
        return opened[-1]

    yield sign_in
    for one in opened:
        one.context.close()
    assert [complaint for one in opened for complaint in one.complaints] == []
