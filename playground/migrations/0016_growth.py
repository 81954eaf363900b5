from django.db import migrations, models

from playground.migrations._online import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('playground', '0015_scenario_verdicts'),
    ]

    operations = [
        AddIndexOnline(
            model_name='run',
            index=models.Index(fields=['workflow_id', 'status', '-number'], name='run_counted'),
        ),
        AddIndexOnline(
            model_name='run',
            index=models.Index(condition=models.Q(('ended_at__isnull', False)), fields=['ended_at'], name='run_ended'),
        ),
        AddIndexOnline(
            model_name='run',
            index=models.Index(condition=models.Q(('tags', '[]'), _negated=True), fields=['-number'], name='run_tagged'),
        ),
    ]
