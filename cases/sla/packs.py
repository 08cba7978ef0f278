"""Rule packs: which target a clock gets, as dated data with its source.

A pack is a version of a set of promises or duties, valid from a date until the next version of the same slug. The
figures are defaults to fill the configuration with; no figure of a law lives anywhere else in the code. Each pack says
where it comes from and how sure we are; nothing here is legal advice.

"Working days" are counted on a calendar whose working days are whole days: n working days are n times 24 hours of it,
so a period ends at the time of day it began and is never longer than one that ends with the day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cases.sla.clock import ClockKind

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Slugs of the calendars the packs count on.
ALWAYS = "always"  # round the clock
VN_WORKING_DAYS = "vn-working-days"  # whole days, Monday to Friday, without public holidays


class Confidence(StrEnum):
    """How sure the figures of a pack are."""

    OWN = "own"  # the operator's own promise
    SOURCED = "sourced"  # seen in a public source
    CONFIRM = "confirm"  # reported second-hand: have it confirmed before relying on it


@dataclass(frozen=True, slots=True)
class Target:
    """How long a clock of `kind` may run on `calendar`; None for category, priority or channel means any."""

    kind: ClockKind
    seconds: int
    calendar: str = ALWAYS
    category: str | None = None
    priority: str | None = None
    channel: str | None = None

    @property
    def applies_to(self) -> tuple[ClockKind, str | None, str | None, str | None]:
        """What makes two targets of a pack the same rule."""
        return self.kind, self.category, self.priority, self.channel


@dataclass(frozen=True, slots=True)
class RulePack:
    """One version of a set of rules. All lengths are seconds; reminders are counted from the start of the wait.

    None or () means that the pack has no such rule. Raises ValueError when two targets are for the same thing.
    """

    slug: str
    version: str
    valid_from: date
    citation: str
    confidence: Confidence
    targets: tuple[Target, ...]
    progress_every_seconds: int | None = None
    silence_reminders_seconds: tuple[int, ...] = ()
    silence_close_seconds: int | None = None

    def __post_init__(self) -> None:
        if len({target.applies_to for target in self.targets}) < len(self.targets):
            raise ValueError(f"rule pack {self.slug} {self.version} has two targets for the same thing")


def pick(
    targets: Iterable[Target],
    kind: ClockKind,
    *,
    category: str | None,
    priority: str | None,
    channel: str | None,
) -> Target | None:
    """The most specific target that applies, or None when there is no such clock.

    Category beats priority beats channel: a target for the category wins over any without one, among those a target for
    the priority wins, and then one for the channel.
    """
    asked = {"category": category, "priority": priority, "channel": channel}

    def applies(target: Target) -> bool:
        fits = all(getattr(target, name) in (None, value) for name, value in asked.items())
        return fits and target.kind == kind

    def specificity(target: Target) -> list[bool]:
        return [getattr(target, name) is not None for name in asked]

    return max(filter(applies, targets), key=specificity, default=None)


def in_force(packs: Sequence[RulePack], slug: str, on: date) -> RulePack | None:
    """The version of a pack that is valid on a date: the newest one not later than it, or None before the first."""
    valid = (pack for pack in packs if pack.slug == slug and pack.valid_from <= on)
    return max(valid, key=lambda pack: pack.valid_from, default=None)


# Resolution by category: (as usual, when urgent). None is every other category.
_RESOLUTION: dict[str | None, tuple[int, int]] = {
    "login-failure": (1 * HOUR, 15 * MINUTE),
    "account-locked": (4 * HOUR, 30 * MINUTE),
    "account-takeover": (1 * HOUR, 30 * MINUTE),
    "deposit-not-credited": (2 * HOUR, 30 * MINUTE),
    "withdrawal-delayed": (4 * HOUR, 1 * HOUR),
    "promotion": (4 * HOUR, 1 * HOUR),
    "settlement": (8 * HOUR, 1 * HOUR),
    "staff-conduct": (24 * HOUR, 8 * HOUR),
    "privacy-request": (72 * HOUR, 24 * HOUR),
    "self-exclusion": (1 * HOUR, 15 * MINUTE),
    None: (24 * HOUR, 4 * HOUR),
}

# Responses by channel: (first as usual, first when urgent, next as usual, next when urgent); None is any other channel.
# A call is answered by taking it, at once; what remains due on the hotline is the call back to somebody not reached.
_RESPONSE: dict[str | None, tuple[int, int, int, int]] = {
    "chat": (60, 60, 60, 60),
    "app": (15 * MINUTE, 5 * MINUTE, 30 * MINUTE, 15 * MINUTE),
    "web": (15 * MINUTE, 5 * MINUTE, 30 * MINUTE, 15 * MINUTE),
    "hotline": (15 * MINUTE, 15 * MINUTE, 30 * MINUTE, 15 * MINUTE),
    "email": (1 * HOUR, 15 * MINUTE, 4 * HOUR, 1 * HOUR),
    None: (1 * HOUR, 15 * MINUTE, 4 * HOUR, 1 * HOUR),
}


def _internal_targets() -> Iterable[Target]:
    for channel, (first, first_urgent, following, following_urgent) in _RESPONSE.items():
        yield Target(ClockKind.FIRST_RESPONSE, first, channel=channel)
        yield Target(ClockKind.FIRST_RESPONSE, first_urgent, channel=channel, priority="urgent")
        yield Target(ClockKind.NEXT_RESPONSE, following, channel=channel)
        yield Target(ClockKind.NEXT_RESPONSE, following_urgent, channel=channel, priority="urgent")
    for category, (usual, urgent) in _RESOLUTION.items():
        yield Target(ClockKind.RESOLUTION, usual, category=category)
        yield Target(ClockKind.RESOLUTION, urgent, category=category, priority="urgent")
    yield Target(ClockKind.FIRST_RESPONSE, 60, category="self-exclusion")
    yield Target(ClockKind.PROTECTION, 1 * MINUTE)
    yield Target(ClockKind.CALL_BACK, 15 * MINUTE)
    yield Target(ClockKind.FIRST_CONTACT, 1 * HOUR)
    yield Target(ClockKind.FIRST_CONTACT, 30 * MINUTE, priority="urgent")
    yield Target(ClockKind.EVIDENCE_WAIT, 24 * HOUR)


INTERNAL = RulePack(
    slug="internal",
    version="1",
    valid_from=date(2020, 1, 1),
    citation="Customer-care policy of the operator: service targets",
    confidence=Confidence.OWN,
    targets=tuple(_internal_targets()),
    progress_every_seconds=24 * HOUR,
    silence_reminders_seconds=(24 * HOUR, 72 * HOUR),
    silence_close_seconds=7 * DAY,
)

VN_CPL = RulePack(
    slug="vn-cpl",
    version="19/2023/QH15",
    valid_from=date(2024, 7, 1),
    citation="Law on Protection of Consumer Rights 19/2023/QH15, Article 56: receive the request and negotiate",
    confidence=Confidence.SOURCED,
    targets=(Target(ClockKind.REGULATORY, 7 * DAY, VN_WORKING_DAYS),),
)

# Decree 13/2023, superseded; kept because a case is judged by the rules of its time.
VN_PDPL_2023 = RulePack(
    slug="vn-pdpl",
    version="13/2023/ND-CP",
    valid_from=date(2023, 7, 1),
    citation="Decree 13/2023/ND-CP: requests of data subjects within 72 hours",
    confidence=Confidence.SOURCED,
    targets=(Target(ClockKind.REGULATORY, 72 * HOUR, category="privacy-request"),),
)

# Every privacy request gets the clock of the answer. The longer limits of carrying it out depend on which right is exercised,
# which is known once staff have read it; the pack does not set them.
VN_PDPL_2026 = RulePack(
    slug="vn-pdpl",
    version="91/2025/QH15",
    valid_from=date(2026, 1, 1),
    citation=(
        "Law on Personal Data Protection 91/2025/QH15, Articles 4, 14 and 23; Decree 356/2025/ND-CP, Article 5: "
        "answer to the request of a data subject; to be confirmed."
    ),
    confidence=Confidence.CONFIRM,
    targets=(Target(ClockKind.REGULATORY, 2 * DAY, VN_WORKING_DAYS, "privacy-request"),),
)

PACKS: tuple[RulePack, ...] = (INTERNAL, VN_CPL, VN_PDPL_2023, VN_PDPL_2026)


def promises(on: date) -> RulePack:
    """The operator's own promises that are valid on a date: waits, reminders and rhythms. Raises LookupError before the first."""
    pack = in_force(PACKS, INTERNAL.slug, on)
    if pack is None:
        raise LookupError(f"the operator promised nothing yet on {on}")
    return pack
