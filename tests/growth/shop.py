"""The whole of it: a shop in which each thing that a page lists stands so many times."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from billing.models import BooksRun, CreditNote, Product, Return
from customers.models import Customer
from debts.models import OpeningBalance
from tests.growth.diary import grow_diary, grow_past
from tests.growth.files import bring_lists
from tests.growth.goods import grow_goods, grow_services, grow_shelf, grow_shortages
from tests.growth.growing import Growing
from tests.growth.money import grow_advances, grow_debts, grow_old_books, grow_owing
from tests.growth.people import grow_branches, grow_members, grow_settings, grow_tills, grow_tokens
from tests.growth.sales import grow_bill, grow_carts, grow_credit_notes, grow_returns, grow_sales
from tests.world import Shop, make_shop
from viveka.stores.models import TillSession, User
from viveka.stores.tests.factories import staff
from viveka.stores.tills import standing_at


@dataclass(frozen=True)
class Grown(Shop):
    """The shop's own things are those of which there is most; and more that addresses name."""

    times: int
    clerks: list[User]
    buyers: list[Customer]
    goods: list[Product]
    short: Product
    whole_return: Return
    note: CreditNote
    run: BooksRun
    standing: TillSession
    opening: OpeningBalance
    importer: User
    """A manager who brought lists in."""
    typist: User
    """A manager who typed one."""

    def person(self, role: str) -> User:
        return getattr(self, role, None) or super().person(role)

    @property
    def old_debts(self) -> list[UUID]:
        return [one.pk for one in self.run.books.debts.filter(name="Kamala")]


def grow_shop(times: int) -> Grown:
    """A shop with `times` of everything."""
    shop = make_shop()
    growing = Growing(shop, times, timezone.now())
    clerks = grow_members(growing)
    grow_tokens(growing)
    grow_branches(growing)
    grow_settings(growing)
    goods, shelf = grow_goods(growing), grow_shelf(growing)
    grow_services(growing)
    buyers = grow_owing(growing)
    advance = grow_advances(growing)
    standing = grow_tills(growing)
    with standing_at(standing.till_id):
        short = grow_shortages(growing)
        bill = grow_bill(growing, goods, clerks)
        whole_return = grow_returns(growing, bill)
        grow_sales(growing, buyers, goods[0], clerks)
        debts = grow_debts(growing)
        note = grow_credit_notes(growing, goods)
    records = grow_diary(growing, clerks, buyers[0])
    grow_past(growing, buyers)
    run = grow_old_books(growing)
    grow_carts(growing, goods, bill, buyers)
    importer, typist = staff(shop.store, "manager"), staff(shop.store, "manager")
    bring_lists(shop.store, times, waits=growing.manager, done=importer, typed=typist)
    own = {name: getattr(shop, name) for name in shop.__dataclass_fields__}
    own |= {"product": shelf, "bill": bill, "debts": debts, "advance": advance, "records": records}
    return Grown(
        **own, times=times, clerks=clerks, buyers=buyers, goods=goods, short=short, whole_return=whole_return,
        note=note, run=run, standing=standing,
        opening=OpeningBalance.objects.of(shop.store).standing()[0], importer=importer, typist=typist,
    )  # fmt: skip
