"""Every page that people read, on a screen and on a phone: axe finds nothing, and nothing sticks out to the side."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.test_urls import READABLE, address
from tests.url_table import Row
from tests.world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FRAGMENTS = {
    "diary:who",
    "diary:products",
    "billing:cart-matches",
    "billing:counter-upi",
    "billing:buyer-matches",
    "still-here",
}  # parts of other pages
# How the names of files end, and of the part that tells how far a file is.
FILES = ("-csv", "-xlsx", "-pdf", "-template", "-progress")
PAGES = [row for row in READABLE if row.name not in FRAGMENTS and not row.name.endswith(FILES)]
WIDTHS = (1280, 390)
PARTS = 4  # so that the workers of a run share the pages
UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling"


def faults(page: Page) -> list[str]:
    """What axe finds, one line for each element at fault."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def look(page: Page, row: Row) -> list[str]:
    """Axe at the desktop, where nothing is folded away; what sticks out to the side at both widths, of one loading."""
    said = faults(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
            said.append(f"{wide} px wide at {width}")
    page.set_viewport_size({"width": max(WIDTHS), "height": 800})
    return [f"{row.name}: {fault}" for fault in said]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_used_by_everybody(window: Callable[..., Window], part: int) -> None:
    world: World = make_world()
    browser = window(world.ours.person("manager"), width=max(WIDTHS))
    said = []
    for row in PAGES[part::PARTS]:
        page = browser.open(address(row, world.ours))
        expect(page.locator(UNDER_WAY)).to_have_count(0)
        said += look(page, row)
    assert not said, "\n".join(said)


def test_so_can_the_sign_in_page(window: Callable[..., Window]) -> None:
    world: World = make_world()
    browser = window(world.ours.person("manager"))
    browser.context.clear_cookies()
    page = browser.open("/sign-in/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".alert").wait_for()
    assert faults(page) == []


def test_customers_are_found_while_typing(window: Callable[..., Window]) -> None:
    world: World = make_world()
    page = window(world.ours.person("cashier"), width=390).open("/customers/")
    page.keyboard.press("/")
    page.keyboard.type("nobody of this name")
    page.get_by_text("No customer found.").wait_for()
    page.get_by_role("searchbox").fill(world.ours.customer.number)
    page.get_by_role("link", name=world.ours.customer.name).click()
    page.get_by_text(world.ours.bill.number).wait_for()


def test_the_name_is_put_right_with_one_tap(window: Callable[..., Window]) -> None:
    world: World = make_world()
    page = window(world.ours.person("cashier")).open(world.ours.customer.get_absolute_url())
    page.locator("summary").click()
    page.get_by_label(f"Name of {world.ours.customer.number}").fill("Zoya Khan")
    page.get_by_role("button", name="Correct", exact=True).click()
    page.locator(".customer-name .who", has_text="Zoya Khan").wait_for()
