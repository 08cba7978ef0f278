"""Drawing by chance, so that anybody can draw the same again. Pure."""

import hashlib
from collections.abc import Collection, Mapping

from cases import chains

Population = Mapping[str, Collection[str]]  # the codes of each stratum


def draw(population: Population, seed: str, size: int) -> dict[str, list[str]]:
    """Of each stratum `size` codes, or all where there are fewer: those whose hash with the seed is least.

    Every code has the same chance, whatever order they come in; one that is added or gone changes nothing about the others.
    """
    return {
        stratum: sorted(codes, key=lambda code: (_place(seed, code), code))[:size]
        for stratum, codes in population.items()
    }


def _place(seed: str, code: str) -> bytes:
    return hashlib.sha256(f"{seed}/{code}".encode()).digest()


def name_of(codes: Collection[str]) -> str:
    """SHA-256 (hex) of what was drawn from in a stratum: the same for the same cases."""
    return chains.digest(sorted(codes))
