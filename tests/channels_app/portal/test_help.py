"""Help articles and the published policy, as customers read them."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cases.complaints import policy
from cases.complaints.models import PolicyClause
from cases.models import Case, Category
from channels_app import help_articles
from channels_app.models import HelpArticle
from channels_app.portal.views.reading import html
from cskh.core.text import folded

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
STRANGE_ADDRESSES = (
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java%73cript&#58;alert(1)",
    "&#1;javascript:alert(1)",
    "data:text/html,x",
    "data:image/png;base64,x",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://a.example/x",
    "intent://a.example#Intent;end",
    "market://details?id=x",
    "1x:y",
)


@pytest.fixture(autouse=True)
def _filled(defaults):
    """Every page here shows the first filling."""


@pytest.mark.parametrize(
    "asked", ["rut tien cham", "RÚT TIỀN CHẬM", "rút tiền chậm", "tiền rút", "withdrawal", "  rut   tien "]
)
def test_search_does_without_diacritics(client, asked):
    found = client.get("/help/", {"q": asked}).context["found"]
    assert found[0].article.slug == "withdrawal-delayed"


def test_search_finds_what_holds_every_word_and_nothing_else(client):
    page = client.get("/help/", {"q": "<b>khongco</b> rut"}, headers=ENGLISH)
    assert page.context["found"] == []
    assert "&lt;b&gt;khongco" in page.content.decode()
    assert "<b>khongco" not in page.content.decode()
    assert help_articles.search(help_articles.published(), "  ") == []


@given(st.text(max_size=30))
def test_folding_is_stable(text):
    assert folded(folded(text)) == folded(text)


def test_what_is_not_published_is_not_there(client):
    help_articles.take_off(HelpArticle.objects.get(slug="fake-staff"))
    assert client.get("/help/fake-staff/").status_code == 404
    assert "fake-staff" not in client.get("/help/").content.decode()
    assert client.get("/help/", {"q": "mao danh"}).context["found"] == []
    assert client.post("/help/fake-staff/helped/").status_code == 404
    assert HelpArticle.objects.get(slug="fake-staff").helped == 0


def test_an_article_leads_to_the_request_form_with_its_reason_chosen(client):
    page = client.get("/help/withdrawal-delayed/", headers=ENGLISH).content.decode()
    assert 'href="/request/?about=withdrawal-delayed"' in page
    form = client.get("/request/?about=withdrawal-delayed").context["form"]
    assert form["category"].value() == Category.objects.get(slug="withdrawal-delayed").pk
    topic_first = client.get("/request/?about=rights").context["form"]
    assert topic_first["category"].value() is None
    assert topic_first.fields["category"].choices[1][0] == str(Category.objects.get(slug="rights"))
    assert client.get("/request/?about=nothing").context["form"]["category"].value() is None
    assert Case.objects.count() == 0


def test_readers_say_that_it_helped_and_only_by_post(client):
    assert client.get("/help/fake-staff/helped/").status_code == 405
    assert HelpArticle.objects.get(slug="fake-staff").helped == 0
    assert client.post("/help/fake-staff/helped/").url == "/help/fake-staff/"
    assert HelpArticle.objects.get(slug="fake-staff").helped == 1


def change(slug="fake-staff", **words):
    article = HelpArticle.objects.get(slug=slug)
    for field, text in words.items():
        setattr(article, field, text)
    article.save()
    return article


def test_what_is_changed_is_read_once_it_is_published(client):
    article = change(body_en="Entirely **new** words.", title_en="New title")
    assert "new" not in client.get("/help/fake-staff/", headers=ENGLISH).context["version"].body.lower()
    assert client.get("/help/", {"q": "entirely"}, headers=ENGLISH).context["found"] == []
    help_articles.publish(article)
    page = client.get("/help/fake-staff/", headers=ENGLISH).content.decode()
    assert "Entirely <strong>new</strong> words." in page
    assert "Version 2, published on" in page
    assert [one.number for one in client.get("/help/", {"q": "entirely"}).context["found"]] == [2]


def test_earlier_versions_stay_at_their_own_address_with_a_note(client):
    before = client.get("/help/fake-staff/v1/", headers=ENGLISH)
    assert before.context["is_earlier"] is False
    help_articles.publish(change(body_en="New words."))
    old = client.get("/help/fake-staff/v1/", headers=ENGLISH)
    assert old.context["version"].body == before.context["version"].body
    assert "It has been replaced since." in old.content.decode()
    assert "/helped/" not in old.content.decode()
    assert old["X-Robots-Tag"] == "noindex"
    assert client.get("/help/fake-staff/v2/").context["is_earlier"] is False
    for wrong in ("v3", "v0", "v-1", "v99999999999999999999"):
        assert client.get(f"/help/fake-staff/{wrong}/").status_code == 404, wrong
    help_articles.take_off(HelpArticle.objects.get(slug="fake-staff"))
    gone = client.get("/help/fake-staff/v2/", headers=ENGLISH).content.decode()
    assert "not published any more" in gone


def test_old_versions_never_become_markup(client):
    help_articles.publish(change(body_en="<script>alert(1)</script>", title_en="<img src=x>"))
    help_articles.publish(change(body_en="Fine.", title_en="Fine"))
    page = client.get("/help/fake-staff/v2/", headers=ENGLISH).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_first_article_can_be_read_in_both_languages(client, language):
    slugs = [one.article.slug for one in help_articles.published()]
    assert len(slugs) == 15
    for slug in slugs:
        page = client.get(f"/help/{slug}/", headers={"accept-language": language})
        assert page.status_code == 200
        assert str(page.context["version"].title) in unescape(page.content.decode())


def test_each_topic_stands_once(client):
    topics = [topic for topic, _versions in client.get("/help/").context["topics"]]
    assert len(topics) == len(set(topics)) > 2


def test_rights_and_duties_are_part_of_the_policy(client):
    page = client.get("/policy/", headers=ENGLISH).content.decode()
    assert "Your rights" in page
    assert "What we ask of you" in page


@pytest.mark.parametrize(
    ("markdown", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[x](javascript:alert(1))", 'href="javascript'),
        *((f"[x]({address})", "href=") for address in STRANGE_ADDRESSES),
        *((f"<{address}>", "href=") for address in STRANGE_ADDRESSES),
        *((f"[x][1]\n\n[1]: {address}", "href=") for address in STRANGE_ADDRESSES),
        ("![x](https://evil.example/x.png)", "<img"),
        ('[x](https://a.example "><script>")', "<script"),
    ],
)
def test_no_markup_but_markdown(markdown, never):
    assert never not in html(markdown)


@pytest.mark.parametrize(
    "address",
    ["https://a.example/x", "HTTP://a.example", "mailto:a@khach.example", "tel:+84901234567", "/help/x/", "#rut-tien"],
)
def test_ordinary_links_are_links(address):
    assert f'<a href="{address}">x</a>' in html(f"[x]({address})")


def test_help_is_cheap(client, django_assert_num_queries):
    for path, queries in (
        ("/help/", 1),
        ("/help/?q=tien", 1),
        ("/help/fake-staff/", 2),
        ("/help/fake-staff/v1/", 1),
        ("/policy/", 2),
    ):
        with django_assert_num_queries(queries):
            client.get(path)


def test_the_policy_shows_what_is_in_force_and_what_was(client):
    today = timezone.localdate()
    old = PolicyClause.objects.get(number=3)
    policy.publish(
        PolicyClause(number=3, title_vi="Mới", title_en="New", text_vi="MỚI", text_en="NEW TEXT", valid_from=today)
    )
    page = client.get("/policy/", headers=ENGLISH).content.decode()
    assert 'id="clause-3"' in page
    assert "NEW TEXT" in page
    assert "Version 2" in page
    yesterday = (today - timedelta(days=1)).isoformat()
    before = client.get(f"/policy/{yesterday}/", headers=ENGLISH).content.decode()
    assert old.title_en in before
    assert "NEW TEXT" not in before
    assert "as it was on" in before
    assert client.get(f"/policy/{today.isoformat()}/", headers=ENGLISH).context["is_earlier"] is False


@pytest.mark.parametrize("day", ["2999-01-01", "x", "2026-13-01", "20260101x"])
def test_there_is_no_policy_of_other_days(client, day):
    assert client.get(f"/policy/{day}/").status_code == 404


def test_a_clause_to_come_is_not_shown_yet(client):
    policy.publish(
        PolicyClause(
            number=99,
            title_vi="Sau",
            title_en="Later",
            text_vi="SAU",
            text_en="LATER TEXT",
            valid_from=timezone.localdate() + timedelta(days=1),
        )
    )
    page = client.get("/policy/", headers=ENGLISH).content.decode()
    assert "LATER TEXT" not in page
    assert "clause-99" not in page
