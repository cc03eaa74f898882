"""The further barcodes of a product file: what is known, what a line adds."""

from dataclasses import dataclass, field
from datetime import datetime

from billing.models import Product, ProductBarcode
from billing.services.barcodes import check_pack
from billing.services.import_rows import Pack, Row
from billing.services.products import BARCODE_TAKEN
from viveka.stores.errors import Refused
from viveka.stores.models import Store


@dataclass(slots=True)
class Packs:
    """Whose the codes of the file are, own and further ones, as they will be."""

    own: dict[str, int] = field(default_factory=dict)  # barcode: the product's key
    further: dict[str, ProductBarcode] = field(default_factory=dict)
    added: list[ProductBarcode] = field(default_factory=list)

    @classmethod
    def known(cls, store: Store, rows: list[Row]) -> "Packs":
        """What the store has of the codes that the file names; two queries."""
        codes = {row.pack.barcode for row in rows if row.pack}
        codes |= {row.fields["barcode"] for row in rows if row.fields.get("barcode")}
        own = Product.objects.of(store).filter(barcode__in=codes).values_list("barcode", "pk")
        further = ProductBarcode.objects.filter(store=store, barcode__in=codes)
        return cls(dict(own), {one.barcode: one for one in further})

    def check(self, pack: Pack | None, product: Product, barcode: str) -> bool:
        """Whether the line adds this code to the product. Raises Refused where another product has it, or it stands
        for another quantity; or where the product's own code of the line is a further code already."""
        if barcode in self.further:
            raise Refused(BARCODE_TAKEN, "barcode")
        if pack is None:
            return False
        known = self.further.get(pack.barcode)
        if known and known.product is product or known and product.pk and known.product_id == product.pk:
            if known.quantity != pack.quantity:
                raise Refused(f"{pack.barcode} stands for {known.quantity.normalize():f} already.", "pack_size")
            return False
        if known or pack.barcode in self.own or pack.barcode == barcode:
            raise Refused(BARCODE_TAKEN, "pack_barcode")
        check_pack(product, pack.quantity)
        return True

    def add(self, pack: Pack, product: Product, now: datetime) -> None:
        """Note the code for writing."""
        row = ProductBarcode(
            store=product.store, product=product, barcode=pack.barcode, quantity=pack.quantity, created_at=now
        )
        self.further[pack.barcode] = row
        self.added.append(row)

    def write(self) -> None:
        """After the products, whose keys are there by now."""
        for row in self.added:
            row.product_id = row.product.pk
        ProductBarcode.objects.bulk_create(self.added, batch_size=1000)
