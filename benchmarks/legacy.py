"""`python -m benchmarks.legacy [--data FOLDER]`: a year of a real shop brought in, and 200,000 old debts linked.

Beside the import stands plain COPY: the same bill lines into a table with no key, index or trigger. A database of its
own, in VIVEKA_BENCH_DATA or var/bench-legacy, made anew each time.
"""

import argparse
import csv
import gzip
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
YEAR = "retail/online_retail_2010-12-01_2011-12-09.csv.gz"
FEBRL = ("contacts/febrl_dataset_A_10000.csv.gz", "contacts/febrl_dataset_C_10000.csv.gz")
WORLD = "contacts/contacts_multiscript_fictional_phone.csv.gz"
DEBTS = 200_000


@contextmanager
def timed(what: str, rows: int = 0) -> Iterator[None]:
    """Print how long it took, and how many rows a second that is."""
    began = time.monotonic()
    yield
    seconds = time.monotonic() - began
    speed = f", {rows / seconds:,.0f} a second" if rows else ""
    print(f"{what}: {seconds:.1f} s{speed}, peak memory {peak()} MB", flush=True)


def peak() -> int:
    """The most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.legacy", description=__doc__)
    parser.add_argument("--data", default=os.environ.get("VIVEKA_TEST_DATA", ""), help="the folder of real data")
    data = Path(parser.parse_args().data)
    os.environ["VIVEKA_DATA"] = os.environ.get("VIVEKA_BENCH_DATA") or str(ROOT / "var" / "bench-legacy")
    os.environ.pop("VIVEKA_TEST_CLUSTER", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "viveka.settings")
    _fresh_database()
    _year(data / YEAR)
    with tempfile.TemporaryDirectory() as folder:
        _debts(data, Path(folder))


def _fresh_database() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)


def _shop(slug: str, **fields: str) -> str:
    from viveka.stores.tests.factories import StoreFactory, staff

    staff(StoreFactory(slug=slug, **fields), "manager")
    return slug


def _year(file: Path) -> None:
    from django.core.management import call_command
    from django.db import connection

    slug = _shop("retail", region="GB", currency="GBP", timezone="Europe/London")
    with timed("import of Online Retail", 541_909):
        call_command("import_legacy", str(file), store=slug, mapping="online-retail")
    with timed("again, which changes nothing", 541_909):
        call_command("import_legacy", str(file), store=slug, mapping="online-retail")
    with timed("linking its customers"):
        call_command("link_customers", store=slug, create="named")
    with tempfile.NamedTemporaryFile() as rows, connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT * FROM billing_billline ORDER BY id) TO STDOUT") as out:
            for block in out:
                rows.write(block)
        rows.flush()
        cursor.execute("CREATE TABLE bare AS SELECT * FROM billing_billline LIMIT 0")
        cursor.execute("SELECT count(*) FROM billing_billline")
        count = cursor.fetchone()[0]
        with timed("plain COPY of the same lines", count), cursor.copy("COPY bare FROM STDIN") as into:
            rows.seek(0)
            while block := rows.read(1 << 20):
                into.write(block)
        cursor.execute("DROP TABLE bare")


def people(data: Path) -> Iterator[tuple[str, str]]:
    """Names and phones, one list after the other."""
    for name in FEBRL:
        with gzip.open(data / name, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield f"{row['given_name']} {row['surname']}".strip(), row["phone_number"]
    with gzip.open(data / WORLD, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["name"], row["phone_e164"]


def write_debts(data: Path, folder: Path, count: int) -> None:
    """A folder with so many debts of these people, a third of them without the phone, and some payments."""
    with (folder / "debts.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["number", "amount", "paid", "at", "name", "phone"])
        for n, (name, phone) in enumerate(islice(cycle(people(data)), count)):
            paid = n % 50 if n % 4 == 0 else 0
            day = f"20{15 + n % 10}-0{1 + n % 9}-1{n % 10} 10:00:00"
            out.writerow([n, 50 + n % 900, paid, day, name, "" if n % 3 == 0 else phone])


def _debts(data: Path, folder: Path) -> None:
    from django.core.management import call_command

    write_debts(data, folder, DEBTS)
    slug = _shop("debts", region="AU", currency="AUD", timezone="Australia/Sydney")
    with timed("import of debts", DEBTS):
        call_command("import_legacy", str(folder), store=slug)
    with timed("linking them", DEBTS):
        call_command("link_customers", store=slug, create="debtors")
    with timed("linking again, which changes nothing"):
        call_command("link_customers", store=slug, create="debtors")
    with timed("check_books"):
        call_command("check_books", store=slug)


if __name__ == "__main__":
    main()
