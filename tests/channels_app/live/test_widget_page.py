"""The script that websites embed, and the page in its frame: who may show it, what it weighs, what it says."""

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from accounts.models import User
from channels_app.chat import giving

pytestmark = pytest.mark.django_db
SHOP = "https://www.shop.example"
STATIC = Path(finders.find("chat/chat.js")).parent


@pytest.fixture(autouse=True)
def _allowed(settings):
    settings.CHAT_ORIGINS = [SHOP]


def directives(response):
    parts = (part.split(" ", 1) for part in response.headers["Content-Security-Policy"].split("; "))
    return dict(parts)


def loader_config(script):
    return json.loads(re.search(r"^const config = (.*);$", script, re.MULTILINE)[1])


def test_the_script_is_kept_for_an_hour_and_then_asked_for_by_its_tag(client):
    first = client.get("/widget.js")
    assert first.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert first.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    again = client.get("/widget.js", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/widget.js", headers={"if-none-match": '"other"'}).status_code == 200
    assert not first.cookies


def test_the_script_knows_who_may_embed_it_and_the_brand(client, settings):
    settings.BRAND_COLOR, settings.BRAND_NAME = "#fc0", 'A "B" </script>'
    before = client.get("/widget.js").headers["ETag"]
    config = loader_config(client.get("/widget.js").content.decode())
    assert config["origins"] == [SHOP]
    assert (config["color"], config["ink"]) == ("#ffcc00", "#000000")
    assert set(config["texts"]) == {"vi", "en"}
    assert config["texts"]["en"]["open"] == 'Chat with A "B" </script>'
    settings.CHAT_ORIGINS = []
    assert client.get("/widget.js").headers["ETag"] != before


def test_everything_together_weighs_at_most_40_kb(client):
    page = client.get("/chat/", {"language": "vi"}).content
    files = [client.get("/widget.js").content, client.get("/brand.css").content, page]
    files += [file.read_bytes() for file in STATIC.iterdir()]
    weight = sum(len(gzip.compress(file)) for file in files)
    assert len(files) > 10
    assert weight <= 40 * 1024, weight


@pytest.mark.parametrize("origin", [SHOP, "http://testserver", ""])
def test_only_our_own_and_allowed_pages_may_frame_the_chat(client, origin):
    response = client.get("/chat/", {"origin": origin})
    assert response.status_code == 200
    policy = directives(response)
    assert policy["frame-ancestors"] == f"'self' {SHOP}"
    assert "X-Frame-Options" not in response.headers
    assert policy["default-src"] == "'self'"
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "no-cache" in response.headers["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://www.shop.example", SHOP + ".evil.example", SHOP + "/", "null", "*"]
)
def test_a_foreign_origin_gets_no_page(client, origin):
    response = client.get("/chat/", {"origin": origin})
    assert response.status_code == 403
    assert response.headers["X-Frame-Options"] == "DENY"
    assert directives(response)["frame-ancestors"] == "'none'"
    assert 'id="config"' not in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/track/", "/request/", "/admin/login/", "/chat/lines"])
def test_nothing_else_may_be_framed(client, defaults, path):
    response = client.get(path)
    assert response.headers["X-Frame-Options"] == "DENY"
    assert directives(response)["frame-ancestors"] == "'none'"


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.data = {}
        self.inside = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.found.append((tag, attributes))
        self.inside = attributes.get("id") if tag == "script" else None

    def handle_data(self, data):
        if self.inside:
            self.data[self.inside] = json.loads(data)
            self.inside = None


def read(client, **query):
    page = _Page()
    page.feed(client.get("/chat/", query).content.decode())
    return page


def test_no_script_and_no_style_is_inline(client):
    page = read(client)
    for tag, attributes in page.found:
        assert tag != "style"
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        if tag == "script":
            assert "src" in attributes or attributes["type"] == "application/json"


@pytest.mark.parametrize(
    ("asked", "header", "shown"),
    [("vi", "en", "vi"), ("en", "vi", "en"), ("", "en", "en"), ("", "fr", "vi"), ("fr", "", "vi"), ("<b>", "en", "en")],
)
def test_the_language_is_the_one_asked_for_else_the_browsers(asked, header, shown):
    page = read(Client(headers={"accept-language": header}), language=asked)
    assert page.found[0][1]["lang"] == shown
    assert page.data["config"]["language"] == shown


def test_every_text_the_scripts_use_is_in_the_page_and_every_one_is_used(client):
    scripts = {file.name: file.read_text("utf-8") for file in STATIC.glob("*.js") if file.name != "launcher.js"}
    told = read(client).data["texts"]
    # Keys are words in quotes, whether said at once or handed on to say().
    quoted = set(re.findall(r"""["'](\w+)["']""", "\n".join(scripts.values())))
    said = set(re.findall(r"""\bsay\(["'](\w+)["']""", "\n".join(scripts.values())))
    assert said <= set(told)
    assert set(told) - quoted == set()


def test_the_page_says_truthfully_whether_somebody_is_here(client, make_staff):
    assert read(client).data["config"]["somebody_here"] is False
    lan = make_staff("lan")
    lan.presence = User.Presence.ON_DUTY
    lan.save()
    giving.set_duty(lan, takes_chats=True)
    assert read(client).data["config"]["somebody_here"] is True


def test_without_scripts_the_page_says_how_else_to_reach_us(client, settings):
    content = client.get("/chat/", {"language": "en"}).content.decode()
    without = re.search(r"<noscript>\s*<div.*?</noscript>", content, re.DOTALL)[0]
    for way in ('href="/request/"', f"tel:{settings.BRAND_HOTLINE.replace(' ', '')}", f"mailto:{settings.BRAND_EMAIL}"):
        assert way in without
