"""The codes of cases that are there already, so that the same code is noticed on a new one. They are not looked up by themselves."""

import re

from django.db import migrations

_BATCH = 1000


def note(apps, schema_editor):
    cases, codes = apps.get_model("cases", "Case"), apps.get_model("records", "TransactionCode")
    rows = []
    for pk, text in cases.objects.exclude(transaction_ref="").values_list("pk", "transaction_ref").iterator():
        code = re.sub(r"[^A-Z0-9]", "", text.upper())
        if 4 <= len(code) <= 40 and any(c.isdigit() for c in code):
            rows.append(codes(case_id=pk, code=code, origin="details", state="no_source", next_try_at=None))
        if len(rows) == _BATCH:
            codes.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    codes.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_snapshots_append_only")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
