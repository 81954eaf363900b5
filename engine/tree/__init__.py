"""What a workflow is: its nodes, steps and sources of values, whether they fit, and the graph that others see."""
