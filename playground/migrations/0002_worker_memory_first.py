from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playground", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="memory_first",
            field=models.BigIntegerField(default=0),
        ),
    ]
