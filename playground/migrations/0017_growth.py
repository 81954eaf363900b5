from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('playground', '0015_scenario_verdicts'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['workflow_id', 'status', '-number'], name='run_counted'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='run_ended'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('tags', '[]'), _negated=True), fields=['-number'], name='run_tagged'),
        ),
    ]
