"""Customers and departments over REST."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from accounts.models import Department, Role, Scope
from cases import policies
from cases.workflow import correcting
from cskh.core.api import GenericApiView
from cskh.core.errors import Invalid, NotVisible, PreconditionFailed
from cskh.core.schema import example
from cskh.core.text import one_line


class ContactOut(serializers.ModelSerializer):
    class Meta:
        model = Contact
        fields = ["kind", "address", "verified_at"]


class CustomerOut(serializers.ModelSerializer):
    contacts = ContactOut(many=True)

    class Meta:
        model = Customer
        fields = ["id", "external_id", "name", "language", "created_at", "contacts"]
        ref_name = "CustomerRecord"


@example("The name as it is written", name="Nguyễn Văn An")
class CustomerPatch(serializers.Serializer):
    name = serializers.CharField(max_length=200)


class DepartmentOut(serializers.ModelSerializer):
    class Meta:
        model = Department
        fields = ["slug", "name", "name_vi", "name_en"]


class Customers(GenericApiView):
    serializer_class = CustomerOut
    queryset = Customer.objects.filter(merged_into=None).prefetch_related(
        Prefetch("contacts", Contact.objects.order_by("pk"))
    )
    ordering = ("-id",)

    @extend_schema(
        operation_id="customers_list",
        summary="Customers",
        responses=CustomerOut(many=True),
        parameters=[
            OpenApiParameter("external_id", str, description="The customer's id at the operator."),
            OpenApiParameter("address", str, description="An email address or telephone number in international form."),
        ],
    )
    def get(self, request: Request) -> Response:
        rows = _visible(self.actor, self.get_queryset())
        if external_id := request.query_params.get("external_id"):
            rows = rows.filter(external_id=external_id)
        if address := request.query_params.get("address"):
            reached = Contact.objects.filter(address__iexact=address)  # in any case, as everywhere; by its index
            rows = rows.filter(pk__in=reached.values("customer_id"))
        return self.get_paginated_response(CustomerOut(self.paginate_queryset(rows), many=True).data)


class CustomerDetail(GenericApiView):
    serializer_class = CustomerOut
    queryset = Customers.queryset

    @extend_schema(operation_id="customers_read", summary="One customer", responses=CustomerOut)
    def get(self, request: Request, pk: int) -> Response:
        return _response(self._customer(pk))

    @extend_schema(
        operation_id="customers_correct", summary="Correct the name", request=CustomerPatch, responses=CustomerOut
    )
    def patch(self, request: Request, pk: int) -> Response:
        self._customer(pk)  # before anything is said about the input
        name = one_line(self.checked(CustomerPatch)["name"])
        if not name:
            raise Invalid(errors={"name": [_("Write the name.")]})
        with transaction.atomic():
            directory.hold(self._customer(pk))
            customer = self._customer(pk)  # as it is now that nobody else changes it
            if self.if_match is not None and _etag(CustomerOut(customer).data) not in self.if_match:
                raise PreconditionFailed
            correcting.note_correction(customer, ["name"] if name != customer.name else [], actor=self.actor)
            customer.name = name
            customer.save(update_fields=["name"])
        return _response(customer)

    def _customer(self, pk: int) -> Customer:
        customer = _visible(self.actor, self.get_queryset()).filter(pk=pk).first()
        if customer is None:
            raise NotVisible
        return customer


def _response(customer: Customer) -> Response:
    data = CustomerOut(customer).data
    return Response(data, headers={"ETag": _etag(data)})


def _etag(data: Mapping[str, Any]) -> str:
    """The version of a record: what it says."""
    said = json.dumps(data, sort_keys=True, default=str)
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _visible(actor: Any, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those whom `actor` may know of. A program without the scope for customers is told so."""
    if not actor.is_customer:
        policies.require_scope(actor, Scope.CUSTOMERS, staff=frozenset(Role))
    return customers.filter(pk__in=policies.visible_customers(actor).values("pk"))


class Departments(GenericApiView):
    serializer_class = DepartmentOut
    queryset = Department.objects.filter(is_active=True)
    ordering = ("slug",)

    @extend_schema(operation_id="departments_list", summary="Departments", responses=DepartmentOut(many=True))
    def get(self, request: Request) -> Response:
        return self.get_paginated_response(DepartmentOut(self.paginate_queryset(self.get_queryset()), many=True).data)
