"""What the documents say about the code is what the code does."""

import re
from pathlib import Path

import pytest

from cases.admin import navigation
from cases.states import TRANSITIONS
from cskh.management.commands.draw_transitions import with_block

ROOT = Path(__file__).resolve().parents[1]


def test_the_readme_has_the_table_of_the_code():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_block(text) == text, "run manage.py draw_transitions"
    assert all(f"| `{step}` |" in text for step in TRANSITIONS)


def variables():
    """Every variable of the environment that the settings read."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "cskh" / "settings").glob("*.py"))
    return sorted(set(re.findall(r"""env\.\w+\(\s*["']([A-Z_]+)["']""", sources)))


@pytest.mark.parametrize("name", variables())
def test_operations_names_every_variable_of_the_environment(name):
    assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", ["README.md", *[str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")]])
def test_links_between_documents_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    broken = [
        target
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text)
        if not ((ROOT / document).parent / target).exists()
    ]
    assert broken == []


def named_in(document):
    """What a document names in backticks: files, folders, and things in modules (`workflow/answer.send_answer`)."""
    text = re.sub(r"```.*?```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)
    return sorted(set(re.findall(r"`(\w[\w/]*(?:\.\w+|/))`", text)))


@pytest.mark.parametrize(
    "name", [name for document in ("README.md", "docs/architecture.md") for name in named_in(document)]
)
def test_what_the_documents_name_is_there(name):
    module, _dot, thing = name.rpartition(".")
    if name.endswith("/") or thing in ("py", "md", "txt", "toml"):
        assert any(ROOT.rglob(name.rstrip("/")))
    else:
        defined = re.compile(rf"^(?:(?:async )?def |class ){thing}\b|^{thing}(?:: .+)? = ", re.MULTILINE)
        assert any(defined.search(path.read_text(encoding="utf-8")) for path in ROOT.rglob(f"{module}.py"))


def test_every_place_of_the_sidebar_is_pictured_in_both_languages_and_sizes(rf):
    request = rf.get("/")
    rows = (ROOT / "docs" / "screenshots" / "README.md").read_text(encoding="utf-8").splitlines()
    for line in (line for group in navigation.lines(request) for line in group["items"]):
        link = line["link"]
        place = (link(request) if callable(link) else str(link)).partition("?")[0]
        row = next((row for row in rows if f"| `{place}" in row), "")
        for kind in ("desk-vi", "phone-vi", "desk-en", "phone-en"):
            assert f"-{kind}.webp" in row, (place, kind)
