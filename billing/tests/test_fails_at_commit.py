"""A key that ties two stores is judged when the sale is committed: then nothing of it stays."""

import pytest
from django.db import IntegrityError, transaction

from billing.models import Bill
from billing.services.buyer import Buyer
from billing.tests.constraints.copying import copy
from billing.tests.factories import sell, stocked_product
from viveka.stores.models import Store, User


@pytest.mark.django_db(transaction=True)
def test_a_bill_of_one_store_with_a_customer_of_another_fails_at_commit(
    store: Store, other_store: Store, cashier: User
) -> None:
    ours, theirs = (
        sell(one, cashier, [(stocked_product(one), 1)], buyer=Buyer(phone="9876543210")).bill
        for one in (store, other_store)
    )
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        copy("bill", ours.pk, customer_id=str(theirs.customer_id))
        assert Bill.objects.count() == 3
    assert "billing_bill_customer_store_key" in str(refusal.value)
    assert Bill.objects.count() == 2
