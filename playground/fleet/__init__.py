"""The worker processes as others see them: who lives, who hangs, and whose fault a death was."""
