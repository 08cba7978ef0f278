"""What customers' words may be about that must not wait."""

from enum import StrEnum


class Kind(StrEnum):
    CRISIS = "crisis"  # somebody's life: their own, or of one they write about
    SELF_EXCLUSION = "self_exclusion"  # wants to be kept from playing, in whatever words
    LOSS_OF_CONTROL = "loss_of_control"  # cannot stop, plays with what they live on
