"""Members, their keys, the stores of one, the tills: everything on the ground floor, once or many times."""

from billing.tests.till_factories import counted, opened_till, took_out
from tests.growth.growing import Growing, amount
from viveka.stores.models import ApiToken, Membership, PinTry, Store, TillSession, User
from viveka.stores.tests.factories import StoreFactory


def grow_members(growing: Growing) -> list[User]:
    """Managers with a PIN, so that forms offer them; as many who left; wrong PINs."""
    roles = {"clerk": None, "gone": growing.now}
    made = []
    for name, ended_at in roles.items():
        people = [User(username=f"{name}-{number}-{growing.store.pk}", password="!") for number in growing.rows()]
        User.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(
                store=growing.store, user=one, role="manager", pin_hash="!", pin_set_at=growing.now, ended_at=ended_at
            )
            for one in people
        )
        made.append(people)
    standing = growing.shop.staff["manager"]
    told = {"membership": standing, "by": growing.cashier, "what": "pass a credit limit", "at": growing.now}
    PinTry.objects.bulk_create(PinTry(is_right=True, **told) for _ in growing.rows())
    return made[0]


def grow_tokens(growing: Growing) -> None:
    for number in growing.rows():
        ApiToken.objects.issue(store=growing.store, user=growing.cashier, name=f"Program {number}")


def grow_branches(growing: Growing) -> None:
    """More stores in which the auditor works."""
    for number in growing.rows():
        store = StoreFactory(name=f"Branch {number}")
        Membership.objects.create(store=store, user=growing.shop.person("auditor"), role="auditor")


def grow_settings(growing: Growing) -> None:
    """Changes of the store's settings."""
    store = Store.objects.get(pk=growing.store.pk)
    for number in growing.rows():
        store.receipt_footer = f"Footer {number}"
        store.save(update_fields=["receipt_footer"])


def grow_tills(growing: Growing) -> TillSession:
    """More tills and counted sessions; an open one with cash going in and out, at which the machines stand."""
    for number in growing.rows():
        session = opened_till(growing.store, growing.cashier, name=f"Drawer {number}", now=growing.now)
        counted(session, 400 + number, growing.cashier, note="So it is", hand_to=growing.manager)
    session = opened_till(growing.store, growing.cashier, 90_000, name="The counter", now=growing.now)
    for number in growing.rows():
        took_out(session, amount(number), growing.cashier, reason=f"Tea {number}")
    return session
