"""Registers around cases: complaints and categories."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases import policies
from cases.complaints.models import Complaint
from cases.models import Category
from cskh.core.api import GenericApiView


class ComplaintOut(serializers.ModelSerializer):
    code = serializers.CharField(source="case.code")
    status = serializers.CharField(source="case.status")
    closed_as = serializers.CharField(source="case.closed_as")
    nature = serializers.CharField(source="case.nature")
    category = serializers.SlugField(source="case.category.slug", default=None)

    class Meta:
        model = Complaint
        fields = ["id", "code", "registered_at", "nature", "category", "status", "closed_as"]


class CategoryOut(serializers.ModelSerializer):
    """`topic` is empty for topics themselves; cases carry the reasons below them."""

    topic = serializers.SlugField(source="parent.slug", default=None)
    department = serializers.SlugField(source="department.slug")

    class Meta:
        model = Category
        fields = ["slug", "name", "name_vi", "name_en", "topic", "department", "priority", "needs_approval"]


class Complaints(GenericApiView):
    ordering = ("-registered_at",)
    serializer_class = ComplaintOut
    queryset = Complaint.objects.select_related("case__category")

    @extend_schema(operation_id="complaints_list", summary="The complaint register", responses=ComplaintOut(many=True))
    def get(self, request: Request) -> Response:
        entries = self.get_queryset().filter(case__in=policies.visible_to(self.actor))
        return self.get_paginated_response(ComplaintOut(self.paginate_queryset(entries), many=True).data)


class Categories(GenericApiView):
    ordering = ("slug",)
    serializer_class = CategoryOut
    queryset = Category.objects.filter(is_active=True).select_related("parent", "department")

    @extend_schema(operation_id="categories_list", summary="What requests are about", responses=CategoryOut(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(CategoryOut(page, many=True).data)
