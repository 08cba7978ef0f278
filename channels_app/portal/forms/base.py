"""What all forms of the public pages share. What is wrong is said at the field; what was typed stays."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest, QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.evidence.pipeline import identify
from cases.evidence.pipeline.receive import too_many_files
from cskh.core.errors import DomainError, Invalid
from cskh.core.incoming import EMPTY

CODE_TYPED = {"autocapitalize": "characters", "spellcheck": "false"}
# What a browser must not offer to the next person; it does not bring it back either when one goes back.
CODE_INPUT = {"autocomplete": "off", **CODE_TYPED}


class _Renderer(DjangoTemplates):
    field_template_name = "portal/field.html"


class PortalForm(forms.Form):
    """Fields with label, help and errors as the pages show them. `one_of` names fields of which one is enough."""

    default_renderer = _Renderer
    one_of: tuple[str, ...] = ()

    def add_error(self, field: str | None, error: Any) -> None:
        """As always; and the first field that is wrong is where typing goes on."""
        super().add_error(field, error)
        for name, one in self.fields.items():
            one.widget.attrs.pop("autofocus", None)
            if name == self.first_wrong:
                one.widget.attrs["autofocus"] = True

    @property
    def first_wrong(self) -> str | None:
        """The name of the first field that something was said about."""
        return next((name for name in self.fields if name in self.errors), None)

    def show(self, error: DomainError, **names: str) -> None:
        """Puts what the domain refused at the fields it names (`names` maps its names to ours), else above the form."""
        for field, texts in (error.errors if isinstance(error, Invalid) else {}).items():
            field = names.get(field, field)
            for text in texts:
                self.add_error(field if field in self.fields else None, str(text))
        if not self.errors:
            self.add_error(names.get("*"), str(error))


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Pictures and documents: several, none too large, not too many."""

    widget = FilesInput(attrs={"accept": identify.ACCEPT})
    default_error_messages = {"empty": EMPTY}

    def __init__(self, **options: Any) -> None:
        shown = {
            "label": _("Pictures or documents"),
            "help_text": format_lazy(
                _("JPEG, PNG, WebP, HEIC, PDF or plain text, up to {limit} MB each."),
                limit=settings.EVIDENCE_MAX_BYTES // 1024**2,
            ),
        }
        super().__init__(required=False, **{**shown, **options})

    def clean(self, data: object, initial: object = None) -> list[UploadedFile]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > settings.EVIDENCE_MAX_FILES_PER_UPLOAD:
            raise forms.ValidationError(too_many_files())
        return [super(FilesField, self).clean(file) for file in files]


class UploadsField(forms.TypedMultipleChoiceField):
    """Files that have come in pieces before, by their ids; whose they are is for the domain to say."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, coerce=UUID)

    def valid_value(self, value: object) -> bool:
        return True


def typed_in(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, be it empty; None where it is only shown."""
    return request.POST if request.method == "POST" else None
