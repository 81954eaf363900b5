"""A workflow to see that everything works: start it over one web process, and answer it over the other."""

from engine import Context, create_workflow, step


@step
def greet(name: str) -> str:
    """Greet somebody."""
    return f"hello {name}"


@step(resume_schema=bool)
def approve(text: str, ctx: Context) -> str:
    """Ask a person whether the greeting may go out."""
    return text if ctx.suspend({"text": text}) else "nothing was sent"


greeting = create_workflow(id="greeting", input_schema=str, output_schema=str).then(greet).then(approve).commit()
