"""What somebody wanted of a fact, a check or a piece of evidence and did not get: said there, with all they had typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from cskh.core.errors import DomainError

from .step_forms import StepForm

# What each action names its thing by.
_ABOUT = {
    "verify-fact": "fact",
    "confirm-fact": "finding",
    "set-aside": "thing",
    "make-check": "check",
    "take-back-check": "check",
    "check-evidence": "item",
}


@dataclass(frozen=True)
class Refused:
    """`form` is None for somebody who may not do this at all."""

    action: str
    typed: QueryDict
    form: StepForm | None
    error: DomainError

    def concerns(self, field: str, value: object) -> bool:
        """Whether it was wanted of the thing that `field` names by this value."""
        return _ABOUT.get(self.action) == field and self.typed.get(field) == str(value)

    @property
    def wrong(self) -> list[str]:
        """The fields that something is wrong with."""
        return list(self.form.errors) if self.form else []

    @property
    def says(self) -> list[str]:
        """What is wrong, each thing with the label of its field where people see one."""
        if self.form is None or not self.form.errors:
            return [str(self.error)]
        return [text for field, texts in self.form.errors.items() for text in self._in_words(self.form, field, texts)]

    @staticmethod
    def _in_words(form: StepForm, field: str, texts: Iterable[object]) -> list[str]:
        if field == "version":
            return [_("The form was incomplete. Send it again.")]
        if field not in form.fields or form[field].is_hidden:
            return [str(text) for text in texts]
        return [f"{form[field].label}: {text}" for text in texts]
