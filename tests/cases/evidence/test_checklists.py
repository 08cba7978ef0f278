"""Checklists by version: drafts, publishing, what cases keep, and what is shipped."""

from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.forms import inlineformset_factory
from django.utils.translation import gettext

from accounts.actors import Actor
from accounts.models import Role
from cases.admin.checklists import EntriesOfVersion
from cases.evidence import checklists
from cases.evidence.models import ASKED_OF_CUSTOMERS, Checklist, ChecklistItem, Part
from cases.evidence.queries import checklist_of, entries_of
from cases.fair_words import accuses
from cases.models import Category
from cases.workflow import routing
from cskh.core.errors import Conflict, Invalid
from cskh.defaults.catalogue import REASONS
from cskh.defaults.checklists import CHECKLISTS
from cskh.defaults.load import load
from tests.cases.building import open_case

pytestmark = pytest.mark.django_db

# What each kind of dispute has to establish, by the operator's process: facts and evidence of the customer, then records of
# ours and checks. More may be there.
DISPUTES = {
    "deposit-not-credited": (
        "transaction-code amount incident-time sending-bank sending-account receiving-account transfer-content payment-way",
        "receipt statement-line deposit-screen",
        "deposit-order receiving-statement accounts-then customer-record",
        "code-unused amount-equal time-window account-ours name-match no-duplicate",
    ),
    "withdrawal-delayed": (
        "request-id amount incident-time destination status-shown",
        "withdrawal-screen",
        "withdrawal-order customer-record wagering-state",
        "asked-earlier name-match bank-maintenance limits never-pay",
    ),
    "login-failure": (
        "username incident-time device error-text network otp-received",
        "screenshot",
        "sign-ins outage-board customer-record",
        "identity-level takeover-signs outage",
    ),
    "account-locked": (
        "username incident-time lock-message last-login recent-changes",
        "identity-proof",
        "lock-reason sign-ins",
        "self-exclusion-first compliance-asked profile-match document-valid face-by-a-person proportionate",
    ),
    "promotion": (
        "campaign incident-time steps-done",
        "offer",
        "bonus-ledger deposits promises-made",
        "terms-then for-the-customer shown-before promises",
    ),
    "settlement": (
        "transaction-code event odds amount incident-time expected-result result-shown",
        "screenshot",
        "bet-record result-sources round-log",
        "official-result rule-version late-or-error others-affected",
    ),
    "account-takeover": (
        "last-own-login unknown-actions device",
        "identity-proof police-report",
        "sign-ins customer-record withdrawals",
        "frozen identity-level",
    ),
    "staff-conduct": ("who incident-time what-was-said", "transcript", "recordings", "recording outside-the-team loss"),
    "impersonation": (
        "contacted-by loss",
        "link conversation transfer-receipt",
        "customer-record sign-ins",
        "ours-or-not warned others-warned",
    ),
    "privacy-request": ("which-right", "identity-proof", "customer-record", "duty-to-keep deadline"),
    "self-exclusion": ("how-long which-accounts", "", "customer-record marketing", "at-once no-promotion balance"),
    "account-closed": (
        "username closed-by balance-left",
        "identity-proof closing-notice",
        "closing-record withdrawals",
        "self-exclusion-first balance-due",
    ),
    "technical-error": (
        "incident-time device steps network",
        "screenshot",
        "sign-ins rounds error-logs",
        "reproduced money-affected",
    ),
}


@pytest.fixture
def deposits(defaults):
    return Category.objects.get(slug="deposit-not-credited")


def names(case):
    return [line.name for line in checklist_of(case)]


def test_cases_keep_the_version_they_were_classified_under(deposits, make_staff):
    lan = Actor.staff(make_staff("lan", Role.SPECIALIST))
    before = open_case(deposits.slug)
    draft = checklists.begin_draft(deposits, note="Ngân hàng không cần nữa")
    draft.items.get(slug="sending-bank").delete()
    draft.items.filter(slug="receipt").update(name_vi="Ảnh biên lai")
    assert "Ảnh biên lai" not in names(open_case(deposits.slug))
    checklists.publish(draft, by=lan.subject)
    after = open_case(deposits.slug)
    assert "Ảnh biên lai" in names(after)
    assert "Ngân hàng hoặc ví chuyển tiền" not in names(after)
    before.refresh_from_db()
    assert "Ngân hàng hoặc ví chuyển tiền" in names(before)
    routing.classify_case(before, actor=lan, category=Category.objects.get(pk=deposits.pk))
    assert names(before) == names(after)
    assert [one.number for one in deposits.checklists.all()] == [2, 1]


@pytest.mark.parametrize(
    "texts",
    [
        {"why_vi": "Vui lòng nạp thêm 100.000đ để được mở khóa tài khoản"},
        {"formats_vi": "Vui lòng nạp thêm 100.000đ để được mở khóa tài khoản"},
        {"otherwise_en": "Please pay a fee of 5 dollars so that we can release your money."},
    ],
)
def test_what_asks_for_money_is_not_published(deposits, texts):
    draft = checklists.begin_draft(deposits)
    draft.items.filter(slug="receipt").update(**texts)
    with pytest.raises(Invalid, match="“"):
        checklists.publish(draft)
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize("field", ["name_vi", "why_vi", "formats_en", "example_vi", "otherwise_en"])
def test_what_accuses_is_not_published(deposits, field):
    words = "Your receipt is fake" if field.endswith("en") else "Biên lai giả mạo"
    draft = checklists.begin_draft(deposits)
    draft.items.filter(slug="receipt").update(**{field: words})
    with pytest.raises(Invalid, match="“"):
        checklists.publish(draft)
    draft.refresh_from_db()
    assert draft.is_draft


def test_what_is_ours_to_check_is_called_what_it_is(deposits):
    draft = checklists.begin_draft(deposits)
    draft.items.filter(part=Part.CHECK).update(name_vi="Dấu hiệu gian lận")
    checklists.publish(draft)


def test_two_entries_of_one_slug_are_told_apart_from_other_mistakes(deposits):
    draft = checklists.begin_draft(deposits)
    forms = inlineformset_factory(Checklist, ChecklistItem, formset=EntriesOfVersion, fields=("slug",), extra=2)
    total = draft.items.count()
    typed = {"items-TOTAL_FORMS": total + 2, "items-INITIAL_FORMS": total}
    for place, entry in enumerate(draft.items.all()):
        typed |= {f"items-{place}-id": entry.pk, f"items-{place}-slug": entry.slug}
    typed |= {f"items-{place}-slug": "twice" for place in (total, total + 1)}
    said = forms(typed, instance=draft, prefix="items").non_form_errors()
    assert said == [gettext("Two entries have the same slug. Give each its own.")]


def test_one_draft_at_a_time_published_once(deposits):
    draft = checklists.begin_draft(deposits)
    with pytest.raises(Conflict):
        checklists.begin_draft(deposits)
    checklists.publish(draft)
    with pytest.raises(Conflict):
        checklists.publish(draft)
    assert draft.items.count() == checklists.in_force(Category.objects.get(pk=deposits.pk)).items.count() > 0


def test_loading_again_changes_nothing_that_is_there(deposits):
    draft = checklists.begin_draft(deposits)
    draft.items.all().delete()
    checklists.publish(draft)
    count = Checklist.objects.count()
    load()
    assert Checklist.objects.count() == count
    assert not entries_of(open_case(deposits.slug)).exists()


class TestOffering:
    """Categories that were there before what is shipped for them, or whose checklist was never begun."""

    @pytest.fixture
    def older(self, deposits):
        deposits.checklists.all().delete()
        Category.objects.filter(pk=deposits.pk).update(checklist_number=0)
        deposits.refresh_from_db()
        return deposits

    def test_as_drafts_that_people_publish(self, older):
        call_command("load_defaults")
        assert not older.checklists.exists()
        said = StringIO()
        call_command("load_defaults", "--offer-checklists", stdout=said)
        assert "deposit-not-credited." in said.getvalue()
        draft = older.checklists.get()
        assert draft.is_draft
        assert [entry.slug for entry in draft.items.all()] == [item.slug for item in CHECKLISTS[older.slug]]
        assert not entries_of(open_case(older.slug)).exists()
        checklists.publish(draft)
        assert entries_of(open_case(older.slug)).exists()

    def test_nobodys_own_checklist_or_draft_is_touched(self, older):
        checklists.begin_draft(older)
        count = Checklist.objects.count()
        call_command("load_defaults", "--offer-checklists", stdout=StringIO())
        assert Checklist.objects.count() == count
        assert not older.checklists.get().items.exists()

    def test_from_the_page_of_the_category_by_administrators(self, client, make_staff, older):
        address = f"/admin/cases/category/{older.pk}/change/"
        begin = f"/admin/evidence/checklist/add/?category={older.pk}&begin_with=shipped"
        client.force_login(make_staff("son", Role.MANAGER))
        assert "begin_with" not in client.get(address).content.decode()
        client.force_login(make_staff("tri", Role.ADMINISTRATOR))
        assert begin in unescape(client.get(address).content.decode())
        form = client.get(begin).context["adminform"].form
        said = {name: form[name].value() for name in ("category", "begin_with")}
        assert client.post("/admin/evidence/checklist/add/", said).status_code == 302
        draft = older.checklists.get()
        assert (draft.is_draft, draft.items.count()) == (True, len(CHECKLISTS[older.slug]))
        assert "begin_with" not in client.get(address).content.decode()

    def test_what_is_not_shipped_is_not_begun_with(self, client, make_staff, defaults):
        client.force_login(make_staff("tri", Role.ADMINISTRATOR))
        other = Category.objects.get(slug="suggestion")
        refused = client.post("/admin/evidence/checklist/add/", {"category": other.pk, "begin_with": "shipped"})
        assert list(refused.context["adminform"].form.errors) == ["begin_with"]
        assert not other.checklists.exists()


class TestAdmin:
    def begun(self, client, make_staff, deposits):
        """The address of a new draft, and what its form holds, to be published."""
        client.force_login(make_staff("tri", Role.ADMINISTRATOR))
        begun = client.post("/admin/evidence/checklist/add/", {"category": deposits.pk, "note": "Gọn hơn"})
        page = client.get(begun.url)
        posted = {"note": "Gọn hơn nữa", "evidence_checklist_publish": "1"}
        for formset in (one.formset for one in page.context["inline_admin_formsets"]):
            for form in (formset.management_form, *formset.initial_forms):
                said = {f"{form.prefix}-{name}": form[name].value() for name in form.fields}
                posted |= {name: value for name, value in said.items() if value is not None and value is not False}
        return begun.url, posted

    def test_what_is_published_is_what_was_just_written(self, client, make_staff, deposits):
        address, posted = self.begun(client, make_staff, deposits)
        posted["items-0-why_vi"] = "Vui lòng nạp thêm 100.000đ để mở khóa."
        page = client.post(address, posted, follow=True)
        assert "không yêu cầu tiền" in page.content.decode()
        deposits.refresh_from_db()
        draft = Checklist.objects.get(category=deposits, published_at=None)
        assert (deposits.checklist_number, draft.note) == (1, "Gọn hơn nữa")
        assert draft.items.first().why_vi == posted["items-0-why_vi"]  # there to be written anew

    def test_a_draft_is_begun_changed_and_published(self, client, make_staff, deposits):
        address, posted = self.begun(client, make_staff, deposits)
        draft = Checklist.objects.get(category=deposits, published_at=None)
        assert address == f"/admin/evidence/checklist/{draft.pk}/change/"
        posted["items-0-name_vi"] = "Mã tham chiếu"
        changed = client.post(address, posted)
        assert changed.status_code == 302, changed.context["errors"]
        deposits.refresh_from_db()
        assert deposits.checklist_number == 2
        assert names(open_case(deposits.slug))[0] == "Mã tham chiếu"
        draft.refresh_from_db()
        assert (draft.published_by.username, draft.note) == ("tri", "Gọn hơn nữa")

    def test_what_is_published_is_read_only(self, client, make_staff, deposits):
        client.force_login(make_staff("tri", Role.ADMINISTRATOR))
        published = checklists.in_force(deposits)
        address = f"/admin/evidence/checklist/{published.pk}/change/"
        assert client.get(address).status_code == 200
        assert client.post(address, {"note": "x"}).status_code == 403


class TestShipped:
    def test_nothing_a_dispute_turns_on_is_left_out(self):
        assert DISPUTES.keys() == CHECKLISTS.keys()
        for slug, parts in DISPUTES.items():
            there = {(item.part, item.slug) for item in CHECKLISTS[slug]}
            needed = {(part, one) for part, names in zip(Part, parts, strict=True) for one in names.split()}
            assert needed - there == set(), slug

    @pytest.mark.parametrize("slug", CHECKLISTS)
    def test_each_kind_is_complete_in_both_languages(self, slug):
        items = CHECKLISTS[slug]
        assert slug in {reason.slug for reason in REASONS}
        assert {Part.FACT, Part.CHECK} <= {item.part for item in items}
        assert len({item.slug for item in items}) == len(items)
        for item in items:
            assert all(item.name)
            for pair in (item.why, item.formats, item.example, item.otherwise):
                assert bool(pair[0]) == bool(pair[1]), (item.slug, pair)
            if item.part in ASKED_OF_CUSTOMERS:
                assert all(item.why + item.otherwise), item.slug  # whoever cannot prove it so is told how else
            if item.part == Part.EVIDENCE:
                assert all(item.formats + item.example), item.slug
            if item.must_be_verified:
                assert item.mandatory, item.slug
            assert item.part == Part.RECORD or not item.record

    def test_at_most_one_fact_stops_a_decision(self):
        assert all(sum(item.must_be_verified for item in items) <= 1 for items in CHECKLISTS.values())

    def test_nobody_is_accused(self):
        texts = [
            text
            for items in CHECKLISTS.values()
            for item in items
            for text in item.texts
            if item.part in ASKED_OF_CUSTOMERS
        ]
        assert [text for text in texts if accuses(text)] == []
