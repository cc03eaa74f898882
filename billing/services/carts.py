"""The cart in front of a cashier: what is in it, and for whom. Each change locks the cart's row."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.models import Bill, Cart, CartLine, Product
from billing.services.buyer import Buyer, identify
from customers.models import Customer
from viveka.stores.errors import Missing, Refused
from viveka.stores.models import Store, User
from viveka.stores.money import MAX_QUANTITY, MIN_QUANTITY
from viveka.stores.phone import normalise_phone, show_phone
from viveka.stores.text import clean_text
from viveka.stores.transactions import retry_when_entangled

OFFERED = 8
"""How many matches a list to pick from has."""
CODE_LENGTH = 100
Machine = str | None
"""Where the person works: each machine has a cart of its own. None: wherever."""


class NotOnTheList(Refused):
    """Nothing has this code or name: it may be sold by its price."""


@dataclass(frozen=True, slots=True)
class Added:
    """The product that went into the cart; or none, and those to pick from."""

    product: Product | None = None
    matches: list[Product] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BuyerNoted:
    """What became of the phone and the name typed."""

    cart: Cart | None
    is_new: bool = False
    came_back: bool = False
    warning: str = ""


def match_products(store: Store, text: str) -> list[Product]:
    """Products on sale to pick from: exactly this code first, then those whose words begin so.

    Raises Refused for text that is none.
    """
    code = clean_text(text, field="code", most=CODE_LENGTH)
    on_sale = Product.objects.of(store).on_sale()
    exact = list(on_sale.with_code(code).order_by("id"))
    rest = on_sale.matching(code).exclude(pk__in=[one.pk for one in exact]).order_by("name", "id")[:OFFERED]
    return [*exact, *rest][:OFFERED]


def add_to_cart(
    *, store: Store, by: User, machine: Machine = None, code: str = "", product_id: int | None = None
) -> Added:
    """Put one of the product into the person's cart, which is made by the first; the same again adds to its line, of
    several lines to the one touched last.

    The product is the one picked, or whose barcode or SKU is exactly `code`; a carton's barcode puts in all that it
    stands for. Any other text adds nothing and answers what it may mean. Raises NotOnTheList where nothing has the
    code, Refused where it is not on sale, Missing for an unknown product.
    """
    if product_id is not None:
        product = Product.objects.of(store).filter(pk=product_id).first()
        if product is None:
            raise Missing("This product is no longer there.", "code")
    else:
        code = clean_text(code, field="code", most=CODE_LENGTH)
        if not code:
            raise Refused("Scan a barcode, or type a SKU or the beginning of a name.", "code")
        found = list(Product.objects.of(store).with_code(code))
        # A barcode wins where another product has the same characters as its SKU.
        scanned = (one for one in found if one.barcode == code or one.pack)
        product = next(scanned, found[0] if found else None)
    if product is None:
        if matches := match_products(store, code):
            return Added(matches=matches)
        raise NotOnTheList(f"Nothing has the code or a name beginning with “{code}”.", "code")
    if not product.is_active:
        raise Refused(f"{product.name} is not on sale.", "code")
    _add(store, by, machine, product, getattr(product, "pack", None) or Decimal(1))
    return Added(product)


@retry_when_entangled
@transaction.atomic
def _add(store: Store, by: User, machine: Machine, product: Product, quantity: Decimal) -> None:
    cart = open_cart(store, by, machine)
    line = cart.lines.filter(product=product).order_by("updated_at", "id").last()
    if line is None:
        CartLine.objects.create(
            store=store, cart=cart, product=product, quantity=quantity, served_by_id=cart.served_by_id
        )
    else:
        line.product = product
        _write_quantity(line, line.quantity + quantity)


@retry_when_entangled
@transaction.atomic
def set_quantity(*, store: Store, by: User, machine: Machine = None, line_id: int, quantity: Decimal) -> None:
    """Set how much of a line is sold. More than there is stays and is shown as short.

    Raises Refused for parts of what is sold whole, Missing for a line that is not in the person's cart.
    """
    _write_quantity(find_line(store, by, machine, line_id), quantity)


@retry_when_entangled
@transaction.atomic
def step_quantity(*, store: Store, by: User, machine: Machine = None, line_id: int, step: int) -> None:
    """One more or one less. Raises Refused where nothing would be left."""
    line = find_line(store, by, machine, line_id)
    if line.quantity + step < MIN_QUANTITY:
        raise Refused("This is the last one. Remove the line instead.", "quantity")
    _write_quantity(line, line.quantity + step)


@retry_when_entangled
@transaction.atomic
def remove_line(*, store: Store, by: User, machine: Machine = None, line_id: int) -> None:
    """Take a line out of the person's cart; one that is out already is no fault."""
    if cart := lock_current(store, by, machine):
        cart.lines.filter(pk=line_id).delete()


@retry_when_entangled
@transaction.atomic
def drop_cart(*, store: Store, by: User, machine: Machine = None, cart_id: UUID, now: datetime) -> None:
    """Give up this sale, if it is still the one in front of the person."""
    cart = lock_current(store, by, machine)
    if cart is not None and cart.pk == cart_id:
        cart.dropped_at = now
        cart.save(update_fields=["dropped_at", "updated_at"])


@retry_when_entangled
@transaction.atomic
def set_buyer(*, store: Store, by: User, machine: Machine = None, phone: str, name: str, commit: bool) -> BuyerNoted:
    """Note the phone and name as typed, and the customer whom they find.

    With `commit` a valid phone that is not on record becomes a customer, and a record without a name takes this one.
    A bad phone is kept as typed and finds nobody. Raises Refused for text that is none.
    """
    cart = open_cart(store, by, machine) if (phone.strip() or name.strip()) else lock_current(store, by, machine)
    return _note_buyer(store, cart, phone, name, commit) if cart else BuyerNoted(None)


@retry_when_entangled
@transaction.atomic
def note_typed_buyer(*, store: Store, cart_id: UUID, phone: str, name: str) -> Cart | None:
    """Keep what stands in the boxes when the payment is completed; a cart that is finished stays as it is.

    Answers the cart with its customer; None where it is finished or not there.
    """
    cart = Cart.objects.filter(store=store, pk=cart_id).for_no_key_update().first()
    if cart is None or not is_unfinished(cart):
        return None
    return _note_buyer(store, cart, phone, name, False).cart


@retry_when_entangled
@transaction.atomic
def pick_buyer(*, store: Store, by: User, machine: Machine = None, customer_id: int) -> BuyerNoted:
    """Sell to this customer. Raises Missing where the store has none such."""
    cart = open_cart(store, by, machine)
    customer = Customer.objects.led_to(store, customer_id).filter(deleted_at__isnull=True).first()
    if customer is None:
        raise Missing("No such customer.", "name")
    return _write_buyer(cart, customer, show_phone(customer.phone, store.region), "")


@retry_when_entangled
@transaction.atomic
def clear_buyer(*, store: Store, by: User, machine: Machine = None) -> BuyerNoted:
    """Sell without a customer."""
    cart = lock_current(store, by, machine)
    return _write_buyer(cart, None, "", "") if cart else BuyerNoted(None)


@retry_when_entangled
@transaction.atomic
def correct_buyer_name(*, store: Store, by: User, machine: Machine = None) -> BuyerNoted:
    """Give the customer's record the name that was typed at the counter. Raises Refused where there is none."""
    cart = lock_current(store, by, machine)
    if cart is None or cart.customer_id is None:
        raise Refused("Find the customer first.", "phone")
    customer = Customer.objects.lock(store, cart.customer_id)
    customer.correct_name(cart.customer_name)
    return _write_buyer(cart, customer, cart.phone, "")


def lock_current(store: Store, by: User, machine: Machine) -> Cart | None:
    """The person's cart, locked. One that is billed while we wait for it is no longer it."""
    while cart := Cart.objects.current(store, by, machine):
        locked = Cart.objects.filter(pk=cart.pk).for_no_key_update().get()
        if is_unfinished(locked):
            return locked
    return None


def is_unfinished(locked: Cart) -> bool:
    """Asked in a statement of its own: the one that waited for the lock does not see the bill made meanwhile."""
    return locked.dropped_at is None and not Bill.objects.filter(cart=locked).exists()


def open_cart(store: Store, by: User, machine: Machine) -> Cart:
    """The person's cart, locked; a new one where there is none.

    The person's own row is the lock for making it, so that two first scans at once make one cart.
    """
    cart = lock_current(store, by, machine)
    if cart is None:
        User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.pk)
        cart = lock_current(store, by, machine) or Cart.objects.create(store=store, by=by, machine=machine or "")
    return cart


def find_line(store: Store, by: User, machine: Machine, line_id: int) -> CartLine:
    """A line of the person's cart; the cart is locked."""
    cart = lock_current(store, by, machine)
    line = cart.lines.select_related("product").filter(pk=line_id).first() if cart else None
    if cart is None or line is None:
        raise Missing("This line is no longer in the cart.", "quantity")
    line.cart = cart
    return line


def _write_quantity(line: CartLine, quantity: Decimal) -> None:
    if not line.product.is_divisible and quantity % 1:
        raise Refused(f"{line.product.name} is sold whole: type 1, 2, 3 …", "quantity")
    if quantity > MAX_QUANTITY:
        raise Refused(f"Quantity is at most {MAX_QUANTITY}.", "quantity")
    line.quantity, line.amount = quantity, None
    line.save(update_fields=["quantity", "amount", "updated_at"])


def _note_buyer(store: Store, cart: Cart, phone: str, name: str, commit: bool) -> BuyerNoted:
    phone = clean_text(phone, field="phone", most=40)
    name = clean_text(name, field="name", most=200)
    if phone == cart.phone and not commit:
        return _write_buyer(cart, cart.customer, phone, name)  # a customer who was picked stays
    if not phone:
        picked = cart.customer if not cart.phone else None
        return _write_buyer(cart, picked, phone, name)
    known, is_valid = _look_up(store, phone)
    if not (commit and is_valid):
        return _write_buyer(cart, known, phone, name)
    who = identify(store, Buyer(phone=phone, name=name))
    noted = _write_buyer(cart, who.customer, phone, who.for_name)
    return BuyerNoted(noted.cart, is_new=who.is_new, came_back=who.came_back, warning=who.warning)


def _look_up(store: Store, phone: str) -> tuple[Customer | None, bool]:
    """The customer of a phone as typed, and whether it is a phone at all."""
    try:
        e164 = normalise_phone(phone, store.region)
    except Refused:
        return None, False
    return Customer.objects.by_phone(store, e164).filter(deleted_at__isnull=True).first(), True


def _write_buyer(cart: Cart, customer: Customer | None, phone: str, name: str) -> BuyerNoted:
    cart.customer, cart.phone, cart.customer_name = customer, phone, name
    cart.save(update_fields=["customer", "phone", "customer_name", "updated_at"])
    return BuyerNoted(cart)
