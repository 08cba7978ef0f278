"""What the documents say about the code is what the code does."""

import re
from pathlib import Path

import pytest

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


def test_paths_the_documents_name_exist():
    """`cases/workflow/opening.open_case` and the like: the file at least is there."""
    for document in (ROOT / "docs" / "architecture.md", ROOT / "README.md"):
        for path in re.findall(
            r"`((?:cases|channels_app|accounts|cskh|tests|bin)/[\w/]+\.(?:py|md|txt))`", document.read_text("utf-8")
        ):
            assert (ROOT / path).exists(), (document.name, path)
