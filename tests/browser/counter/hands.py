"""What a cashier's hands and a scanner do, and where the cart shows it."""

from django.urls import reverse
from playwright.sync_api import Page

COUNTER = reverse("billing:counter")


def type_by_hand(page: Page, text: str) -> None:
    """As people do, who are slower than a scanner."""
    for sign in text:
        page.keyboard.type(sign)
        page.wait_for_timeout(110)


def scan(page: Page, code: str) -> None:
    """What a scanner does: the characters, then Enter, into whatever has the focus."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def lines(page: Page):
    return page.locator(".cart-line")


def quantity(page: Page, number: int = 0):
    return lines(page).nth(number).locator("[name=quantity]")
