"""Working hours as people type them, "08:00-12:00, 13:30-17:30", and as they are kept, [["08:00", "12:00"], …]."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextInputWidget

from cases.calendars import read_windows

_WINDOW = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


class HoursField(forms.Field):
    """A day's windows. "00:00-00:00" is the whole day, "00:00" at the end of a window midnight, empty no hours."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else ", ".join(f"{start}-{end}" for start, end in value or [])

    def to_python(self, value: Any) -> list[list[str]]:
        windows = []
        for part in filter(None, (part.strip() for part in re.split(r"[,;\n]", value or ""))):
            match = _WINDOW.fullmatch(part)
            if match is None:
                raise forms.ValidationError(_("Write hours as 08:00-12:00, 13:30-17:30."))
            windows.append([time.zfill(5) for time in match.groups()])
        try:
            read_windows(windows)
        except ValueError as error:
            raise forms.ValidationError(_("Write hours as 08:00-12:00, 13:30-17:30.")) from error
        return windows

    def has_changed(self, initial: object, data: object) -> bool:
        return str(self.prepare_value(initial)) != str(data or "").strip()
