"""Fields of REST requests that every app needs."""

import re
from typing import Any

from django.conf import settings
from rest_framework import serializers

_NAME = re.compile(r"[\w.@+-]{1,150}")


class Body(serializers.CharField):
    """A text as long as a message may be."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=settings.MESSAGE_MAX_CHARACTERS, **options)


class NameField(serializers.SlugRelatedField):
    """A row by its slug or user name. What cannot be one never reaches the database."""

    def to_internal_value(self, data: Any) -> Any:
        if not (isinstance(data, str) and _NAME.fullmatch(data)):
            self.fail("does_not_exist", slug_name=self.slug_field, value=str(data)[:60])
        return super().to_internal_value(data)
