"""Products and their batches for programs."""

from typing import Annotated, Any, Literal

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from billing.models import Batch, Product, Unit
from billing.services.products import BARCODE_TAKEN, SKU_TAKEN, create_product, with_next_price
from billing.services.stock import receive_batch
from viveka.stores.api.answers import answer, once, says, traced
from viveka.stores.api.auth import ANYONE, MANAGERS
from viveka.stores.api.fields import (
    Code,
    Cursor,
    DayOut,
    HiddenMoney,
    IdOut,
    Incoming,
    Limit,
    MomentOut,
    Money,
    MoneyOut,
    Name,
    NumberOut,
    OptionalDay,
    OptionalMoment,
    OptionalMoney,
    Outgoing,
    PathId,
    Quantity,
    QuantityOut,
    Text80,
    Text500,
    TextOut48,
    TextOut80,
    TextOut200,
    Word,
    Words,
)
from viveka.stores.api.paging import A_PAGE, NEXT, page_of
from viveka.stores.errors import Conflict, Missing, Refused, RefusedFields
from viveka.stores.middleware import StoreRequest
from viveka.stores.models import Membership, StockPolicy

router = Router(tags=["Products"])


class BatchOut(Outgoing):
    """A received lot. `costPrice` is there for managers and auditors alone."""

    id: IdOut
    quantity: QuantityOut
    remaining: QuantityOut
    cost_price: HiddenMoney = None
    selling_price: MoneyOut | None
    received_at: MomentOut
    expiry_date: DayOut | None


class ProductOut(Outgoing):
    id: IdOut
    name: TextOut200 = Field(examples=["Sugar 1 kg"])
    sku: TextOut48 | None = Field(examples=["SUG-1"])
    barcode: TextOut48 | None = Field(examples=["8901234567890"])
    category: TextOut80 | None = Field(examples=["Grocery"])
    unit: NumberOut = Field(examples=["pc"])
    stock_policy: NumberOut = Field(examples=["refuse"])
    current_stock: QuantityOut
    price: MoneyOut | None = Field(description="What the next one sells for: the oldest batch's price, else its own.")
    selling_price: MoneyOut | None = Field(description="The product's own price.")
    batches: list[BatchOut] = Field(description="Those with stock, oldest first.")


class ProductList(Outgoing):
    success: Literal[True] = True
    products: list[ProductOut]
    next_cursor: str | None = NEXT


class ProductMade(Outgoing):
    success: Literal[True] = True
    product: ProductOut


class BatchMade(Outgoing):
    success: Literal[True] = True
    batch: BatchOut


class ProductIn(Incoming):
    name: Name = Field(examples=["Sugar 1 kg"])
    sku: Code = Field("", examples=["SUG-1"])
    barcode: Code = ""
    unit: Word = Field("", examples=["pc"], description=f"One of {', '.join(Unit.values)}; pc where none is given.")
    category: Text80 = Field("", examples=["Grocery"])
    selling_price: OptionalMoney = None
    stock_policy: Word = Field(
        "",
        examples=["refuse"],
        description="refuse, allow (sold on, the next batch settles it) or none (a service); the store's default where"
        " none is given.",
    )


class BatchIn(Incoming):
    quantity: Quantity
    cost_price: Money
    selling_price: Money
    received_at: OptionalMoment = Field(None, description="Now where none is given; never in the future.")
    expiry_date: OptionalDay = None
    note: Text500 = Field("", examples=["Bag torn"])


def batch_out(batch: Batch, viewer: Membership) -> BatchOut:
    """The batch as this person may see it."""
    shown = BatchOut(
        id=batch.pk,
        quantity=batch.quantity,
        remaining=batch.remaining,
        selling_price=batch.selling_price,
        received_at=batch.received_at,
        expiry_date=batch.expiry_date,
    )
    if viewer.sees_cost:
        shown.cost_price = batch.cost_price
    return shown


def product_out(product: Any, viewer: Membership) -> ProductOut:
    """The product as this person may see it; it comes from `_for_show`, with its `next_price` and its `shelf`."""
    return ProductOut(
        id=product.pk,
        name=product.name,
        sku=product.sku or None,
        barcode=product.barcode or None,
        category=product.category or None,
        unit=product.unit,
        stock_policy=product.stock_policy,
        current_stock=product.current_stock,
        price=product.next_price,
        selling_price=product.selling_price,
        batches=[batch_out(batch, viewer) for batch in product.shelf],
    )


def _for_show(request: StoreRequest) -> Any:
    """The store's products, each with its `next_price` and its `shelf`: batches with stock, oldest first."""
    products = with_next_price(Product.objects.of(request.store), request.store.day_of(timezone.now()))
    return products.prefetch_related(Prefetch("batches", Batch.objects.in_stock().oldest_first(), to_attr="shelf"))


@router.get("/products", auth=ANYONE, summary="Products on sale, newest first", **says((200, ProductList)))
def list_products(
    request: StoreRequest,
    q: Annotated[Words, Query("", description="Beginnings of words of the name, the SKU or the barcode.")],
    barcode: Annotated[Words, Query("", description="Exactly this barcode or SKU, as a scanner sends it.")],
    limit: Annotated[Limit, Query(A_PAGE)],
    cursor: Annotated[Cursor, Query("")],
) -> HttpResponse:
    products = _for_show(request).on_sale()
    if barcode.strip():
        products = products.with_code(barcode.strip().replace("\0", ""))
    if q.strip():
        products = products.matching(q)
    rows, onward = page_of(products, cursor, limit=limit, is_search=bool(q.strip()))
    return answer(ProductList(products=[product_out(row, request.membership) for row in rows], next_cursor=onward))


@router.post("/products", auth=MANAGERS, summary="Add a product (managers)", **says((201, ProductMade), writes=True))
@traced
def add_product(request: StoreRequest, body: ProductIn) -> HttpResponse:
    product, status = once(request, lambda: (_make_product(request, body), 201), _for_show(request))
    if not hasattr(product, "shelf"):
        product = _for_show(request).get(pk=product.pk)
    return answer(ProductMade(product=product_out(product, request.membership)), status)


def _make_product(request: StoreRequest, body: ProductIn) -> Product:
    fields: dict[str, Any] = {"name": body.name, "sku": body.sku, "barcode": body.barcode, "category": body.category}
    if body.unit:
        fields["unit"] = body.unit.lower()
    if body.stock_policy:
        fields["stock_policy"] = _policy(body.stock_policy.lower())
    try:
        return create_product(store=request.store, selling_price=body.selling_price, **fields)
    except RefusedFields as refusal:
        if {said for all_said in refusal.errors.values() for said in all_said} <= {SKU_TAKEN, BARCODE_TAKEN}:
            conflict = Conflict(refusal.message)
            conflict.errors = refusal.errors
            raise conflict from None
        raise


def _policy(text: str) -> str:
    if text not in StockPolicy.values:
        raise Refused(f"The stock policy is one of {', '.join(StockPolicy.values)}.", "stock_policy")
    return text


@router.post(
    "/products/{product_id}/batches",
    auth=MANAGERS,
    summary="Receive stock (managers)",
    **says((201, BatchMade), writes=True),
)
@traced
def add_batch(request: StoreRequest, product_id: PathId, body: BatchIn) -> HttpResponse:
    """Puts one received lot on the shelf."""
    batch, status = once(
        request,
        lambda: (_receive(request, product_id, body), 201),
        Batch.objects.filter(store=request.store),
    )
    return answer(BatchMade(batch=batch_out(batch, request.membership)), status)


def _receive(request: StoreRequest, product_id: int, body: BatchIn) -> Batch:
    product = Product.objects.of(request.store).filter(pk=product_id).first()
    if product is None:
        raise Missing("No such product.")
    product.store = request.store
    now = timezone.now()
    return receive_batch(
        product=product,
        quantity=body.quantity,
        cost_price=body.cost_price,
        selling_price=body.selling_price,
        received_at=body.received_at or now,
        expiry_date=body.expiry_date,
        note=body.note,
        now=now,
        by=request.user,
    )
