from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0010_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='StepSource',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='WorkflowCode',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('workflow_id', models.CharField(max_length=255)),
                ('steps', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='worker',
            name='codes',
            field=models.TextField(db_default='{}'),
        ),
        migrations.AddField(
            model_name='workflowversion',
            name='code',
            field=models.CharField(db_default='', max_length=64),
        ),
    ]
