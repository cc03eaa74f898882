"""A sale on credit above the limit, allowed by a manager's PIN."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from billing.models import Bill, Cart, Product
from billing.tests.counter.pressing import offered, pay, text
from billing.tests.factories import filled_cart
from customers.models import Customer
from debts.services import set_credit_account
from debts.tests.factories import owes
from viveka.stores.models import Membership, User

pytestmark = pytest.mark.django_db


class TestAManagersPin:
    """Owes 900 of 1,000 and buys for 500: refused, and allowed by a manager at the cashier's screen."""

    @pytest.fixture
    def cart(self, cashier: User, manager: User, john: Customer, soap: Product) -> Cart:
        set_credit_account(customer=john, by=manager, credit_limit=D(1000), terms_days=None)
        owes(john, 900)
        Membership.objects.filter(user=manager).update(pin_hash=make_password("2580"))
        return filled_cart(john.store, cashier, [(soap, 5)], customer=john)

    def sent(self, cart: Cart, manager: User, **more: str) -> dict[str, Any]:
        allowed = {"pin_manager": manager.memberships.get().pk, "pin": "2580", "pin_why": "A wedding"}
        return {"method": "credit", **offered(cart.customer), **allowed, **more}

    def test_is_asked_for_and_records_both_names(self, till: Client, cart: Cart, cashier: User, manager: User) -> None:
        refused = text(pay(till, cart, method="credit"))
        assert "A manager allows it" in refused
        assert manager.username in refused
        assert "HX-Redirect" in pay(till, cart, **self.sent(cart, manager))
        debt = Bill.objects.get().payments.get().debt
        assert (debt.by, debt.allowed_by, debt.allowed_why) == (cashier, manager, "A wedding")

    def test_wrong_nothing_is_billed_and_what_was_typed_stays(self, till: Client, cart: Cart, manager: User) -> None:
        response = pay(till, cart, **self.sent(cart, manager, pin="2581"))
        assert "This PIN is not right." in text(response)
        assert 'value="A wedding"' in response.content.decode()
        assert "2581" not in response.content.decode()
        assert not Bill.objects.exists()

    def test_not_needed_leaves_no_name_on_the_debt(self, till: Client, cart: Cart, manager: User) -> None:
        pay(till, cart, **self.sent(cart, manager, received="400"))
        assert Bill.objects.get().payments.get(method="credit").debt.allowed_by is None

    def test_a_manager_at_her_own_counter_says_why(
        self, manager_client: Client, cart: Cart, manager: User, john: Customer
    ) -> None:
        Cart.objects.filter(pk=cart.pk).update(by=manager)
        assert "A manager allows it Why" in text(pay(manager_client, cart, method="credit"))
        pay(manager_client, cart, method="credit", pin_why="A wedding", **offered(john))
        assert Bill.objects.get().payments.get().debt.allowed_by == manager
