"""What people and programs ask of runs: checked, recorded, and handed to the workers."""
