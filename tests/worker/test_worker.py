"""Worker processes: they publish the catalogue, execute runs, and hand over when they end."""

from playground import catalogue, requests, runs
from tests.worker.yard import Yard

GREET = """
    from pydantic import BaseModel, field_validator
    from engine import Context, create_workflow, step

    class Name(BaseModel):
        name: str

        @field_validator("name")
        @classmethod
        def known(cls, name: str) -> str:
            if name == "nobody":
                raise ValueError("nobody is not invited")
            return name.strip()

    @step
    async def greet(data: Name) -> str:
        return f"Hello {data.name}"

    @step(resume_schema=Name)
    async def ask(data: str, ctx: Context) -> str:
        return f"{data} and {ctx.suspend({'who': 'else'}).name}"

    greeting = create_workflow(id="greeting", input_schema=Name, output_schema=str).then(greet).then(ask).commit()
"""


async def test_a_run_goes_from_start_to_answer_to_result(yard: Yard) -> None:
    """A worker publishes a workflow, runs it, waits for a person, and goes on after the answer."""
    await yard.start(yard.write("greet.py", GREET))
    (entry,) = await catalogue.workflows()
    assert (entry.workflow_id, entry.input_schema["properties"]["name"]["type"]) == ("greeting", "string")
    run_id = await requests.start("greeting", {"name": " Ada "})
    await yard.run(run_id, lambda run: run.status == "suspended")
    (item,) = (await runs.inbox()).items
    assert (item.path, item.payload) == (("ask",), {"who": "else"})
    assert item.resume_schema["properties"]["name"]["type"] == "string"
    await requests.resume(run_id, "ask", {"name": "Grace"})
    run = await yard.ended(run_id)
    assert (run.status, run.result) == ("success", "Hello Ada and Grace")
    assert await runs.inbox_count() == 0
