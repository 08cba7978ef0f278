"""Help articles: versions that never change, and replies that say which one they cite."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role, Scope
from cases.workflow import answer
from channels_app import help_articles, links, outbox
from channels_app.models import HelpArticle, HelpVersion, Message
from channels_app.replies import replies_for
from cskh.core.errors import Conflict, Invalid
from tests.cases.building import open_case

pytestmark = pytest.mark.django_db

REFUSED = "cannot be changed or deleted"
PUBLISH, TAKE_OFF = ({f"channels_app_helparticle_{name}": "1"} for name in ("publish", "take_off"))


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST))


@pytest.fixture
def article(defaults):
    return HelpArticle.objects.select_related("in_force").get(slug="fake-staff")


def reworded(article, **words):
    for field, text in (words or {"body_vi": "Lời mới.", "body_en": "New words."}).items():
        setattr(article, field, text)
    article.save()
    return article


# Versions.


def test_a_change_is_a_draft_until_it_is_published(article, lan):
    assert article.has_draft is False
    assert reworded(article).has_draft
    version = help_articles.publish(article, by=lan.subject)
    assert (version.number, version.body_en, version.published_by) == (2, "New words.", lan.subject)
    assert HelpArticle.objects.get(pk=article.pk).in_force == version
    assert HelpVersion.objects.filter(article=article).count() == 2


def test_the_same_is_not_published_twice_but_comes_back_as_it_was(article):
    with pytest.raises(Conflict):
        help_articles.publish(article)
    help_articles.take_off(article)
    assert help_articles.publish(article).number == 1
    assert HelpVersion.objects.filter(article=article).count() == 1


@pytest.mark.parametrize(
    ("field", "text"),
    [("body_vi", "Quý khách hãy nạp thêm 500.000đ để được rút tiền."), ("title_en", "Liars"), ("body_en", "You lied.")],
)
def test_what_no_customer_may_read_is_not_published(article, field, text):
    if text == "Liars":
        text = "A liar writes"
    with pytest.raises(Invalid) as refused:
        help_articles.publish(reworded(article, **{field: text}))
    assert list(refused.value.errors) == [field]
    assert HelpVersion.objects.filter(article=article).count() == 1


def test_the_words_that_are_kept_are_those_that_are_judged(article):
    """Somebody else wrote them since the article was read here."""
    HelpArticle.objects.filter(pk=article.pk).update(body_en="You lied.")
    with pytest.raises(Invalid):
        help_articles.publish(article)
    assert HelpVersion.objects.filter(article=article).count() == 1


@pytest.mark.parametrize("change", [lambda rows: rows.update(body_en="x"), lambda rows: rows._raw_delete("default")])
def test_what_was_published_stays_as_it_was(article, change):
    with pytest.raises(ProgrammingError, match=REFUSED), transaction.atomic():
        change(HelpVersion.objects.filter(article=article))


def test_nothing_is_on_the_public_pages_without_a_version(defaults):
    with pytest.raises(IntegrityError), transaction.atomic():
        HelpArticle.objects.create(slug="x", title_vi="x", title_en="x", body_vi="x", body_en="x", is_published=True)


# Citing.


def test_a_reply_cites_the_version_in_force(article, lan):
    case = open_case("other")
    version = help_articles.publish(reworded(article))
    offered = {one["shortcut"]: one for one in replies_for(case, lan.subject)}
    text = offered["fake-staff"]["text"]
    assert text == f"{article.title_vi}\n{help_articles.address_of(version)}"
    message = outbox.write_message(case, actor=lan, body=f"Mời Quý khách đọc:\n{text}")
    assert list(message.cites.all()) == [version]
    help_articles.publish(reworded(article, body_en="Other words."))
    assert [one.number for one in message.cites.all()] == [2]


def test_an_answer_says_which_version_it_cites(article, lan):
    case = open_case("other")
    answer.send_answer(case, actor=lan, body=f"Xem {help_articles.address_of(article.in_force)}.")
    sent = Message.objects.get(case=case, answer__isnull=False)
    assert [(one.article.slug, one.number) for one in sent.cites.all()] == [("fake-staff", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "https://elsewhere.example/help/fake-staff/v1/",
        "{public}/help/fake-staff/",
        "{public}/help/fake-staff/v9/",
        "{public}/help/nothing/v1/",
        "{public}/help/fake-staff/v1x",
        "{public}/help/fake-staff/v12345678901/",
    ],
)
def test_other_addresses_cite_nothing(article, lan, settings, text):
    message = outbox.write_message(open_case("other"), actor=lan, body=text.format(public=settings.PUBLIC_URL))
    assert not message.cites.exists()


def test_words_without_an_address_cost_nothing(article, lan):
    with CaptureQueriesContext(connection) as queries:
        assert help_articles.cited_in("Chúng tôi đã ghi có 340.000 ₫.") == []
    assert len(queries) == 0


def test_one_sees_later_what_the_customer_was_shown(article, lan, client):
    case = open_case("other")
    body = f"Xem {help_articles.address_of(article.in_force)}"
    outbox.write_message(case, actor=lan, body=body)
    help_articles.publish(reworded(article))
    client.force_login(lan.subject, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("admin:cases_case_change", args=[case.pk]))
    assert 'href="/help/fake-staff/v1/"' in page.content.decode()
    assert "đã được thay thế" in page.content.decode()
    help_articles.take_off(article)
    page = client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()
    assert ", không còn công bố)" in page
    assert "đã được thay thế" not in page


def test_what_is_cited_is_named_without_the_texts(article, lan, client, settings, integration):
    case = open_case("other")
    outbox.write_message(case, actor=lan, body=f"Xem {help_articles.address_of(article.in_force)}")
    client.force_login(lan.subject, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:cases_case_change", args=[case.pk]))
        client.get(links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL))
        client.get(f"/track/{case.code}/")
        integration.get(f"/api/v1/cases/{case.code}/messages/")
    citing = [one["sql"] for one in queries if "channels_app_message_cites" in one["sql"]]
    assert len(citing) == 3
    assert not any("body_vi" in sql or "body_en" in sql for sql in citing)


def test_the_customer_finds_it_beside_the_message(article, lan, client, settings):
    case = open_case("other")
    outbox.write_message(case, actor=lan, body=f"Xem {help_articles.address_of(article.in_force)}")
    client.get(links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL))
    assert 'href="/help/fake-staff/v1/"' in client.get(f"/track/{case.code}/").content.decode()


def test_without_scripts_an_article_is_chosen_by_its_address(article, lan, client):
    case = open_case("other")
    client.force_login(lan.subject, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("admin:cases_case_step", args=[case.pk, "message"])
    form = client.get(address, {"template": f"help-{article.in_force.pk}"}).context["form"]
    assert form.initial["body"].endswith("/help/fake-staff/v1/")
    for unknown in ("help-999999", "nothing", ""):
        assert "body" not in client.get(address, {"template": unknown}).context["form"].initial


# Over REST.


def test_articles_over_rest(article, make_client):
    app = make_client(Scope.CASES_OPEN)
    listed = app.get("/api/v1/help/").json()
    assert len(listed) == 15
    found = app.get("/api/v1/help/?q=mao danh").json()
    assert (found[0]["slug"], found[0]["version"], "body_vi" in found[0]) == ("fake-staff", 1, False)
    assert app.get("/api/v1/help/?q=" + "x" * 201).status_code == 400
    help_articles.publish(reworded(article))
    one = app.get("/api/v1/help/fake-staff/").json()
    assert (one["version"], one["body_en"], one["is_in_force"]) == (2, "New words.", True)
    old = app.get("/api/v1/help/fake-staff/versions/1/").json()
    assert (old["version"], old["is_in_force"], old["url"]) == (
        1,
        False,
        help_articles.address_of(article.versions.get(number=1)),
    )
    for missing in ("nothing/", "fake-staff/versions/9/"):
        assert app.get(f"/api/v1/help/{missing}").status_code == 404
    help_articles.take_off(article)
    assert app.get("/api/v1/help/fake-staff/").status_code == 404


def test_nobody_reads_them_over_rest_without_a_credential(defaults, client):
    assert client.get("/api/v1/help/").status_code == 401


def test_messages_say_over_rest_what_they_cite(article, integration, lan):
    case = open_case("other")
    outbox.write_message(case, actor=lan, body=f"Xem {help_articles.address_of(article.in_force)}")
    told = integration.get(f"/api/v1/cases/{case.code}/messages/").json()["results"]
    assert [one["cites"] for one in told if one["cites"]] == [[{"slug": "fake-staff", "version": 1}]]


# At the desk.


@pytest.fixture
def at_desk(client, make_staff):
    client.force_login(make_staff("son", Role.MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_of(article, **changed):
    words = {field: getattr(article, field) for field in HelpArticle.WORDS}
    return {
        **words,
        "category": article.category_id or "",
        "position": article.position,
        "owner": "",
        "review_on": "",
        **changed,
    }


def test_managers_write_drafts_and_publish_them(at_desk, article):
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    assert at_desk.post(address, form_of(article, body_en="New words.")).status_code == 302
    article.refresh_from_db()
    assert (article.has_draft, article.in_force.number) == (True, 1)
    assert at_desk.post(address, form_of(article, **PUBLISH)).status_code == 302
    article.refresh_from_db()
    assert (article.has_draft, article.in_force.number, article.in_force.body_en) == (False, 2, "New words.")
    assert article.in_force.published_by.username == "son"
    assert "/help/fake-staff/v1/" in at_desk.get(address).content.decode()


def test_the_address_of_what_was_published_stays(at_desk, article):
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    at_desk.post(address, form_of(article, slug="renamed"))
    article.refresh_from_db()
    assert article.slug == "fake-staff"


def test_managers_take_articles_off(at_desk, article):
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    assert at_desk.post(address, form_of(article, **TAKE_OFF)).status_code == 302
    article.refresh_from_db()
    assert (article.is_published, article.in_force.number) == (False, 1)


def test_the_log_says_who_took_an_article_off_and_who_brought_it_back(at_desk, article):
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    at_desk.post(address, form_of(article, **TAKE_OFF))
    at_desk.post(address, form_of(article, **PUBLISH))  # as it was: no new version says who
    assert HelpVersion.objects.filter(article=article).count() == 1
    at_desk.post(address, form_of(article, **PUBLISH))  # refused: it is published
    said = LogEntry.objects.filter(object_id=str(article.pk), user__username="son").values_list(
        "change_message", flat=True
    )
    told = ["Đã gỡ khỏi trang công khai.", "Đã công bố phiên bản 1."]
    assert [text for text in said.order_by("pk") if text in told] == told


def test_what_may_not_be_published_stays_a_draft_and_says_why(at_desk, article):
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    answered = at_desk.post(address, form_of(article, body_en="You lied.", **PUBLISH), follow=True)
    article.refresh_from_db()
    assert (article.body_en, article.in_force.number) == ("You lied.", 1)
    assert len(list(answered.context["messages"])) >= 2


def test_the_list_says_what_is_to_be_looked_at_again(at_desk, article):
    HelpArticle.objects.filter(pk=article.pk).update(review_on="2026-01-01")
    listed = at_desk.get(reverse("admin:channels_app_helparticle_changelist"), {"review": "due"})
    assert [one.pk for one in listed.context["cl"].result_list] == [article.pk]
    assert "desk-pill is-warn" in listed.content.decode()


def test_specialists_publish_nothing(client, make_staff, article):
    client.force_login(make_staff("lan", Role.SPECIALIST), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("admin:channels_app_helparticle_change", args=[article.pk])
    assert client.post(address, form_of(article, body_en="New words.", **PUBLISH)).status_code == 403
    assert HelpVersion.objects.filter(article=article).count() == 1
