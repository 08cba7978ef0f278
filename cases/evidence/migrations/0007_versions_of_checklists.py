"""Checklists have versions: what there is becomes the first of each category, and that of the cases classified under it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def make_first_versions(apps, schema_editor):
    item = apps.get_model("evidence", "ChecklistItem")
    checklist = apps.get_model("evidence", "Checklist")
    category = apps.get_model("cases", "Category")
    for kind in category.objects.filter(pk__in=item.objects.values("category")):
        first = checklist.objects.create(category=kind, number=1, published_at=timezone.now())
        item.objects.filter(category=kind).update(checklist=first)
        category.objects.filter(pk=kind.pk).update(checklist_number=1)
        apps.get_model("cases", "Case").objects.filter(category=kind).update(checklist_number=1)


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_checklist_number"),
        ("evidence", "0006_resemblance"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Checklist",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="what changed")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="checklists",
                        to="cases.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
            ],
            options={
                "verbose_name": "checklist",
                "verbose_name_plural": "checklists",
                "ordering": ["category_id", "-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("category", "number"), name="checklist_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("published_at__isnull", True)),
                        fields=("category",),
                        name="checklist_one_draft",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="checklistitem",
            name="checklist",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="evidence.checklist",
                verbose_name="checklist",
            ),
        ),
        migrations.RunPython(make_first_versions, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint("checklistitem", "checklist_item_once"),
        migrations.AlterModelOptions(
            name="checklistitem",
            options={
                "ordering": ["checklist_id", "position", "id"],
                "verbose_name": "checklist item",
                "verbose_name_plural": "checklist items",
            },
        ),
        migrations.RemoveField("checklistitem", "category"),
        migrations.AlterField(
            model_name="checklistitem",
            name="checklist",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="items",
                to="evidence.checklist",
                verbose_name="checklist",
            ),
        ),
        migrations.AddConstraint(
            "checklistitem", models.UniqueConstraint(fields=("checklist", "slug"), name="checklist_item_once")
        ),
    ]
