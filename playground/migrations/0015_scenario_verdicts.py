from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0014_worker_figures'),
    ]

    operations = [
        migrations.CreateModel(
            name='ScenarioVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.CharField(max_length=1024, unique=True)),
                ('verdict', models.TextField()),
                ('updated', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('code', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='ScenarioSwitch',
            fields=[
                ('workflow_id', models.CharField(max_length=255, primary_key=True, serialize=False)),
                ('begun_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
