"""Phones that find a customer: the current ones and the former ones, each unique in its store."""

import pgtrigger
from django.db import models

from viveka.stores.append_only import only_by_merge
from viveka.stores.constraints import StoreKey
from viveka.stores.fields import StoreForeignKey
from viveka.stores.models import StoreOwned

# On customers: whoever writes a phone there, a loader included, writes it here too.
noted_on_insert = pgtrigger.Trigger(
    name="phones_noted",
    operation=pgtrigger.Insert,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(new="added"),
    func="""
        INSERT INTO customers_customerphone (store_id, phone, customer_id)
        SELECT store_id, phone, id FROM added WHERE phone IS NOT NULL;
        RETURN NULL;
    """,
)
noted_on_change = pgtrigger.Trigger(
    name="phone_changed",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    condition=pgtrigger.AnyChange("phone"),
    func="""
        UPDATE customers_customerphone SET former_since = statement_timestamp()
         WHERE store_id = OLD.store_id AND phone = OLD.phone AND customer_id = OLD.id;
        IF NEW.phone IS NOT NULL THEN
            UPDATE customers_customerphone SET former_since = NULL
             WHERE store_id = NEW.store_id AND phone = NEW.phone AND customer_id = NEW.id;
            IF NOT FOUND THEN
                INSERT INTO customers_customerphone (store_id, phone, customer_id)
                VALUES (NEW.store_id, NEW.phone, NEW.id);
            END IF;
        END IF;
        RETURN NULL;
    """,
)


class CustomerPhone(StoreOwned):
    """A phone that finds a customer. Written by the triggers on customers alone; a manager frees a former one."""

    customer = StoreForeignKey("customers.Customer", related_name="phones")
    phone = models.CharField(max_length=16)  # E.164
    former_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *StoreOwned.Meta.constraints,
            StoreKey("customer"),
            models.UniqueConstraint(name="phone_leads_to_one_customer", fields=["store", "phone"]),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="read_only", fields=["store", "phone"]),
            only_by_merge("customer"),
            pgtrigger.Protect(
                name="current_stays", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__former_since__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.phone
