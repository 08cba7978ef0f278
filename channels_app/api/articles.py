"""Help articles over REST, as customers read them: for the operator's app and website to show and search."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app import help_articles
from channels_app.models import HelpVersion
from cskh.core.api import ApiView
from cskh.core.errors import Invalid

_LONGEST_SEARCH = 200


class ArticleRow(serializers.ModelSerializer):
    """An article in the version in force. `url` is where this very version is read, now and later."""

    slug = serializers.SlugField(source="article.slug")
    category = serializers.SlugField(source="article.category.slug", default=None)
    version = serializers.IntegerField(source="number")
    url = serializers.SerializerMethodField()

    class Meta:
        model = HelpVersion
        fields = ["slug", "category", "version", "title_vi", "title_en", "published_at", "url"]

    def get_url(self, version: HelpVersion) -> str:
        return help_articles.address_of(version)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Following a request",
            response_only=True,
            value={
                "slug": "follow-a-request",
                "category": "general",
                "version": 2,
                "title_vi": "Theo dõi yêu cầu đã gửi",
                "title_en": "Following a request",
                "published_at": "2026-11-20T09:00:00+07:00",
                "url": "https://cskh.example/help/follow-a-request/v2/",
                "body_vi": "Bấm **đường dẫn trong thư** của chúng tôi …",
                "body_en": "Use the **link in our message** …",
                "is_in_force": True,
            },
        )
    ]
)
class ArticleOut(ArticleRow):
    """With its text: Markdown, in which any HTML is text. `is_in_force` is false for what was replaced or taken off since."""

    is_in_force = serializers.SerializerMethodField()

    class Meta(ArticleRow.Meta):
        fields = [*ArticleRow.Meta.fields, "body_vi", "body_en", "is_in_force"]

    def get_is_in_force(self, version: HelpVersion) -> bool:
        return version.article.is_published and version.article.in_force_id == version.pk


class Articles(ApiView):
    @extend_schema(
        operation_id="help_list",
        summary="Help articles, or those that hold every word of `q`, with or without diacritics",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="Best first; 200 characters at most.")],
        responses=ArticleRow(many=True),
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params.get("q", "").strip()
        if len(asked) > _LONGEST_SEARCH:
            raise Invalid(errors={"q": [str(_LONGEST_SEARCH)]})
        found: Any = help_articles.published()
        return Response(ArticleRow(help_articles.search(found, asked) if asked else found, many=True).data)


class Article(ApiView):
    @extend_schema(operation_id="help_read", summary="One article, in the version in force", responses=ArticleOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(ArticleOut(get_object_or_404(help_articles.published(), article__slug=slug)).data)


class ArticleVersion(ApiView):
    @extend_schema(operation_id="help_version", summary="One version, as a reply cited it", responses=ArticleOut)
    def get(self, request: Request, slug: str, number: int) -> Response:
        version = get_object_or_404(help_articles.versions(), article__slug=slug, number=number)
        return Response(ArticleOut(version).data)
