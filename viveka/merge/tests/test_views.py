"""The managers' screens: merging and undoing, likely duplicates, erasing."""

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.looking import Look
from customers.models import Customer, LikelyPair, Merge, MergeUndo
from customers.names import ERASED
from customers.records import delete_customer
from customers.tests.factories import CustomerFactory
from viveka.merge.merging import merge_customers

pytestmark = pytest.mark.django_db
DUPLICATES = reverse("duplicates")


def pair_page(survivor, loser):
    return reverse("customer-merge-pair", args=[survivor.pk, loser.pk])


def merged(pair, **rest):
    made = merge_customers(
        store=pair.store, survivor_id=pair.survivor.pk, loser_id=pair.loser.pk, by=pair.by, now=timezone.now(), **rest
    )
    pair.reload()
    return made


class TestPicking:
    def test_finds_the_others_of_the_store(self, manager_client, pair, other_store):
        CustomerFactory(store=other_store, name="Aasha Rao")
        url = reverse("customer-merge", args=[pair.survivor.pk])
        assert manager_client.get(url).context["found"] == []
        assert manager_client.get(url, {"q": "rao"}).context["found"] == [pair.loser]
        live = manager_client.get(url, {"q": "rao"}, headers={"HX-Request": "true"}).content.decode()
        assert pair_page(pair.survivor, pair.loser) in live
        assert "<html" not in live

    @pytest.mark.parametrize("text", ["\x00", "'", "((", "x" * 3000])
    def test_strange_searches_are_no_fault(self, manager_client, pair, text):
        url = reverse("customer-merge", args=[pair.survivor.pk])
        assert manager_client.get(url, {"q": text}).status_code == 200


class TestMerging:
    def test_shows_both_and_what_moves(self, manager_client, pair):
        shown = manager_client.get(pair_page(pair.survivor, pair.loser))
        fields = {row["field"]: row for row in shown.context["fields"]}
        assert set(fields) == {"phone", "name", "email", "note"}
        assert (fields["name"]["stays"], fields["email"]["stays"]) == ("survivor", "loser")
        page = shown.content.decode()
        for part in ("2 bills", "1 cart", "₹600.00", "Aasha Rao", pair_page(pair.loser, pair.survivor)):
            assert part in page
        assert not Merge.objects.exists()

    def test_merges_as_chosen(self, manager_client, manager, pair):
        data = {"name": "loser", "email": "survivor", "phone": "loser", "reason": "One person"}
        response = manager_client.post(pair_page(pair.survivor, pair.loser), data)
        pair.reload()
        assert response.url == pair.survivor.get_absolute_url()
        assert (pair.survivor.name, pair.survivor.email, pair.survivor.phone[-2:]) == ("Aasha Rao", "", "11")
        assert pair.survivor.note == "twice a week"
        assert (Merge.objects.get().by, Merge.objects.get().reason) == (manager, "One person")

    def test_the_merged_record_leads_to_the_survivor_from_everywhere(self, manager_client, cashier_client, pair):
        merged(pair)
        shown = cashier_client.get(pair.loser.get_absolute_url()).content.decode()
        assert pair.survivor.get_absolute_url() in shown
        assert "Undo the merge" not in shown
        assert "Undo the merge" in manager_client.get(pair.loser.get_absolute_url()).content.decode()
        assert pair.loser.get_absolute_url() in manager_client.get(pair.survivor.get_absolute_url()).content.decode()
        for name in ("customers:edit", "customers:delete", "customer-merge", "customer-erase"):
            url = reverse(name, args=[pair.loser.pk])
            assert manager_client.get(url).url == pair.loser.get_absolute_url()
        assert manager_client.get(pair_page(pair.loser, pair.survivor)).url == pair.loser.get_absolute_url()

    @pytest.mark.parametrize("data", [{"name": "x"}, {"phone": "both"}, {"reason": "\x07"}, {"reason": "x" * 201}])
    def test_a_bad_choice_changes_nothing(self, manager_client, pair, data):
        response = manager_client.post(pair_page(pair.survivor, pair.loser), data)
        assert response.status_code == 200
        assert response.context["form"].errors
        assert not Merge.objects.exists()

    def test_what_stands_against_it_is_said_with_the_choices_kept(self, manager_client, pair):
        CustomerFactory(store=pair.store, name="Free Name", phone=None)
        Customer.objects.filter(pk=pair.survivor.pk).update(phone=None)
        Customer.objects.filter(pk=pair.loser.pk).update(name="free name")
        response = manager_client.post(
            pair_page(pair.survivor, pair.loser), {"name": "loser", "phone": "survivor", "reason": "same"}
        )
        assert "has this name" in str(response.context["form"].errors)
        page = response.content.decode()
        assert 'value="same"' in page
        assert not Merge.objects.exists()

    def test_with_itself_there_is_no_page(self, manager_client, pair):
        assert manager_client.get(pair_page(pair.loser, pair.loser)).url == pair.loser.get_absolute_url()

    def test_another_stores_record_is_not_there(self, manager_client, pair, other_store):
        theirs = CustomerFactory(store=other_store)
        for url in (pair_page(pair.survivor, theirs), pair_page(theirs, pair.survivor)):
            assert manager_client.get(url).status_code == manager_client.post(url).status_code == 404


class TestUndoing:
    def undo(self, client, merge):
        return client.post(reverse("merge-undo", args=[merge.pk]), follow=True).content.decode()

    def test_gives_both_back(self, manager_client, pair):
        merge = merged(pair)
        assert "a record of its own again" in self.undo(manager_client, merge)
        pair.reload()
        assert pair.loser.merged_into is None
        told = manager_client.get(reverse("customer-changes", args=[pair.loser.pk])).context["deeds"]
        assert [deed.what for deed in told] == [
            f"Merge with {pair.survivor.number} undone",
            f"Merged into {pair.survivor.number}",
        ]

    def test_says_why_not_instead_of_offering_it(self, manager_client, pair):
        merge = merged(pair)
        Customer.objects.filter(pk=pair.survivor.pk).update(email="new@example.com")
        shown = manager_client.get(pair.loser.get_absolute_url()).content.decode()
        assert "the email was changed since" in shown
        assert "Undo the merge</button>" not in shown
        assert "the email was changed since" in self.undo(manager_client, merge)
        assert not MergeUndo.objects.exists()

    def test_a_second_time_is_told(self, manager_client, pair):
        merge = merged(pair)
        self.undo(manager_client, merge)
        assert "undone already" in self.undo(manager_client, merge)


class TestDuplicates:
    def test_are_looked_for_when_asked(self, manager_client, pair):
        assert manager_client.get(DUPLICATES).context["pairs"] == []
        page = manager_client.post(reverse("duplicates-look"), follow=True)
        ((found, reasons),) = page.context["pairs"]
        assert {found.first, found.second} == {pair.survivor, pair.loser}
        assert "similar names" in reasons
        assert pair_page(found.first, found.second) in page.content.decode()

    def test_a_long_look_says_how_far_it_is(self, manager_client, pair, monkeypatch):
        seen = []

        def halfway(look, done, total):
            look.file.write_text(f"[{done + 1}, {total + 1}]")
            seen.append(manager_client.get(reverse("duplicates-progress")).content.decode())
            seen.append(manager_client.post(reverse("duplicates-look"), follow=True).content.decode())

        monkeypatch.setattr(Look, "note", halfway)
        response = manager_client.post(reverse("duplicates-look"), headers={"HX-Request": "true"})
        assert response["HX-Redirect"] == DUPLICATES
        assert "1 of 2 pairs" in seen[0]
        assert "being compared just now" in seen[1]
        assert "progress" not in manager_client.get(reverse("duplicates-progress")).content.decode()

    def test_too_many_for_a_page_are_compared_by_the_command(self, manager_client, pair, monkeypatch):
        monkeypatch.setattr("viveka.merge.views.MOST_COMPARED", 1)
        page = manager_client.post(reverse("duplicates-look"), follow=True).content.decode()
        assert f"find_duplicates --store {pair.store.slug}" in page
        assert not LikelyPair.objects.exists()

    def test_two_people_are_not_offered_again(self, manager_client, manager, pair):
        manager_client.post(reverse("duplicates-look"))
        found = LikelyPair.objects.get()
        page = manager_client.post(reverse("duplicate-dismiss", args=[found.pk]), follow=True)
        assert page.context["pairs"] == []
        assert manager_client.post(reverse("duplicates-look"), follow=True).context["pairs"] == []
        assert LikelyPair.objects.get().dismissed_by == manager

    def test_the_list_shows_fifty_and_says_that_there_are_more(self, manager_client, pair):
        rows = CustomerFactory.create_batch(60, store=pair.store)
        made = [LikelyPair(store=pair.store, first=pair.survivor, second=row, bits=9, reasons="name") for row in rows]
        LikelyPair.objects.bulk_create(made)
        page = manager_client.get(DUPLICATES)
        assert (len(page.context["pairs"]), page.context["has_more"]) == (50, True)


class TestErasing:
    @pytest.fixture
    def gone(self, pair):
        return delete_customer(store=pair.store, pk=pair.loser.pk, by=pair.by, now=timezone.now())

    def url(self, customer):
        return reverse("customer-erase", args=[customer.pk])

    def test_is_for_deleted_records_alone(self, manager_client, pair):
        assert manager_client.get(self.url(pair.loser)).url == pair.loser.get_absolute_url()
        manager_client.post(self.url(pair.loser), {"number": pair.loser.number})
        pair.reload()
        assert pair.loser.erased_at is None

    @pytest.mark.parametrize("number", ["", "x", "CUST0001", "\x00", "9" * 500])
    def test_wants_the_number_typed(self, manager_client, gone, number):
        response = manager_client.post(self.url(gone), {"number": number, "reason": "asked for"})
        assert "number" in response.context["form"].errors
        assert response.context["form"]["reason"].value() == "asked for"
        gone.refresh_from_db()
        assert gone.erased_at is None

    def test_leaves_number_and_bills(self, manager_client, gone, pair):
        page = manager_client.post(self.url(gone), {"number": gone.number.lower()}, follow=True).content.decode()
        gone.refresh_from_db()
        assert (gone.name, gone.phone) == (ERASED, None)
        assert gone.number in page
        for canary in ("Aasha", "asha@example.com", "43211", "twice a week", ERASED):
            assert canary not in page
        bills = manager_client.get(reverse("customer-purchases", args=[gone.pk]))
        assert len(bills.context["bills"]) == 2
        assert "Aasha" not in bills.content.decode()
        for name in ("customers:edit", "customers:delete", "customer-erase", "customer-merge"):
            assert manager_client.get(reverse(name, args=[gone.pk])).url == gone.get_absolute_url()
        assert (
            "nothing left"
            in manager_client.post(reverse("customers:restore", args=[gone.pk]), follow=True).content.decode()
        )
