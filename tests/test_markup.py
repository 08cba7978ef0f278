"""Markup in every text that people write stays text: at the desk, on the public pages, in mails."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.actors import Actor
from accounts.customers.models import Contact, Customer
from accounts.models import ApiClient, Department, Role, Scope
from cases.evidence import checklists
from cases.evidence.wanted import Wanted
from cases.models import Calendar, Case, Category, SavedView
from cases.states import Channel
from cases.workflow import answer, complaint, deciding, ending, evidence, facts, resolution, routing
from channels_app import calls, drafts, help_articles, intake, links, outbox
from channels_app.adapters.email.smtp import _as_html
from channels_app.calls import CallNotes
from channels_app.models import Delivery, HelpArticle, InboundItem, Message, ReplyTemplate, StaffNotice
from channels_app.webhooks import create_target
from tests.cases.building import customer_of, deliver_answer, open_case, settle_facts
from tests.cases.complaints.building import decided, found

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>\"'{{7*7}}"
SHOWN = escape("<img src=x onerror=alert(1)>")


def is_text(page, *, shown=True, status=200):
    """Whether the page has no such element; where it is `shown`, it is there as text."""
    text = page.content.decode()
    assert page.status_code == status, page.request["PATH_INFO"]
    assert "<img src=x" not in text, page.request["PATH_INFO"]
    assert not shown or SHOWN in text, page.request["PATH_INFO"]


@pytest.fixture
def boss(make_staff):
    boss = make_staff("boss", Role.ADMINISTRATOR)
    boss.last_name, boss.first_name, boss.is_superuser = MARKUP, MARKUP, True
    boss.save()
    return boss


@pytest.fixture
def lan(make_staff):
    lan = make_staff("lan", Role.SPECIALIST, "payments")
    lan.last_name = MARKUP
    lan.save()
    return lan


@pytest.fixture
def case(boss, lan):
    """A case that has been everywhere, with markup in everything anybody wrote about it."""
    for model in (Department, Category, Calendar):
        model.objects.update(name_vi=MARKUP, name_en=MARKUP)
    kind = Category.objects.get(slug="deposit-not-credited")
    items = checklists.in_force(kind).items
    fact = f"? {MARKUP}"
    items.update(name_vi=fact, name_en=fact, why_vi=MARKUP, why_en=MARKUP, example_vi=MARKUP, otherwise_vi=MARKUP)
    items.filter(slug="receipt").update(name_vi=MARKUP, name_en=MARKUP)
    case = open_case(kind.slug, transaction_ref=MARKUP)
    Case.objects.update(subject=MARKUP)
    Customer.objects.update(name=MARKUP, external_id=MARKUP)
    case.refresh_from_db()
    by, customer = Actor.staff(boss), customer_of(case)
    routing.classify_case(case, actor=by, category=kind, nature="complaint", reason=MARKUP)
    routing.assign_case(case, actor=by, assignee=lan)
    routing.change_priority(case, actor=by, priority="low", reason=MARKUP)
    outbox.write_note(case, actor=by, body=MARKUP)
    outbox.write_message(case, actor=by, body=MARKUP)
    intake.add_message(case, actor=customer, channel=case.channel, body=MARKUP)
    evidence.request_evidence(
        case, actor=by, items=[Wanted(name=MARKUP, why=MARKUP), Wanted(name="Sao kê", why="Đối chiếu")]
    )
    item = evidence.submit_evidence(case, actor=customer, channel=Channel.WEB, text=MARKUP)
    evidence.verify_evidence(item, actor=by, result="rejected", reason=MARKUP)
    evidence.waive_rest(case, actor=by, reason=MARKUP)
    facts.note_claim(case, actor=by, fact="sending-bank", value=MARKUP)
    sources = facts.Sources(statement=MARKUP)
    facts.verify_fact(case, actor=by, fact="sending-bank", result="unable", sources=sources, sentence=MARKUP)
    settle_facts(case, by)
    resolution.start_resolving(case, actor=by)
    complain(case, Actor.staff(lan))
    resolution.propose(case, actor=Actor.staff(lan), body=MARKUP)
    resolution.return_for_rework(case, actor=by, reason=MARKUP)
    answer.send_answer(case, actor=Actor.staff(lan), body=MARKUP)
    deliver_answer(case)
    answer.reject(case, actor=customer, reason=MARKUP)
    calls.log_call(case, actor=by, notes=CallNotes(number="0900000101", said=MARKUP, recording_ref=MARKUP))
    drafts.keep(lan, case, "note", MARKUP)
    evidence.request_evidence(case, actor=by, items=[Wanted(name=MARKUP, why=MARKUP)])
    return case


def complain(case, by):
    """Markup in everything that is put down about a complaint."""
    complaint.describe(case, actor=by, said=complaint.Description(remedy_sought=MARKUP, severity="minor"))
    complaint.note_account(case, actor=by, number=1, side="customer", text=MARKUP)
    complaint.note_account(case, actor=by, number=1, side="operator", text=MARKUP)
    said = found(what_happened=f"{MARKUP} 1", plain=MARKUP, other_source=MARKUP, evidence=list(case.evidence.all()))
    deciding.note_finding(case, actor=by, number=1, found=said)
    deciding.decide(case, actor=by, number=1, decided=decided(case, reason=MARKUP, no_remedy_because=MARKUP))
    day = timezone.localdate() + timedelta(days=7)
    complaint.say_recourse(case, actor=by, next_level=MARKUP, respond_by=day)


@pytest.fixture
def office(case, boss):
    """Markup in what stands around cases: templates, articles, views, hooks, what could not be read or sent."""
    ReplyTemplate.objects.create(shortcut="x", title=MARKUP, body_vi=MARKUP, body_en=MARKUP)
    for article in HelpArticle.objects.all():
        article.title_vi = article.title_en = article.body_vi = article.body_en = MARKUP
        article.save()
        help_articles.publish(article)
    SavedView.objects.create(owner=boss, name=MARKUP, query="queue=all", position=1)
    client, _key = ApiClient.objects.create_with_key(MARKUP, [Scope.WEBHOOKS])
    create_target(client, url=f"https://x.example/{MARKUP}", events=[])
    Delivery.objects.update(error=MARKUP, address=MARKUP, state="failed", next_try_at=None)
    InboundItem.objects.create(
        channel="email", external_id=MARKUP, source=MARKUP, raw=MARKUP.encode(), state="failed", why=MARKUP
    )
    return case


@pytest.fixture
def desk(boss):
    client = Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_list_and_every_page_of_the_desk(office, desk):
    for model, pages in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        is_text(desk.get(reverse(f"{name}_changelist")), shown=False)
        row = pages.get_queryset(request_of(desk)).first()
        if row is not None:
            page = desk.get(reverse(f"{name}_change", args=[row.pk]))
            if page.status_code == 200:
                is_text(page, shown=False)


def request_of(desk):
    return desk.get("/admin/presence/").wsgi_request


@pytest.mark.parametrize("address", ["", "cases/case/?queue=all", "presence/", "channels_app/delivery/"])
def test_pages_that_show_it(office, desk, address):
    is_text(desk.get(f"/admin/{address}"))


@pytest.mark.parametrize("action", ["request-evidence", "assign", "transfer", "reclassify", "withdraw", "mark-spam"])
def test_the_case_and_its_steps(office, desk, action):
    is_text(desk.get(reverse("admin:cases_case_change", args=[office.pk])))
    is_text(desk.get(reverse("admin:cases_case_verify", args=[office.pk])))
    is_text(desk.get(reverse("admin:cases_case_step", args=[office.pk, action])), shown=False)


def test_the_hotline_and_two_records_side_by_side(office, desk):
    Contact.objects.create(customer=office.customer, kind="phone", address="+84900000101")
    other = Customer.objects.create(name=MARKUP, external_id="KH-2")
    is_text(desk.get(reverse("hotline:page"), {"number": "0900000101"}))
    is_text(desk.get(reverse("hotline:page"), {"number": MARKUP}), shown=False)
    is_text(desk.get(reverse("hotline:page"), {"logged": office.code}))
    is_text(desk.get(reverse("hotline:merge", args=[office.customer_id]), {"other": other.pk}))


def test_the_public_pages(office, settings):
    cache.clear()
    browser = Client()
    browser.get(links.case_link(office, office.contact).removeprefix(settings.PUBLIC_URL))
    is_text(browser.get(f"/track/{office.code}/"))
    for page in ("", "withdraw/"):
        is_text(browser.get(f"/track/{office.code}/{page}"), shown=False)
    article = HelpArticle.objects.first()
    for address in ("/", "/request/", "/help/", f"/help/{article.slug}/", "/help/?q=%3Cimg+src%3Dx%3E", "/policy/"):
        is_text(browser.get(address), shown=False)
    is_text(browser.post("/request/", {"body": MARKUP, "name": MARKUP, "subject": MARKUP}), status=400)


def test_mails_to_customers_and_staff(office):
    for body in (*Message.objects.filter(direction="out").values_list("body", flat=True), MARKUP):
        assert "<img" not in _as_html(body)
    assert any(SHOWN in _as_html(message.body) for message in Message.objects.filter(direction="out"))
    assert StaffNotice.objects.exists()


def test_what_is_closed_and_asked_to_reopen(office, boss, desk):
    ending.withdraw(office, actor=customer_of(office), reason=MARKUP)
    intake.add_message(office, actor=customer_of(office), channel=office.channel, body=MARKUP)
    ending.decline_reopening(office, actor=Actor.staff(boss), reason=MARKUP)
    is_text(desk.get(reverse("admin:cases_case_change", args=[office.pk])))
