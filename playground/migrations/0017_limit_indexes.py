from django.db import migrations, models

from playground.migrations._online import AddIndexOnline


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('playground', '0016_growth'),
    ]

    operations = [
        AddIndexOnline(
            model_name='run',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('leased_until__isnull', False)), fields=['workflow_id', 'lane'], name='run_held'),
        ),
        AddIndexOnline(
            model_name='run',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('lane__isnull', False)), fields=['workflow_id', 'lane', 'queued_at'], name='run_in_lane'),
        ),
        AddIndexOnline(
            model_name='workflowversion',
            index=models.Index(condition=models.Q(('concurrency__isnull', False), ('current', True)), fields=['workflow_id', 'concurrency'], name='version_limited'),
        ),
    ]
