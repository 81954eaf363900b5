"""The tables: runs and their journals, what runs wait for, the catalogue of workflows, and the workers.

Text that may hold anything a user's program makes (payloads, inputs, tracebacks) is kept as JSON in ASCII: so a NUL or
half a surrogate pair is no trouble to any database, and numbers come back as they were.
"""

from django.db import models


class Run(models.Model):
    """A run: what lists show of it, who executes it, and when it has to be looked at again.

    The journal is the truth; these columns are written in the transaction that appends to it.
    """

    number = models.BigAutoField(primary_key=True)
    """Counts up as runs are created: the order of lists."""
    run_id = models.CharField(max_length=255, unique=True)
    workflow_id = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=16, default="pending")
    resource_id = models.TextField(null=True)
    error = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_seq = models.BigIntegerField(default=0)
    has_input = models.BooleanField(default=False)
    input_text = models.TextField(blank=True)
    """The input as text, shortened: what the search of the list looks into."""
    schedule = models.CharField(max_length=255, null=True)
    """The schedule that started it, if one did."""
    rehearsal = models.BooleanField(default=False, db_default=False)
    """Whether it pretends something, as rehearsals do."""
    name = models.TextField(null=True)
    """What people call it."""
    tags = models.TextField(default="[]", db_default="[]")
    """Its tags, as JSON."""
    via = models.CharField(max_length=16, blank=True, default="", db_default="")
    """The way on which it was started: `engine.journal.summary.RunSummary.via`."""
    forked_from = models.CharField(max_length=255, null=True)
    """The run that it is a fork of."""

    epoch = models.BigIntegerField(default=0)
    """The number of claims so far; only the newest may append."""
    owner = models.CharField(max_length=64, blank=True)
    """The worker that claimed the run last."""
    leased_until = models.DateTimeField(null=True)
    """Until when the claim holds; null when it was released."""
    queued_at = models.DateTimeField(null=True)
    """Since when the run has waited for a worker; null when there is nothing for one to do."""
    wake_at = models.DateTimeField(null=True)
    """When the earliest of its timers is due."""
    offer_at = models.DateTimeField(null=True)
    """When a queued run is handed to the distributed queue again if no worker has taken it."""
    queue = models.CharField(max_length=64, null=True)
    """The distributed queue that its next step names, and how urgent it is there; null for those of its workflow."""
    priority = models.IntegerField(null=True)
    lane = models.TextField(null=True)
    """What its input has at the workflow's ``concurrency_key``: those that have the same follow one another."""
    called_at = models.DateTimeField(null=True)
    """When another run had to wait since it was this one's turn: `playground.store.turns.taking`."""

    class Meta:
        """Indexes for the lists and for the sweep, which only looks at unfinished runs."""

        indexes = [
            models.Index(fields=["workflow_id", "-number"], name="run_of_workflow"),
            models.Index(fields=["status", "-number"], name="run_with_status"),
            models.Index(fields=["workflow_id", "status", "-number"], name="run_counted"),
            models.Index(fields=["ended_at"], name="run_ended", condition=models.Q(ended_at__isnull=False)),
            models.Index(fields=["-number"], name="run_tagged", condition=~models.Q(tags="[]")),
            models.Index(fields=["queued_at"], name="run_queued", condition=models.Q(queued_at__isnull=False)),
            models.Index(fields=["offer_at"], name="run_offered", condition=models.Q(queued_at__isnull=False)),
            models.Index(fields=["wake_at"], name="run_due", condition=models.Q(wake_at__isnull=False)),
            models.Index(fields=["leased_until"], name="run_leased", condition=models.Q(leased_until__isnull=False)),
            models.Index(
                fields=["workflow_id", "lane"],
                name="run_held",
                condition=models.Q(leased_until__isnull=False, ended_at__isnull=True),
            ),
            models.Index(
                fields=["workflow_id", "lane", "queued_at"],
                name="run_in_lane",
                condition=models.Q(lane__isnull=False, ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return the run's id."""
        return self.run_id


class Event(models.Model):
    """One event of a run's journal, as `engine.events` describes it."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False)
    """Not checked by the database, which would cost two more reads a step; who deletes a run locks it first."""
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=32)
    path = models.TextField()
    """The path as JSON."""
    payload = models.TextField()
    """The payload as JSON."""

    def __str__(self) -> str:
        """Return the number and type of the event."""
        return f"{self.seq} {self.type}"


class Wait(models.Model):
    """Something that an unfinished run waits for now; the row goes when the wait is over."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="waits", db_index=False)
    path = models.TextField()
    """The path as JSON."""
    kind = models.CharField(max_length=8)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    event_name = models.TextField(null=True)
    payload = models.TextField(default="null")
    """What a step asks a person, as JSON."""
    label = models.TextField(null=True)

    class Meta:
        """A place in a run waits for one thing at a time; the inbox reads by kind, newest first."""

        constraints = [models.UniqueConstraint(fields=["run", "path"], name="one_wait_at_a_place")]
        indexes = [models.Index(fields=["kind", "-id"], name="wait_of_kind")]

    def __str__(self) -> str:
        """Return the kind and place of the wait."""
        return f"{self.kind} at {self.path}"


class WorkflowVersion(models.Model):
    """A workflow as a worker published it; older versions stay, so that their runs can still be shown and answered."""

    workflow_id = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    graph = models.TextField()
    """The graph with all schemas, as JSON."""
    description = models.TextField(blank=True)
    module = models.TextField()
    """The module or file it was found in."""
    site = models.TextField()
    """The modules that were published together with it; see `playground.catalogue.catalogue.publish`."""
    position = models.IntegerField(default=0)
    """Its place among those found together."""
    file = models.TextField(null=True)
    line = models.IntegerField(null=True)
    current = models.BooleanField(default=True)
    """True while the code that was imported last holds this version."""
    published_at = models.DateTimeField()
    queue = models.CharField(max_length=64, db_default="default")
    """The distributed queue that carries its runs, and how urgent they are in it."""
    priority = models.IntegerField(db_default=0)
    code = models.CharField(max_length=64, db_default="")
    """The digest of its `WorkflowCode` as it was published last; empty when nothing is known of it."""
    concurrency = models.IntegerField(null=True)
    """How many of its runs are executed at once; null for as many as there is room for."""
    concurrency_key = models.TextField(null=True)
    """The path into the input of what tells apart runs that follow one another; null when none do."""

    class Meta:
        """A digest stands for one graph of one workflow; the few versions with limits are looked at by each claim."""

        constraints = [models.UniqueConstraint(fields=["workflow_id", "digest"], name="one_row_a_version")]
        indexes = [
            models.Index(
                fields=["workflow_id", "concurrency"],
                name="version_limited",
                condition=models.Q(current=True, concurrency__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """Return the workflow's id and the start of its digest."""
        return f"{self.workflow_id} {self.digest[:8]}"


class StepSource(models.Model):
    """The source of a step's function."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the whole source."""
    text = models.TextField()
    """The source, cut when it is long."""

    def __str__(self) -> str:
        """Return the start of its digest."""
        return self.digest[:8]


class WorkflowCode(models.Model):
    """The sources of a workflow's steps, as some worker holds them."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the workflow's id and of what follows."""
    workflow_id = models.CharField(max_length=255)
    steps = models.TextField()
    """The digests of the sources by the written paths of the steps, as JSON."""

    def __str__(self) -> str:
        """Return the workflow's id and the start of its digest."""
        return f"{self.workflow_id} {self.digest[:8]}"


class Schedule(models.Model):
    """When a workflow starts by itself, as a worker published it; whether it is armed, and what has become of it."""

    workflow_id = models.CharField(max_length=255)
    schedule_id = models.CharField(max_length=255)
    position = models.IntegerField(default=0)
    """Its place among those of the workflow."""
    definition = models.TextField()
    """What the graph says of it, as JSON: `engine.schedules.planned`."""
    current = models.BooleanField(default=True)
    """True while the code that was imported last holds it."""
    armed = models.BooleanField(default=False)
    chosen = models.BooleanField(default=False)
    """Whether a person has armed or disarmed it, so that the setting leaves it alone."""
    since = models.DateTimeField(null=True)
    """Up to when nothing is left to do about its due times."""
    next_at = models.DateTimeField(null=True)
    """When it is due next; null when it is not armed, or no longer in the code."""
    last_at = models.DateTimeField(null=True)
    """The due time for which a run was started last."""
    last_run_id = models.CharField(max_length=255, blank=True)
    missed = models.BigIntegerField(default=0)
    """For how many due times no run was started since it was armed."""
    missed_at = models.DateTimeField(null=True)
    """When that was found last."""

    class Meta:
        """Of each workflow one for each id; those that are due are found by an index of their own."""

        constraints = [models.UniqueConstraint(fields=["workflow_id", "schedule_id"], name="one_schedule_an_id")]
        indexes = [models.Index(fields=["next_at"], name="schedule_due", condition=models.Q(next_at__isnull=False))]

    def __str__(self) -> str:
        """Return the workflow's id and the schedule's."""
        return f"{self.workflow_id} {self.schedule_id}"


class ApiToken(models.Model):
    """What a program shows instead of the playground's own token."""

    name = models.CharField(max_length=100, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the token, which is not kept."""
    role = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return whose it is and what it allows."""
        return f"{self.name} {self.role}"


class SavedInput(models.Model):
    """An input that a person has given a name, to start runs of a workflow with again."""

    workflow_id = models.CharField(max_length=255)
    name = models.CharField(max_length=100)
    value = models.TextField()
    """The input as JSON in the writing of the forms, which keeps numbers as they were typed."""
    saved_at = models.DateTimeField()

    class Meta:
        """A name stands for one input of a workflow; to save under it again replaces it."""

        constraints = [models.UniqueConstraint(fields=["workflow_id", "name"], name="one_input_a_name")]

    def __str__(self) -> str:
        """Return the name and the workflow."""
        return f"{self.name} of {self.workflow_id}"


class ScenarioVerdict(models.Model):
    """What a scenario came to when it was played last."""

    file = models.CharField(max_length=1024, unique=True)
    """The whole path of its file, the end of one that is longer."""
    verdict = models.TextField()
    """The verdict, as JSON."""
    updated = models.BooleanField(default=False)
    """Whether the file was made to expect what came."""
    at = models.DateTimeField()
    code = models.CharField(max_length=64)
    """The newest worker when it was played."""

    def __str__(self) -> str:
        """Return the file."""
        return self.file


class ScenarioSwitch(models.Model):
    """A workflow whose scenarios are played after each reload of the code."""

    workflow_id = models.CharField(max_length=255, primary_key=True)
    begun_at = models.DateTimeField(null=True)
    """When they were begun last for that reason."""

    def __str__(self) -> str:
        """Return the workflow."""
        return self.workflow_id


class Worker(models.Model):
    """A worker process, alive or gone."""

    worker_id = models.CharField(max_length=64, unique=True)
    pid = models.IntegerField()
    host = models.TextField()
    site = models.TextField(default="[]")
    """The modules it was told to import, as JSON."""
    status = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    vouched_at = models.DateTimeField(null=True)
    """When its supervisor last said that the process lives, on a database that machines share."""
    suspected_at = models.DateTimeField(null=True)
    """Since when somebody has looked in vain for a sign; null while there is one."""
    wanted = models.CharField(max_length=8, blank=True, default="")
    """What its supervisor is asked to do with it: `playground.fleet.host.Order`."""
    queues = models.TextField(db_default="[]")
    """The distributed queues from which it takes, as JSON; none when it looks for runs itself."""
    versions = models.TextField(default="{}")
    """The digests of the workflows that it holds, by their ids, as JSON."""
    codes = models.TextField(db_default="{}")
    """The digests of the code of their steps (`WorkflowCode`), by the ids of the workflows, as JSON."""
    hosted_since = models.DateTimeField(null=True)
    """When the command was started that keeps it, on a database that machines share."""
    ended_at = models.DateTimeField(null=True)
    importing = models.TextField(blank=True)
    """The module that is being imported: if the process dies now, this is why."""
    problems = models.TextField(default="[]")
    """The modules that did not import, as JSON: `playground.catalogue.problems.ImportProblem`."""
    running = models.TextField(default="[]")
    """The ids of the runs it executes, as JSON."""
    blocked = models.TextField(default="null")
    """What blocks its event loop, as JSON: `playground.fleet.workers.Blocked`."""
    figures = models.TextField(db_default="{}")
    """What it has counted since it began, as JSON: `playground.worker.observing.Observing.figures`."""
    memory = models.BigIntegerField(default=0)
    """Resident memory in bytes."""
    memory_first = models.BigIntegerField(default=0)
    """Resident memory when the user's code had been imported and nothing had run yet."""
    exit = models.TextField(null=True)
    """How it ended: ``exit code 1``, ``killed by SIGKILL``."""
    tail = models.TextField(blank=True)
    """What it printed last, as a JSON string."""

    def __str__(self) -> str:
        """Return the worker's id and process."""
        return f"{self.worker_id} ({self.pid})"
