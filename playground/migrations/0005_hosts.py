from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playground", "0004_many_machines")]

    operations = [
        migrations.AddField("worker", "vouched_at", models.DateTimeField(null=True)),
        migrations.AddField("worker", "suspected_at", models.DateTimeField(null=True)),
        migrations.AddField("worker", "wanted", models.CharField(blank=True, default="", max_length=8)),
        migrations.AddField("worker", "versions", models.TextField(default="{}")),
        migrations.AddField("worker", "hosted_since", models.DateTimeField(null=True)),
    ]
