"""What the documents say about the code is what the code does."""

from pathlib import Path

from cases.states import TRANSITIONS
from cskh.management.commands.draw_transitions import with_block

ROOT = Path(__file__).resolve().parents[1]


def test_the_readme_has_the_table_of_the_code():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_block(text) == text, "run manage.py draw_transitions"
    assert all(f"| `{step}` |" in text for step in TRANSITIONS)
