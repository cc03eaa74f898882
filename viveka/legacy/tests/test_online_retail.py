"""Online Retail: days and customers come out to the penny, again changes nothing, and kill -9 at any moment neither.

`make test` takes the first three days and kills once; with VIVEKA_WHOLE_YEAR=1 it is the whole file of 541,909 lines,
and ten kills.
"""

import csv
import gzip
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from billing.models import Bill, BooksRun, CreditNote, Return
from customers.models import Customer
from viveka.books.check import check_books
from viveka.legacy.recount import recount
from viveka.legacy.tests.checksums import checksums
from viveka.stores.tests.factories import StoreFactory, staff

ROOT = Path(__file__).resolve().parents[3]
WHOLE = bool(os.environ.get("VIVEKA_WHOLE_YEAR"))
FILE = f"retail/online_retail_{'2010-12-01_2011-12-09' if WHOLE else 'sample_2010-12-01_03'}.csv.gz"
KILLS = 10 if WHOLE else 1
pytestmark = [pytest.mark.data, pytest.mark.django_db(transaction=True)]


def in_pence(path):
    """By day and by customer what was sold less what came back, read off the file with nothing but csv and decimal."""
    days, customers = defaultdict(Decimal), defaultdict(Decimal)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            quantity, price = Decimal(row["Quantity"]), Decimal(row["UnitPrice"])
            is_cancelled = row["InvoiceNo"].startswith("C")
            worth = (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP)
            if price <= 0 or not worth or (quantity < 0) != is_cancelled or "bad debt" in row["Description"].lower():
                continue
            days[row["InvoiceDate"][:10]] += worth
            customers[row["CustomerID"]] += worth
    return dict(days), dict(customers)


def booked(store, by):
    """The same out of the books."""
    sums = defaultdict(Decimal)
    for model, key, sign in ((Bill, by, 1), (Return, by if by == "day" else f"bill__{by}", -1), (CreditNote, by, -1)):
        for value, total in model.objects.filter(store=store).order_by().values_list(key).annotate(Sum("total")):
            sums[str(value).removeprefix("Customer ")] += sign * total
    return dict(sums)


@pytest.fixture
def shop():
    store = StoreFactory(region="GB", currency="GBP", timezone="Europe/London")
    return store, staff(store, "manager")


@pytest.fixture
def folder(real_data, tmp_path):
    shutil.copy(real_data / FILE, tmp_path)
    return tmp_path


def bring(store, folder):
    out = StringIO()
    call_command("import_legacy", str(folder), store=store.slug, mapping="online-retail", stdout=out)
    return BooksRun.objects.filter(store=store).latest("pk").counts


def test_days_and_customers_to_the_penny(shop, folder):
    store, _ = shop
    counts = bring(store, folder)
    lines, returned = counts["lines"], counts["return_lines"]
    assert lines["read"] == lines["created"] + lines["refused"] + returned["created"]
    assert returned["created"] == returned["to_sale"] + returned["alone"]
    days, customers = in_pence(folder / Path(FILE).name)
    assert booked(store, "day") == days
    ours = booked(store, "customer_name")
    assert {name: total for name, total in ours.items() if total} == {
        name: total for name, total in customers.items() if total
    }
    assert not Bill.objects.of(store).filter(sequence__isnull=False).exists()

    call_command("link_customers", store=store.slug, create="named", stdout=StringIO())
    named = {f"Customer {name}" for name in customers if name}
    assert set(Customer.objects.of(store).values_list("name", flat=True)) == named
    assert not Bill.objects.of(store).filter(customer_name="", customer__isnull=False).exists()
    assert not Bill.objects.of(store).exclude(customer_name="").filter(customer__isnull=True).exists()
    assert recount(store=store, dry_run=True) == []
    assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []

    before = checksums(store.pk)
    again = bring(store, folder)
    assert (again["lines"]["created"], again["lines"]["matched"]) == (0, lines["created"])
    refused = before.pop("billing_booksrunline")[0]
    after = checksums(store.pk)
    assert after.pop("billing_booksrunline")[0] == 2 * refused
    assert after == before


def test_killed_at_random_moments_it_is_as_if_it_was_not(shop, folder):
    store, _ = shop
    other = StoreFactory(region="GB", currency="GBP", timezone="Europe/London")
    staff(other, "manager")
    assert command(other, folder).wait() == 0
    whole = Bill.objects.filter(store=other).count()
    moments, killed = random.Random(7), 0
    for moment in sorted(moments.uniform(0, 0.9) * whole for _ in range(KILLS)):
        process = command(store, folder)
        while process.poll() is None and Bill.objects.filter(store=store).count() <= moment:
            time.sleep(moments.uniform(0, 0.1))
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert killed == KILLS
    assert command(store, folder).wait() == 0
    undisturbed, killed = (said(one) for one in (other, store))
    assert killed == undisturbed
    assert [verdict.rule.name for verdict in check_books(store) if not verdict.is_ok] == []
    counts = [BooksRun.objects.filter(store=one).earliest("pk").counts for one in (other, store)]
    if BooksRun.objects.filter(store=store).count() == 1:
        assert counts[0] == counts[1]


def said(store):
    """What is there but keys, which are made from the store's and the books' own."""
    keys = {"id", "bill_id", "books_id", "imported_from_id", "cashier_id", "by_id", "note_id", "bill_line_id"}
    found = {}
    with connection.cursor() as cursor:
        for table in ("bill", "billline", "payment", "return", "returnline", "moneyback", "creditnote",
                      "creditnoteline", "creditnotemoney", "product", "booksrunline"):  # fmt: skip
            # One that was over before it was killed has its report; those after it report the same refusals again.
            first = " AND run_id = (SELECT min(id) FROM billing_booksrun WHERE store_id = one.store_id)"
            without = [*keys, "store_id", "created_at", "updated_at", "product_id", "goods_return_id", "run_id"]
            row = "(to_jsonb(one) - %s::text[])::text"
            cursor.execute(
                f"SELECT count(*), md5(string_agg(md5({row}), '' ORDER BY md5({row}))) FROM billing_{table} AS one"
                f" WHERE store_id = %s{first if table == 'booksrunline' else ''}",
                [without, without, store.pk],
            )
            found[table] = cursor.fetchone()
    return found


def command(store, folder):
    """The command in a process of its own, on this test's database."""
    settings = connection.settings_dict
    program = (
        "import django; from django.conf import settings; django.setup();"
        f" settings.DATABASES['default'].update({{'NAME': {settings['NAME']!r}}});"
        " from django.db import connection; connection.settings_dict.update("
        f"{{'NAME': {settings['NAME']!r}, 'HOST': {settings['HOST']!r}, 'PORT': {settings['PORT']!r}}});"
        " from django.core.management import call_command;"
        f" call_command('import_legacy', {str(folder)!r}, store={store.slug!r}, mapping='online-retail')"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "viveka.settings")},
    )  # fmt: skip
