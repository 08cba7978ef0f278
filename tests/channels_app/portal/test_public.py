"""What every public page keeps to: headers, languages, errors, figures, colours."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.customers.models import Customer, Notice
from cases.codes import new_code
from cases.models import Case, Category
from channels_app.portal import figures
from cskh.core import colors

pytestmark = pytest.mark.django_db
PUBLIC = (
    "/",
    "/brand.css",
    "/help/",
    "/help/?q=rut+tien",
    "/help/fake-staff/",
    "/notice/",
    "/policy/",
    "/request/",
    "/track/",
    "/nowhere/",
    "/track/CS-0000-0000-000/",
    "/track/link/x/",
)


@pytest.fixture(autouse=True)
def _filled(defaults):
    """Every page here shows the first filling."""


@pytest.mark.parametrize("path", PUBLIC)
def test_security_headers(client, path):
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    for strict in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert strict in policy
    assert "unsafe" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    body = response.content.decode()
    for inline in ("<script>", "<style", " style=", " onclick=", "javascript:"):
        assert inline not in body
    assert body.count("<script") == body.count('<script src="/widget.js"')


def test_case_pages_are_kept_by_no_cache(open_case, follow):
    case = open_case("answered")
    browser = follow(case)
    for path in ("", "accept/", "reject/", "withdraw/", "message/", "evidence/"):
        assert "no-store" in browser.get(f"/track/{case.code}/{path}").headers["Cache-Control"]
    assert "no-store" in browser.get("/track/").headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/", "/help/", "/help/fake-staff/", "/policy/", "/notice/", "/brand.css", "/nowhere/"]
)
def test_reading_sets_no_cookie(client, path):
    assert not client.get(path).cookies


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere/", 404), (f"/track/{new_code()}/", 404), ("/track/link/x/", 410)],
    ids=["no page", "no case", "no link"],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_errors_say_what_to_do(client, path, status, language):
    response = client.get(path, headers={"accept-language": language})
    page = response.content.decode()
    assert response.status_code == status
    assert 'href="/track/"' in page
    assert 'href="/request/"' in page


def test_a_mistake_of_ours_is_a_page_too(client, monkeypatch):
    monkeypatch.setattr("channels_app.portal.views.site.times_by_topic", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert 'href="/brand.css"' in response.content.decode()


def test_the_language_stays_chosen(client):
    assert 'lang="en"' in client.get("/", headers={"accept-language": "en"}).content.decode().split("<head>")[0]
    answer = client.post("/language/", {"language": "vi", "next": "/notice/"}, headers={"accept-language": "en"})
    assert (answer.status_code, answer.url) == (302, "/notice/")
    assert 'lang="vi"' in client.get("/", headers={"accept-language": "en"}).content.decode().split("<head>")[0]


def test_the_language_switch_leads_nowhere_else(client):
    assert client.post("/language/", {"language": "vi", "next": "https://evil.example/"}).url == "/"


def test_earlier_notices_stay_readable(client):
    Notice.objects.create(version="2.0", body_vi="MỚI", body_en="NEW")
    Notice.objects.create(
        version="3.0", body_vi="SAU", body_en="LATER", published_at=timezone.now() + timedelta(days=1)
    )
    page = client.get("/notice/", headers={"accept-language": "en"}).content.decode()
    assert "NEW" in page
    assert "LATER" not in page
    assert "never for advertising" in client.get("/notice/1.0/", headers={"accept-language": "en"}).content.decode()
    for unknown in ("3.0", "9"):
        assert client.get(f"/notice/{unknown}/").status_code == 404


def test_chat_is_offered_as_a_launcher_and_as_a_page(client):
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert '<script src="/widget.js" data-language="en" defer></script>' in page
    assert 'href="/chat/"' in page


def _closed_cases(number, *, hours, closed_as="accepted", days_ago=1):
    reason = Category.objects.get(slug="deposit-not-credited")
    closed = timezone.now() - timedelta(days=days_ago)
    Case.objects.bulk_create(
        Case(
            code=new_code(),
            customer=Customer.objects.get_or_create(name="An")[0],
            channel="web",
            category=reason,
            department=reason.department,
            status="closed",
            closed_as=closed_as,
            closed_at=closed,
            answered_at=closed,
            opened_at=closed - timedelta(hours=hours * (n + 1)),
        )
        for n in range(number)
    )


def _transactions():
    cache.clear()
    return next(line for line in figures.times_by_topic() if line.topic.slug == "transactions")


def test_figures_come_from_real_cases_where_there_are_enough(settings):
    settings.PUBLIC_FIGURES_MINIMUM = 20
    _closed_cases(19, hours=1)
    _closed_cases(30, hours=1, days_ago=200)
    _closed_cases(30, hours=1, closed_as="withdrawn")
    few = _transactions()
    assert (few.half, few.most) == (None, None)
    assert timedelta() < few.target_from <= few.target_to
    _closed_cases(1, hours=20)
    enough = _transactions()
    assert (enough.half, enough.most) == (timedelta(hours=10, minutes=30), timedelta(hours=18, minutes=6))


def test_the_home_page_is_cheap(client, django_assert_num_queries):
    cache.clear()
    client.get("/")  # calendars are read once
    cache.clear()
    with django_assert_num_queries(5):
        client.get("/")
    with django_assert_num_queries(3):
        client.get("/")


_COLORS = st.tuples(*[st.integers(0, 255)] * 3)


@given(_COLORS)
def test_any_brand_colour_becomes_readable(color):
    assert colors.parse(colors.written(color)) == color
    for ground in (colors.LIGHT, colors.DARK):
        readable = colors.readable_on(color, ground)
        assert colors.contrast(readable, ground) >= 4.5
        assert colors.contrast(readable, colors.ink_on(readable)) >= 4.5
        if colors.contrast(color, ground) >= 4.5:
            assert readable == color


@pytest.mark.parametrize("text", ["", "red", "#12", "#gggggg", "#123456;}body{display:none"])
def test_what_is_no_colour_never_reaches_the_style(text):
    with pytest.raises(ValueError, match="not a colour"):
        colors.parse(text)
