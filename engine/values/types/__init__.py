"""How the values of Python's types become JSON and come back: pydantic's plan of a type, changed where it has to be."""
