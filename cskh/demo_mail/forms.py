"""Forms of the mail page."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cskh.core.text import one_line

from .sending import desk_addresses


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """A list of files, empty when none was chosen."""

    widget = _SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        chosen = data if isinstance(data, (list, tuple)) else [data]
        return [super(_FilesField, self).clean(one, initial) for one in chosen if one]


class OpenBoxForm(forms.Form):
    """Names a customer's mail box; it need not have mail yet."""

    address = forms.EmailField(label=_("Mail address"))


class ReplyForm(forms.Form):
    body = forms.CharField(label=_("Message"), widget=forms.Textarea(attrs={"rows": 8}))
    attached = _FilesField(label=_("Attachments"), required=False)


class WriteForm(ReplyForm):
    to = forms.ChoiceField(label=_("To"))
    subject = forms.CharField(label=_("Subject"), max_length=200)
    field_order = ("to", "subject", "body", "attached")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(address, address) for address in desk_addresses()]  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        return one_line(self.cleaned_data["subject"])
