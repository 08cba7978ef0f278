"""Checks to make at the desk: who made which, and the press that says so or takes it back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy

from cases.evidence.models import FactEntry
from cases.evidence.queries import CheckToMake, file_of
from cases.models import Case
from cases.workflow import checks

from . import words
from .refused import Refused
from .step_forms import StepForm


class OfACheck(StepForm):
    check = forms.SlugField(widget=forms.HiddenInput)

    @property
    def place(self) -> str:
        return f"check-{self.cleaned_data['check']}"


class MakeCheck(OfACheck):
    done = gettext_lazy("Noted: the check is made.")
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=300)

    def take(self) -> None:
        checks.make_check(self.case, actor=self.actor, check=self.cleaned_data["check"], note=self.said("note"))


class TakeBackCheck(OfACheck):
    done = gettext_lazy("Taken back: the check has to be made again. What was noted stays on record.")
    note = forms.CharField(label=gettext_lazy("Why"), max_length=300)

    def take(self) -> None:
        checks.take_back_check(self.case, actor=self.actor, check=self.cleaned_data["check"], note=self.said("note"))


@dataclass(frozen=True)
class ChecksLeft:
    """How many checks nobody has made, of how many; nothing is the matter where that is none."""

    unmade: int
    all: int


def left_of(checks: Sequence[CheckToMake]) -> ChecksLeft:
    return ChecksLeft(len([check for check in checks if not check.made]), len(checks))


def checks_of(case: Case) -> ChecksLeft:
    return left_of(file_of(case).checks)


@dataclass(frozen=True)
class Noted:
    """One entry on a check, and by whom."""

    entry: FactEntry
    who: str


@dataclass(frozen=True)
class CheckCard:
    """A check with everything that was noted about it, the latest last, and what was just `refused` there."""

    check: CheckToMake
    history: list[Noted]
    refused: Refused | None

    @property
    def last(self) -> Noted | None:
        return self.history[-1] if self.check.made else None


def check_cards(checks: Iterable[CheckToMake], case: Case, refused: Refused | None = None) -> list[CheckCard]:
    """What nothing is decided without comes first. One query where somebody made one, none else."""
    to_make = sorted(checks, key=lambda check: not check.entry.is_mandatory)
    names = words.names_of(((one.by_kind, one.by_id) for check in to_make for one in check.said), case)
    return [
        CheckCard(
            check,
            history=[Noted(one, names[(one.by_kind, one.by_id)]) for one in check.said],
            refused=refused if refused and refused.concerns("check", check.entry.slug) else None,
        )
        for check in to_make
    ]
