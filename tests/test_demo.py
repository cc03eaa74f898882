"""The commands that begin a shop, and the demo shop as a whole."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Q

from billing.models import Batch, Bill, Product
from customers.models import Customer
from debts.due import due_customers
from viveka.demo import load
from viveka.demo.catalogue import GOODS, ean13
from viveka.demo.trade import Delivery, Visit
from viveka.stores.models import Membership, Store, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def run(command: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, stdout=out, stderr=out, **options)
    return out.getvalue()


class TestBeginning:
    def test_a_store_with_its_people(self) -> None:
        run("create_store", slug="shop", name="Shop", region="AE", currency="AED", timezone="Asia/Dubai")
        store = Store.objects.get()
        assert (store.slug, store.region, store.currency, store.timezone) == ("shop", "AE", "AED", "Asia/Dubai")
        assert "asha is cashier of Shop" in run(
            "create_staff", store="shop", username="asha", role="cashier", password="a good one"
        )
        assert User.objects.get().check_password("a good one")

    @pytest.mark.parametrize(
        "wrong", [{"slug": "a b"}, {"name": ""}, {"region": "XX"}, {"currency": "rupees"}, {"timezone": "Mars"}]
    )
    def test_a_wrong_store_is_refused_in_words(self, wrong: dict[str, str]) -> None:
        with pytest.raises(CommandError, match=f"--{next(iter(wrong))}"):
            run("create_store", **{"slug": "shop", "name": "Shop", **wrong})
        assert not Store.objects.exists()

    def test_a_password_is_made_up_where_nobody_can_be_asked(self, store: Store) -> None:
        told = run("create_staff", store=store.slug, username="meera", role="manager")
        assert User.objects.get().check_password(told.split("Password: ")[1].strip())

    def test_an_existing_account_only_gets_the_role(self, store: Store, other_store: Store, cashier: User) -> None:
        before = cashier.password
        told = run("create_staff", store=other_store.slug, username=cashier.username, role="auditor", password="other")
        cashier.refresh_from_db()
        assert "stays as it is" in told and cashier.password == before
        assert Membership.objects.get(store=other_store).role == "auditor"

    def test_an_unknown_store_is_said(self) -> None:
        with pytest.raises(CommandError, match="There is no store"):
            run("create_staff", store="none", username="asha", role="cashier", password="x")


class TestStory:
    def test_barcodes_are_right_and_of_the_range_for_shops(self) -> None:
        codes = [good.barcode for good in GOODS if good.barcode]
        assert len(set(codes)) == len(codes) > 80
        assert all(code == ean13(code[:12]) and code.startswith("20") and len(code) == 13 for code in codes)
        assert ean13("400638133393") == "4006381333931"

    def test_the_same_seed_tells_the_same_story(self, store: Store) -> None:
        assert _story(store) == _story(store)

    @pytest.mark.parametrize("days", range(0, 60, 7))
    def test_no_visit_finds_an_empty_shelf_whatever_the_day(self, store: Store, days: int) -> None:
        visits, deliveries = _story(store, NOW + timedelta(days=days, hours=days % 24))
        shelf: dict[str, Any] = {}
        for event in sorted([*deliveries, *visits], key=lambda event: event.at):
            if hasattr(event, "basket"):
                for good, quantity in event.basket:
                    if not good.is_service:
                        shelf[good.sku] -= quantity
                        assert shelf[good.sku] >= 0, (good, event.at)
            else:
                expired = event.expiry and event.expiry < visits[-1].at.date()
                shelf[event.good.sku] = shelf.get(event.good.sku, 0) + (0 if expired else event.quantity)
        assert 1300 < len(visits) < 1700


def _story(store: Store, now: datetime = NOW) -> tuple[list[Visit], list[Delivery]]:
    store.created_at = now
    events = load.tell_story(store)[1]
    visits = [event for event in events if isinstance(event, Visit)]
    return visits, [event for event in events if isinstance(event, Delivery)]


class TestShop:
    """Twelve days of it, so that the test is quick; the rest is more of the same."""

    @pytest.fixture(autouse=True)
    def shorter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("viveka.demo.trade.DAYS", 12)
        monkeypatch.setattr("viveka.demo.trade.COVER", 5)

    def test_has_goods_customers_and_bills_made_by_the_checkout(self) -> None:
        assert load.load_demo(now=NOW, say=lambda text: None)
        store = Store.objects.get(slug="shivik-mart")
        assert Product.objects.of(store).count() == 122
        assert Customer.objects.of(store).filter(phone__isnull=False).count() == 200
        bills = Bill.objects.of(store).aggregate(all=Count("pk"), nobody=Count("pk", filter=Q(customer=None)))
        assert bills["all"] > 150 and 0.2 < bills["nobody"] / bills["all"] < 0.5
        in_order = list(Bill.objects.of(store).order_by("sequence").values_list("at", flat=True))
        assert in_order == sorted(in_order) and in_order[-1] <= NOW
        several = Product.objects.of(store).annotate(costs=Count("batches__cost_price", distinct=True))
        assert several.filter(costs__gt=1).exists()
        assert Batch.objects.expired(store.day_of(NOW)).exists()
        owing = Customer.objects.of(store).filter(debt_balance__gt=0)
        assert owing.count() == 9 and due_customers(store, store.day_of(NOW)).count() == 7
        assert "hold" in run("check_books", store=store.slug)

    def test_comes_once_and_tells_its_sign_ins(self) -> None:
        told = run("load_demo", if_empty=True)
        assert told.splitlines()[1:] == run("load_demo", if_empty=True).splitlines()
        for name, password in load.PASSWORDS.items():
            assert name in told and password in told
            assert User.objects.get(username=name).check_password(password)
        User.objects.get(username="asha").set_password("x")
        bills = Bill.objects.count()
        assert "there already" in run("load_demo")
        assert Bill.objects.count() == bills

    def test_does_nothing_where_a_store_works(self, store: Store) -> None:
        assert run("load_demo", if_empty=True) == ""
        assert Store.objects.get() == store

    def test_interrupted_it_goes_on_where_it_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sold = []

        def pulled_plug(*args: Any) -> None:
            sold.append(sell(*args))
            if len(sold) in {1, 60, 75}:
                raise KeyboardInterrupt

        sell = load._sell
        monkeypatch.setattr(load, "PART", 50)
        monkeypatch.setattr(load, "_sell", pulled_plug)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                load.load_demo(now=NOW, if_empty=True, say=lambda text: None)
            assert not Membership.objects.exists()
        later = NOW + timedelta(days=3)
        assert load.load_demo(now=later, if_empty=True, say=lambda text: None)
        store = Store.objects.get()
        visits, deliveries = _story(store)
        assert (Bill.objects.count(), Batch.objects.count()) == (len(visits), len(deliveries))
        assert Bill.objects.order_by("-sequence").first().at == visits[-1].at
        assert "hold" in run("check_books", store=store.slug)
        assert not load.load_demo(now=later, if_empty=True, say=lambda text: None)
