"""What requests are about."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Category
from cskh.core.api import GenericApiView


class CategoryOut(serializers.ModelSerializer):
    """`topic` is empty for topics themselves; cases carry the reasons below them."""

    topic = serializers.SlugField(source="parent.slug", default=None)
    department = serializers.SlugField(source="department.slug")

    class Meta:
        model = Category
        fields = ["slug", "name", "name_vi", "name_en", "topic", "department", "priority", "needs_approval"]


class Categories(GenericApiView):
    ordering = ("slug",)
    serializer_class = CategoryOut
    queryset = Category.objects.filter(is_active=True).select_related("parent", "department")

    @extend_schema(operation_id="categories_list", summary="What requests are about", responses=CategoryOut(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CategoryOut(page, many=True).data)
