"""The contracts of import-linter leave no module out: what they do not name, they do not check."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
LAYERS, PRIVATE = LINTER["contracts"]
# Django finds these by their place; they hold tables and names of apps, no logic.
FOUND_BY_DJANGO = re.compile(r".*\.(migrations(\..*)?|apps)")


def modules():
    """Every module below the root packages."""
    for package in LINTER["root_packages"]:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if not FOUND_BY_DJANGO.fullmatch(name) and not name.endswith("__init__"):
                yield name


def layers_of(module):
    named = [name for layer in LAYERS["layers"] for name in re.split(r"\s*[|:]\s*", layer)]
    return [name for name in named if f"{module}.".startswith(f"{name}.")]


def test_every_module_stands_in_one_layer():
    assert [(module, found) for module in modules() if len(found := layers_of(module)) != 1] == []


def test_every_private_module_is_protected():
    private = {module for module in modules() if module.rpartition(".")[2].startswith("_")}
    assert private == set(PRIVATE["protected_modules"])
