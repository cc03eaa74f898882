"""Customers out of a file: judged line by line, then written all or not at all, by the rules of find-or-create."""

import csv
import gzip
import io
import json
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from customers.details import clean_note
from customers.exporting import customer_rows
from customers.import_lines import COLUMNS, guess_columns, read_lines
from customers.importing import import_customers, preview_import
from customers.models import CUST, Customer, CustomerPhone, RecordEvent, What
from customers.names import WALK_IN, clean_name
from customers.records import delete_customer
from customers.services import edit_customer
from customers.tests.factories import CustomerFactory
from viveka.stores.errors import Refused
from viveka.stores.incoming.outcomes import CREATED, REFUSED, UNCHANGED, UPDATED
from viveka.stores.models import Counter
from viveka.stores.sheets import UnreadableFile, csv_lines, read_table, xlsx_bytes

pytestmark = pytest.mark.django_db
PHONE = "+919876543210"


def lines_of(store, text, **options):
    rows = list(csv.reader(io.StringIO(text)))
    return list(read_lines(store, rows[1:], guess_columns(rows[0]), **options))


def bring_in(store, text, **options):
    return import_customers(store=store, lines=lines_of(store, text, **options), now=timezone.now())


def outcomes(plan):
    return [judged.outcome for judged in plan.lines]


class TestColumns:
    @pytest.mark.parametrize(
        ("header", "found"),
        [
            ("Name,Phone,Email", {"name": [0], "phone": [1], "email": [2]}),
            ("Customer Name,Mobile No.,E-mail ID,GSTIN", {"name": [0], "phone": [1], "email": [2], "gst_number": [3]}),
            ("Surname,First name,Street,City,Pin code", {"name": [1, 0], "address": [2, 3, 4]}),
            ("Full Name,Surname,Phone,Mobile", {"name": [0], "phone": [2]}),
            ("x,y", {}),
        ],
    )
    def test_are_known_by_their_headings(self, header, found):
        assert guess_columns(header.split(",")) == found

    @pytest.mark.parametrize(
        "columns", [{}, {"email": [0]}, {"name": [9]}, {"name": [-1]}, {"number": [0], "name": [0]}]
    )
    def test_that_are_none_are_refused(self, columns):
        with pytest.raises(UnreadableFile):
            COLUMNS.check(columns, ["Name", "Phone"])


class TestPreview:
    def test_says_of_each_line_what_would_happen_and_writes_nothing(self, store):
        CustomerFactory(store=store, phone=PHONE, name="Asha")
        lines = lines_of(
            store,
            "Name,Phone,Email,GST\n"
            "Asha Rao,98765 43210,asha@example.com,\n"
            "Ravi,98765 43211,,\n"
            ",98765O3212,,\n"
            "Uma,,uma(at)example.com,27AAPFU0939F1ZW\n"
            ",,,\n"
            ",,a@b.example,\n"
            "Asha Rao,+91 98765 43210,,\n",
        )
        plan = preview_import(store=store, lines=lines)
        assert [(judged.line.number, judged.outcome) for judged in plan.lines] == [
            (2, UPDATED), (3, CREATED), (4, REFUSED), (5, REFUSED), (7, REFUSED), (8, UNCHANGED),
        ]  # fmt: skip
        assert "not a valid phone" in plan.lines[2].line.why
        assert set(plan.lines[3].line.errors) == {"email", "gst_number"}
        assert plan.lines[4].line.why == "Neither a phone nor a name."
        assert Customer.objects.get().name == "Asha"
        assert not Customer.objects.filter(email="asha@example.com").exists()

    def test_takes_as_many_queries_for_many_lines_as_for_one(self, store, django_assert_num_queries):
        for count in (1, 200):
            lines = lines_of(store, "Name,Phone\n" + "".join(f"A{n},98765{n:05d}\nB{n},\n" for n in range(count)))
            with django_assert_num_queries(4):
                preview_import(store=store, lines=lines)


class TestImport:
    def test_creates_with_numbers_without_a_gap(self, store):
        Counter.objects.create(store=store, name=CUST, value=41)
        plan = bring_in(store, "Name,Phone\nAsha,98765 43210\n,bad\nRavi,\n,98765 43212\n")
        assert outcomes(plan) == [CREATED, REFUSED, CREATED, CREATED]
        assert list(Customer.objects.order_by("pk").values_list("number", "name", "phone")) == [
            ("CUST0042", "Asha", PHONE), ("CUST0043", "Ravi", None), ("CUST0044", WALK_IN, "+919876543212"),
        ]  # fmt: skip
        assert Customer.objects.find_or_create(store=store, phone="98765 00000").customer.number == "CUST0045"
        assert plan.lines[0].customer.number == "CUST0042"
        assert plan.lines[0].customer.pk

    def test_lines_that_share_a_phone_are_one_customer(self, store):
        text = (
            "Name,Phone,Email,Note\nAsha,98765 43210,a@b.example,\nAsha Rao,०९८७६५४३२१०,,x\n"
            ",+91-98765-43210,c@d.example,\n"
        )
        assert outcomes(bring_in(store, text)) == [CREATED, UPDATED, UPDATED]
        made = Customer.objects.get()
        assert (made.number, made.name, made.email, made.note) == ("CUST0001", "Asha Rao", "c@d.example", "x")

    def test_a_known_phone_with_another_email_is_the_known_customer(self, store):
        known = CustomerFactory(store=store, phone=PHONE, name="Asha", email="a@b.example", note="old")
        assert outcomes(bring_in(store, "Name,Phone,Email,Note\nAsha,9876543210,c@d.example,\n")) == [UPDATED]
        known.refresh_from_db()
        assert (known.email, known.note) == ("c@d.example", "old")
        assert Customer.objects.count() == 1

    def test_through_a_former_phone_it_only_fills(self, store):
        known = CustomerFactory(store=store, phone=PHONE, name="Asha")
        edit_customer(store=store, pk=known.pk, details={}, phone="98765 43211")
        bring_in(store, "Name,Phone,Note\nRavi,9876543210,x\n")
        known.refresh_from_db()
        assert (known.name, known.note, known.phone) == ("Asha", "x", "+919876543211")
        assert Customer.objects.count() == 1

    def test_names_without_phones_follow_the_rules(self, store):
        CustomerFactory(store=store, name="Asha", phone=None)
        only = CustomerFactory(store=store, name="Uma")
        CustomerFactory.create_batch(2, store=store, name="Ravi")
        plan = bring_in(store, "Name,Note\nASHA,1\numa,2\nRavi,3\nravi,4\nNeha,5\nneha,6\nJ,7\n")
        assert outcomes(plan) == [UPDATED, UPDATED, CREATED, UPDATED, CREATED, UPDATED, REFUSED]
        assert Customer.objects.get(pk=only.pk).note == "2"
        assert Customer.objects.get(name="ravi").note == "4"
        assert Customer.objects.filter(phone=None).count() == 3

    def test_is_what_find_or_create_would_do(self, store, other_store):
        """The same lines one after the other, in another store, make the same customers."""
        text = (
            "Name,Phone,Note\nAsha,98765 43210,1\nasha,,2\nRavi,,3\nRavi,98765 43211,4\nRAVI,,5\nAsha,98765 43212,6\n"
            "ASHA,,7\nUma,98765 43210,8\numa,,9\nAsha,,10\n,98765 43213,11\nNeha,98765 43213,12\nneha,,13\n"
        )
        bring_in(store, text)
        for line in lines_of(other_store, text):
            Customer.objects.find_or_create(
                store=other_store, phone=line.phone or "", details=line.details, overwrite=True
            )
        fields = ("number", "phone", "name", "note")
        here, there = (list(Customer.objects.of(s).order_by("pk").values_list(*fields)) for s in (store, other_store))
        assert here == there

    def test_a_deleted_customer_comes_back(self, store, manager):
        gone = CustomerFactory(store=store, phone=PHONE, name="Asha")
        delete_customer(store=store, pk=gone.pk, by=manager, now=timezone.now())
        assert outcomes(bring_in(store, "Name,Phone\nAsha,9876543210\n")) == [UPDATED]
        gone.refresh_from_db()
        assert gone.deleted_at is None
        assert RecordEvent.objects.filter(customer=gone, what=What.CAME_BACK).count() == 1

    def test_without_bad_phones_keeps_what_was_written(self, store):
        plan = bring_in(store, "Name,Phone,Note\nAsha,12345,old\n", without_bad_phones=True)
        assert outcomes(plan) == [CREATED]
        made = Customer.objects.get()
        assert (made.phone, made.note) == (None, "old\nPhone in the imported file: 12345")

    def test_again_changes_nothing(self, store):
        text = "Name,Phone,Email,Address\nAsha,98765 43210,a@b.example,Pune\nRavi,,,\n"
        bring_in(store, text)
        before = list(Customer.objects.order_by("pk").values())
        assert outcomes(bring_in(store, text)) == [UNCHANGED, UNCHANGED]
        assert list(Customer.objects.order_by("pk").values()) == before

    def test_leaves_a_trace_and_notes_the_phones(self, store):
        bring_in(store, "Name,Phone\nAsha,98765 43210\n")
        assert CustomerPhone.objects.get().phone == PHONE
        history = Customer.pgh_event_models["insert"].objects
        assert history.get(pgh_label="insert").name == "Asha"
        bring_in(store, "Name,Phone\nAsha Rao,98765 43210\n")
        assert history.get(pgh_label="update").name == "Asha Rao"

    def test_marks_who_lacks_something(self, store):
        store.requires_address = True
        bring_in(store, "Name,Phone,Address\nAsha,98765 43210,\nRavi,98765 43211,Pune\n")
        assert [one.name for one in Customer.objects.incomplete(store)] == ["Asha"]

    def test_a_failure_leaves_nothing(self, store, monkeypatch):
        from customers import importing

        CustomerFactory(store=store, phone=PHONE, name="Asha")
        monkeypatch.setattr(importing, "_update", lambda *args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            bring_in(store, "Name,Phone\nRavi,98765 43211\nUma,98765 43210\n")
        assert Customer.objects.get().name == "Asha"
        assert Counter.objects.get(store=store, name=CUST).value == 1

    def test_tells_how_far_it_is(self, store):
        told = []
        lines = lines_of(store, "Name,Phone\n" + "".join(f"A,98765{n:05d}\n" for n in range(2500)))
        import_customers(store=store, lines=lines, now=timezone.now(), watch=lambda *so_far: told.append(so_far))
        assert told == [(1000, 2500), (2000, 2500), (2500, 2500)]


@pytest.mark.parametrize("write", [lambda rows: "".join(csv_lines(rows)).encode(), xlsx_bytes], ids=["CSV", "XLSX"])
def test_what_is_exported_comes_back_unchanged(store, other_store, write):
    names = ["=1+1", "+Asha", "'=x", "नेहा शर्मा", "李 小龙", 'O\'Neil, "Sons"']
    for n, name in enumerate(names):
        details = {"name": name, "note": f"-{n}\nsecond; line", "address": "@home", "email": f"a{n}@b.example"}
        phone = f"98765{n:05d}" if n % 2 else ""
        Customer.objects.find_or_create(store=store, phone=phone, details=details)
    rows = list(read_table("customers", write(customer_rows(store, Customer.objects.of(store).order_by("pk")))))
    columns = guess_columns(rows[0])
    fields = ("phone", "name", "email", "address", "gst_number", "gender", "note")
    for where, outcome in ((store, UNCHANGED), (other_store, CREATED)):
        lines = list(read_lines(where, rows[1:], columns))
        assert set(outcomes(import_customers(store=where, lines=lines, now=timezone.now()))) == {outcome}
    here, there = (list(Customer.objects.of(s).order_by("pk").values_list(*fields)) for s in (store, other_store))
    assert here == there


def test_the_command(store, tmp_path, capsys):
    file = tmp_path / "c.csv"
    file.write_text("Name,Phone\nAsha,98765 43210\n,bad\n")
    call_command("import_customers", file, store=store.slug, preview=True)
    assert not Customer.objects.exists()
    call_command("import_customers", file, store=store.slug)
    said = capsys.readouterr()
    assert Customer.objects.get().name == "Asha"
    assert "line 3: This is not a valid phone number." in said.err
    assert "Lines created          1" in said.out
    for path, slug in ((file, "nowhere"), (tmp_path / "none.csv", store.slug)):
        with pytest.raises(CommandError):
            call_command("import_customers", path, store=slug)


@pytest.mark.data
@pytest.mark.parametrize("write", [lambda rows: "".join(csv_lines(rows)).encode(), xlsx_bytes], ids=["CSV", "XLSX"])
def test_every_naughty_string_comes_in_as_it_is_or_is_refused(store, real_data, write):
    texts = json.loads((real_data / "strings/blns.json").read_text())
    header = ["Name", "Phone", "Address", "Note", "Email"]
    rows = [header]
    for n, text in enumerate(texts):
        text = "".join(char for char in text if char.isprintable() or char == "\n")  # what a spreadsheet can hold
        rows += [[f"Asha {text}", f"98765{n:05d}", text, text, ""], [text, text, "", "", text]]
    table = list(read_table("c", write(rows)))
    plan = import_customers(
        store=store, lines=list(read_lines(store, table[1:], guess_columns(header))), now=timezone.now()
    )
    assert len(plan.lines) >= len(texts)
    assert {judged.outcome for judged in plan.lines} <= {CREATED, UPDATED, UNCHANGED, REFUSED}
    for judged in plan.lines:
        assert judged.line.why if judged.outcome == REFUSED else judged.customer.pk
    by_phone = dict(Customer.objects.of(store).values_list("phone", "note"))
    for n, text in enumerate(texts):
        cell = "".join(char for char in text if char.isprintable() or char == "\n")
        try:
            clean_name(f"Asha {cell}")
            kept = clean_note(cell)
        except Refused:
            assert f"+9198765{n:05d}" not in by_phone
        else:
            assert by_phone[f"+9198765{n:05d}"] == kept


@pytest.mark.data
def test_29000_names_in_29_scripts_are_all_there_and_found(store, real_data):
    data = gzip.decompress((real_data / "contacts/contacts_multiscript_fictional_phone.csv.gz").read_bytes())
    rows = list(read_table("contacts.csv", data))
    began = time.monotonic()
    # Numbers kept for fiction are no valid ones, and many names share one: only the names come in, made different.
    place = rows[0].index("name")
    numbered = ([f"{row[place]} x{n}"] for n, row in enumerate(rows[1:]))
    plan = import_customers(store=store, lines=list(read_lines(store, numbered, {"name": [0]})), now=timezone.now())
    assert plan.count(CREATED) == Customer.objects.of(store).count() == 29_000
    assert time.monotonic() - began < 60
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")
    locale = rows[0].index("locale")
    samples = {row[locale]: (n, row[place]) for n, row in enumerate(rows[1:])}
    assert len(samples) >= 29
    for n, name in samples.values():
        for word in name.replace("-", " ").split():
            beginning = word.strip(".,()'’\"")[:3]
            if beginning:
                query = f"x{n} {beginning}"
                assert [one.name for one in Customer.objects.of(store).matching(query)][:1], (name, beginning)
